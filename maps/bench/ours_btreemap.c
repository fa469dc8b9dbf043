/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* btreemap in its typed and its generic form. */
#include <mapsan/maps/btreemap.h>

MAPSAN_MAP_DEFINE(btreemap, words, MAPSAN_KEY_U64, uint64_t)

static bool add(void *sum, const uint64_t *key, const uint64_t *value) {
    (void)key;
    *(uint64_t *)sum += *value;
    return true;
}

static uint64_t sum_words(struct words *map) {
    uint64_t sum = 0;
    words_each(map, add, &sum);
    return sum;
}

static struct mapsan_map_type bytes;

static struct btreemap *create_generic(void) {
    bytes = mapsan_map_type_bytes(sizeof(uint64_t), sizeof(uint64_t), sizeof(uint64_t));
    return btreemap_new(&bytes, NULL);
}

static bool add_generic(void *sum, const void *key, const void *value) {
    return add(sum, key, value);
}

static uint64_t sum_generic(struct btreemap *map) {
    uint64_t sum = 0;
    btreemap_each(map, add_generic, &sum);
    return sum;
}

static void put_generic(struct btreemap *map, uint64_t key, uint64_t value) {
    btreemap_put(map, &key, &value);
}

#define BENCH_NAME btreemap
#define BENCH_THREADS 0
#define BENCH_MAP struct words
#define BENCH_CREATE() words_new(NULL)
#define BENCH_DESTROY(map) words_free(map)
#define BENCH_GET(map, key, out) words_get(map, key, out)
#define BENCH_PUT(map, key, value) words_put(map, key, value)
#define BENCH_REMOVE(map, key) words_remove(map, key)
#define BENCH_SUM(map) sum_words(map)
#include "loops.h"

#define BENCH_NAME btreemap_generic
#define BENCH_THREADS 0
#define BENCH_MAP struct btreemap
#define BENCH_CREATE() create_generic()
#define BENCH_DESTROY(map) btreemap_free(map)
#define BENCH_GET(map, key, out) btreemap_get(map, &(key), out)
#define BENCH_PUT(map, key, value) put_generic(map, key, value)
#define BENCH_REMOVE(map, key) btreemap_remove(map, &(key))
#define BENCH_SUM(map) sum_generic(map)
#include "loops.h"
