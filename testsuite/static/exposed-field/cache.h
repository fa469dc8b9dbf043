/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A public struct whose functions lock; they are inline, so that one file shows both sides. */
#ifndef CACHE_H
#define CACHE_H
#include <pthread.h>

struct cache {
    pthread_mutex_t lock;
    int max;
    int used;
    const char **names;
    int hits; /* nobody locks for these */
};

static inline void cache_set_max(struct cache *c, int max, const char **names) {
    pthread_mutex_lock(&c->lock);
    c->max = max;
    if (c->used > c->max)
        c->used = c->max;
    c->names = names;
    pthread_mutex_unlock(&c->lock);
}

static inline int cache_add(struct cache *c) {
    int room;
    pthread_mutex_lock(&c->lock);
    room = c->max - c->used;
    if (room > 0)
        c->used++;
    pthread_mutex_unlock(&c->lock);
    c->hits++;
    return room;
}

static inline int cache_max(const struct cache *c) {
    return c->hits;
}
#endif
