/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=uthash+pthread, note=two locks of the same type in the order of
// the arguments
/*
 * A key/value store moves keys between shards and locks source and destination in the order of
 * its arguments: two moves in opposite directions deadlock.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

#define SHARDS 4

struct item {
    int key;
    long value;
    UT_hash_handle hh;
};

struct shard {
    pthread_mutex_t mutex;
    struct item *items;
    unsigned index;
    unsigned moved;
};

static struct shard shards[SHARDS];

static bool shard_set(struct shard *s, int key, long value) {
    struct item *i;
    pthread_mutex_lock(&s->mutex);
    HASH_FIND_INT(s->items, &key, i);
    if (!i) {
        i = calloc(1, sizeof(*i));
        if (!i) {
            pthread_mutex_unlock(&s->mutex);
            return false;
        }
        i->key = key;
        HASH_ADD_INT(s->items, key, i);
    }
    i->value = value;
    pthread_mutex_unlock(&s->mutex);
    return true;
}

static bool shard_move(struct shard *from, struct shard *to, int key) {
    struct item *i, *there;
    bool moved = false;
    if (from == to)
        return false;
    pthread_mutex_lock(&from->mutex);
    pthread_mutex_lock(&to->mutex); // BAD(lock-order)
    HASH_FIND_INT(from->items, &key, i);
    HASH_FIND_INT(to->items, &key, there);
    if (i && !there) {
        HASH_DEL(from->items, i);
        HASH_ADD_INT(to->items, key, i);
        to->moved++;
        moved = true;
    }
    pthread_mutex_unlock(&to->mutex);
    pthread_mutex_unlock(&from->mutex);
    return moved;
}

static unsigned shard_count(struct shard *s) {
    pthread_mutex_lock(&s->mutex);
    unsigned count = HASH_COUNT(s->items);
    pthread_mutex_unlock(&s->mutex);
    return count;
}

static void *balancer_main(void *arg) {
    int step = *(int *)arg;
    size_t moved = 0;
    for (int i = 0; i < 300; i++) {
        unsigned a = (unsigned)i % SHARDS, b = (unsigned)(i * step + 1) % SHARDS;
        if (!shard_set(&shards[a], i % 40, i))
            break;
        if (shard_count(&shards[a]) > shard_count(&shards[b]))
            moved += shard_move(&shards[a], &shards[b], i % 40);
    }
    return (void *)moved;
}

int main(void) {
    pthread_t balancers[2];
    int balancer_count = 1;
    int steps[2] = {3, 5};
    for (unsigned i = 0; i < SHARDS; i++) {
        pthread_mutex_init(&shards[i].mutex, NULL);
        shards[i].index = i;
    }
    for (int i = 0; i < balancer_count; i++)
        if (pthread_create(&balancers[i], NULL, balancer_main, &steps[i]) != 0)
            return 1;
    for (int i = 0; i < balancer_count; i++)
        pthread_join(balancers[i], NULL);
    for (unsigned i = 0; i < SHARDS; i++) {
        struct item *item, *next;
        printf("shard %u: %u moved in\n", i, shards[i].moved);
        HASH_ITER(hh, shards[i].items, item, next) {
            HASH_DEL(shards[i].items, item);
            free(item);
        }
    }
    return 0;
}
