/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=trylock with retry, backoff, and both orders of two locks
// avoided by trying
/*
 * Correct: the migrator takes its second lock only with trylock and backs off when it fails, so
 * the reverse order elsewhere cannot deadlock; the sweeper skips shards that are busy.
 */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define SHARDS 4

struct item {
    struct item *next;
    unsigned key;
};

struct shard {
    pthread_mutex_t lock;
    struct item *items;
    unsigned count;
};

static struct shard shards[SHARDS];

static void shard_push(struct shard *s, struct item *item) {
    item->next = s->items;
    s->items = item;
    s->count++;
}

static bool shard_add(unsigned key) {
    struct shard *s = &shards[key % SHARDS];
    struct item *item = calloc(1, sizeof(*item));
    if (!item)
        return false;
    item->key = key;
    while (pthread_mutex_trylock(&s->lock) != 0)
        sched_yield();
    shard_push(s, item);
    pthread_mutex_unlock(&s->lock);
    return true;
}

static bool shard_migrate_one(struct shard *from, struct shard *to) {
    for (int attempt = 0; attempt < 100; attempt++) {
        pthread_mutex_lock(&from->lock);
        if (pthread_mutex_trylock(&to->lock) != 0) {
            pthread_mutex_unlock(&from->lock);
            sched_yield();
            continue;
        }
        struct item *item = from->items;
        if (item) {
            from->items = item->next;
            from->count--;
            shard_push(to, item);
        }
        pthread_mutex_unlock(&to->lock);
        pthread_mutex_unlock(&from->lock);
        return item != NULL;
    }
    return false;
}

static unsigned shard_sweep(void) {
    unsigned freed = 0;
    for (unsigned i = 0; i < SHARDS; i++) {
        struct item *item = NULL;
        int busy = pthread_mutex_trylock(&shards[i].lock);
        if (busy)
            continue;
        if (shards[i].count > 20) {
            item = shards[i].items;
            shards[i].items = item->next;
            shards[i].count--;
        }
        pthread_mutex_unlock(&shards[i].lock);
        if (item) {
            free(item);
            freed++;
        }
    }
    return freed;
}

static void *mover_main(void *arg) {
    unsigned start = *(unsigned *)arg;
    size_t swept = 0;
    for (unsigned i = 0; i < 200; i++) {
        unsigned a = (start + i) % SHARDS, b = (start + 3 * i + 1) % SHARDS;
        if (!shard_add(start + i))
            break;
        if (a != b)
            shard_migrate_one(&shards[a], &shards[b]);
        swept += shard_sweep();
    }
    return (void *)swept;
}

int main(void) {
    pthread_t threads[2];
    unsigned starts[2] = {0, 100}, left = 0;
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_init(&shards[i].lock, NULL);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, mover_main, &starts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < SHARDS; i++) {
        left += shards[i].count;
        while (shards[i].items) {
            struct item *item = shards[i].items;
            shards[i].items = item->next;
            free(item);
        }
        pthread_mutex_destroy(&shards[i].lock);
    }
    printf("%u left\n", left);
    return 0;
}
