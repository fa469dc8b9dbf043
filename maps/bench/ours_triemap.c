/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* triemap, typed. */
#include <mapsan/maps/triemap.h>

MAPSAN_MAP_DEFINE(triemap, trie_words, MAPSAN_KEY_U64, uint64_t)

static bool add(void *sum, const uint64_t *key, const uint64_t *value) {
    (void)key;
    *(uint64_t *)sum += *value;
    return true;
}

static uint64_t sum_of(struct trie_words *map) {
    uint64_t sum = 0;
    trie_words_each(map, add, &sum);
    return sum;
}

#define BENCH_NAME triemap
#define BENCH_THREADS 1
#define BENCH_MAP struct trie_words
#define BENCH_CREATE() trie_words_new(NULL)
#define BENCH_DESTROY(map) trie_words_free(map)
#define BENCH_GET(map, key, out) trie_words_get(map, key, out)
#define BENCH_PUT(map, key, value) trie_words_put(map, key, value)
#define BENCH_REMOVE(map, key) trie_words_remove(map, key)
#define BENCH_SUM(map) sum_of(map)
#include "loops.h"
