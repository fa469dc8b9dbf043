/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=unlock after a trylock that failed; wrapper
// returns bool
/*
 * A cache trims itself opportunistically: it tries the lock and otherwise leaves trimming to
 * whoever holds it. The common exit unlocks also when the try failed, which takes the lock from
 * its holder. Here the failed attempt returns at once.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct buffer {
    struct buffer *next;
    unsigned block;
    char data[128];
};

struct buffer_cache {
    pthread_mutex_t mutex;
    struct buffer *buffers;
    unsigned count, high_water;
    unsigned trimmed;
};

static bool cache_try_enter(struct buffer_cache *c) {
    return pthread_mutex_trylock(&c->mutex) == 0;
}
static void cache_enter(struct buffer_cache *c) { pthread_mutex_lock(&c->mutex); }
static void cache_leave(struct buffer_cache *c) { pthread_mutex_unlock(&c->mutex); }

static unsigned cache_trim(struct buffer_cache *c) {
    struct buffer *drop = NULL;
    unsigned dropped = 0;
    if (!cache_try_enter(c))
        return 0;
    while (c->count > c->high_water) {
        struct buffer *b = c->buffers;
        c->buffers = b->next;
        b->next = drop;
        drop = b;
        c->count--;
        dropped++;
    }
    c->trimmed += dropped;
    cache_leave(c);
    while (drop) {
        struct buffer *next = drop->next;
        free(drop);
        drop = next;
    }
    return dropped;
}

static bool cache_read(struct buffer_cache *c, unsigned block) {
    struct buffer *b;
    bool over;
    cache_enter(c);
    for (b = c->buffers; b; b = b->next)
        if (b->block == block)
            break;
    if (!b) {
        b = calloc(1, sizeof(*b));
        if (!b) {
            cache_leave(c);
            return false;
        }
        b->block = block;
        b->next = c->buffers;
        c->buffers = b;
        c->count++;
    }
    over = c->count > c->high_water;
    cache_leave(c);
    if (over)
        cache_trim(c);
    return true;
}

static void *io_main(void *arg) {
    struct buffer_cache *c = arg;
    for (unsigned i = 0; i < 500; i++)
        if (!cache_read(c, i * 7 % 90))
            break;
    return NULL;
}

int main(void) {
    static struct buffer_cache cache = {.mutex = PTHREAD_MUTEX_INITIALIZER, .high_water = 40};
    pthread_t threads[2];
    int thread_count = 2;
    for (int i = 0; i < thread_count; i++)
        if (pthread_create(&threads[i], NULL, io_main, &cache) != 0)
            return 1;
    for (int i = 0; i < thread_count; i++)
        pthread_join(threads[i], NULL);
    printf("%u trimmed, %u kept\n", cache.trimmed, cache.count);
    cache.high_water = 0;
    cache_trim(&cache);
    return 0;
}
