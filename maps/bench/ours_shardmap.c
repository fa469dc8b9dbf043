/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* shardmap, typed. */
#include <mapsan/maps/shardmap.h>

MAPSAN_MAP_DEFINE(shardmap, shard_words, MAPSAN_KEY_U64, uint64_t)

static bool add(void *sum, const uint64_t *key, const uint64_t *value) {
    (void)key;
    *(uint64_t *)sum += *value;
    return true;
}

static uint64_t sum_of(struct shard_words *map) {
    uint64_t sum = 0;
    shard_words_each(map, add, &sum);
    return sum;
}

#define BENCH_NAME shardmap
#define BENCH_THREADS 1
#define BENCH_MAP struct shard_words
#define BENCH_CREATE() shard_words_new(NULL)
#define BENCH_DESTROY(map) shard_words_free(map)
#define BENCH_GET(map, key, out) shard_words_get(map, key, out)
#define BENCH_PUT(map, key, value) shard_words_put(map, key, value)
#define BENCH_REMOVE(map, key) shard_words_remove(map, key)
#define BENCH_SUM(map) sum_of(map)
#include "loops.h"
