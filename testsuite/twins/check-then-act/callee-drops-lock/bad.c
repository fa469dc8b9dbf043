/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=callee drops and retakes the caller's lock
// between test and insertion
/*
 * A write-back cache checks under its lock that a block is absent, calls make_room, which gives
 * the lock back while it writes a victim to disk and takes it again, and then inserts: the block
 * may have been inserted meanwhile and is then there twice.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct block {
    struct block *next;
    unsigned number;
    bool dirty;
    char data[64];
};

struct block_cache {
    pthread_mutex_t lock;
    struct block *blocks;
    unsigned count, limit;
    unsigned long written;
};

static struct block *find_locked(struct block_cache *c, unsigned number) {
    struct block *b = c->blocks;
    while (b && b->number != number)
        b = b->next;
    return b;
}

static unsigned write_to_disk(const struct block *b) { return b->dirty ? sizeof(b->data) : 0; }

/* Called with the lock, which is given back during the write. */
static void make_room(struct block_cache *c) {
    struct block **link = &c->blocks, *victim;
    unsigned bytes;
    if (c->count < c->limit)
        return;
    while ((*link)->next)
        link = &(*link)->next;
    victim = *link;
    *link = NULL;
    c->count--;
    pthread_mutex_unlock(&c->lock);
    bytes = write_to_disk(victim);
    free(victim);
    pthread_mutex_lock(&c->lock);
    c->written += bytes;
}

static bool cache_write(struct block_cache *c, unsigned number, char value) {
    bool done = false;
    struct block *b;
    pthread_mutex_lock(&c->lock);
    b = find_locked(c, number);
    if (!b) {
        make_room(c);
        b = calloc(1, sizeof(*b));
        if (!b)
            goto out;
        b->number = number;
        b->next = c->blocks;
        c->blocks = b; // BAD(check-then-act)
        c->count++;
    }
    b->data[0] = value;
    b->dirty = true;
    done = true;
out:
    pthread_mutex_unlock(&c->lock);
    return done;
}

static int cache_read(struct block_cache *c, unsigned number) {
    int value = -1;
    pthread_mutex_lock(&c->lock);
    struct block *b = find_locked(c, number);
    if (b)
        value = b->data[0];
    pthread_mutex_unlock(&c->lock);
    return value;
}

static void *writer_main(void *arg) {
    struct block_cache *c = arg;
    size_t misses = 0;
    for (unsigned i = 0; i < 500; i++) {
        if (!cache_write(c, i * 5 % 40, (char)(i % 100)))
            break;
        if (cache_read(c, i % 40) < 0)
            misses++;
    }
    return (void *)misses;
}

int main(void) {
    static struct block_cache cache = {.lock = PTHREAD_MUTEX_INITIALIZER, .limit = 16};
    pthread_t writers[2];
    for (int i = 0; i < 2; i++)
        if (pthread_create(&writers[i], NULL, writer_main, &cache) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(writers[i], NULL);
    printf("%lu bytes written, %u cached\n", cache.written, cache.count);
    while (cache.blocks) {
        struct block *b = cache.blocks;
        cache.blocks = b->next;
        free(b);
    }
    return 0;
}
