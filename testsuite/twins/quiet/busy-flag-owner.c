/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=an entry marked busy under the lock belongs to who marked it
/*
 * Block cache of a disk tool. Who sets an entry's busy flag under the cache lock has the entry for himself:
 * the data is read and changed without the lock, others wait on the condition.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define BLOCKS 4

struct block {
    bool busy;
    unsigned number;
    unsigned uses;
    unsigned char data[64];
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t released;
    struct block blocks[BLOCKS];
    unsigned waits;
} cache = {.lock = PTHREAD_MUTEX_INITIALIZER, .released = PTHREAD_COND_INITIALIZER};

static struct block *block_claim(unsigned number) {
    struct block *b = &cache.blocks[number % BLOCKS];
    pthread_mutex_lock(&cache.lock);
    while (b->busy) {
        cache.waits++;
        pthread_cond_wait(&cache.released, &cache.lock);
    }
    b->busy = true;
    pthread_mutex_unlock(&cache.lock);
    return b;
}

static void block_release(struct block *b) {
    pthread_mutex_lock(&cache.lock);
    b->busy = false;
    b->uses++;
    pthread_cond_broadcast(&cache.released);
    pthread_mutex_unlock(&cache.lock);
}

static unsigned block_update(unsigned number, unsigned char value) {
    struct block *b = block_claim(number);
    unsigned sum = 0;
    if (b->number != number) {
        memset(b->data, (int)(number & 0xff), sizeof(b->data));
        b->number = number;
    }
    b->data[value % sizeof(b->data)] ^= value;
    for (size_t i = 0; i < sizeof(b->data); i++)
        sum += b->data[i];
    block_release(b);
    return sum;
}

static void *writer_main(void *arg) {
    unsigned number = *(unsigned *)arg, sum = 0;
    for (unsigned i = 0; i < 3000; i++)
        sum += block_update((number + i) % 10, (unsigned char)i);
    return (void *)(size_t)sum;
}

int main(void) {
    pthread_t writers[3];
    unsigned numbers[3] = {0, 3, 5}, uses = 0;
    for (int i = 0; i < 3; i++)
        if (pthread_create(&writers[i], NULL, writer_main, &numbers[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(writers[i], NULL);
    for (int i = 0; i < BLOCKS; i++)
        uses += cache.blocks[i].uses;
    printf("%u uses, %s\n", uses, cache.waits ? "some waits" : "no wait");
    return 0;
}
