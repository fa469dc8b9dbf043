/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* rwmap, its pthread twin, and hmap behind a plain mutex, which every lock must beat to be worth
 * it. */
#include <mapsan/maps/rwmap.h>
#include <mapsan/maps/rwmap_pthread.h>
#include <stdlib.h>

MAPSAN_MAP_DEFINE(rwmap, shared_words, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(rwmap_pthread, pthread_words, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(hmap, plain_words, MAPSAN_KEY_U64, uint64_t)

struct mutex_words {
    pthread_mutex_t mutex;
    struct plain_words *map;
};

static struct mutex_words *create(void) {
    struct mutex_words *self = malloc(sizeof *self);
    pthread_mutex_init(&self->mutex, NULL);
    self->map = plain_words_new(NULL);
    return self;
}

static void destroy(struct mutex_words *self) {
    plain_words_free(self->map);
    pthread_mutex_destroy(&self->mutex);
    free(self);
}

static inline bool get(struct mutex_words *self, uint64_t key, uint64_t *out) {
    pthread_mutex_lock(&self->mutex);
    bool found = plain_words_get(self->map, key, out);
    pthread_mutex_unlock(&self->mutex);
    return found;
}

static inline void put(struct mutex_words *self, uint64_t key, uint64_t value) {
    pthread_mutex_lock(&self->mutex);
    (void)plain_words_put(self->map, key, value);
    pthread_mutex_unlock(&self->mutex);
}

static inline void take(struct mutex_words *self, uint64_t key) {
    pthread_mutex_lock(&self->mutex);
    (void)plain_words_remove(self->map, key);
    pthread_mutex_unlock(&self->mutex);
}

static bool add(void *sum, const uint64_t *key, const uint64_t *value) {
    (void)key;
    *(uint64_t *)sum += *value;
    return true;
}

static uint64_t sum_shared(struct shared_words *map) {
    uint64_t sum = 0;
    shared_words_each(map, add, &sum);
    return sum;
}

static uint64_t sum_pthread(struct pthread_words *map) {
    uint64_t sum = 0;
    pthread_words_each(map, add, &sum);
    return sum;
}

static uint64_t sum_mutex(struct mutex_words *self) {
    uint64_t sum = 0;
    plain_words_each(self->map, add, &sum);
    return sum;
}

#define BENCH_NAME rwmap
#define BENCH_THREADS 1
#define BENCH_MAP struct shared_words
#define BENCH_CREATE() shared_words_new(NULL)
#define BENCH_DESTROY(map) shared_words_free(map)
#define BENCH_GET(map, key, out) shared_words_get(map, key, out)
#define BENCH_PUT(map, key, value) shared_words_put(map, key, value)
#define BENCH_REMOVE(map, key) shared_words_remove(map, key)
#define BENCH_SUM(map) sum_shared(map)
#include "loops.h"

#define BENCH_NAME rwmap_pthread
#define BENCH_THREADS 1
#define BENCH_MAP struct pthread_words
#define BENCH_CREATE() pthread_words_new(NULL)
#define BENCH_DESTROY(map) pthread_words_free(map)
#define BENCH_GET(map, key, out) pthread_words_get(map, key, out)
#define BENCH_PUT(map, key, value) pthread_words_put(map, key, value)
#define BENCH_REMOVE(map, key) pthread_words_remove(map, key)
#define BENCH_SUM(map) sum_pthread(map)
#include "loops.h"

#define BENCH_NAME hmap_mutex
#define BENCH_THREADS 1
#define BENCH_MAP struct mutex_words
#define BENCH_CREATE() create()
#define BENCH_DESTROY(map) destroy(map)
#define BENCH_GET(map, key, out) get(map, key, out)
#define BENCH_PUT(map, key, value) put(map, key, value)
#define BENCH_REMOVE(map, key) take(map, key)
#define BENCH_SUM(map) sum_mutex(map)
#include "loops.h"
