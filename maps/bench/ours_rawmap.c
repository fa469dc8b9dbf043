/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* rawmap with its own pages and with huge ones. */
#include <mapsan/maps/rawmap.h>

static bool add(void *sum, const uint64_t *key, const uint64_t *value) {
    (void)key;
    *(uint64_t *)sum += *value;
    return true;
}

static uint64_t sum_words(struct rawmap *map) {
    uint64_t sum = 0;
    rawmap_each(map, add, &sum);
    return sum;
}

static struct rawmap *create_huge(void) {
    struct mapsan_map_options options = {0, 0, &mapsan_map_system_allocator};
    return rawmap_new(&options);
}

#define BENCH_NAME rawmap
#define BENCH_THREADS 0
#define BENCH_MAP struct rawmap
#define BENCH_CREATE() rawmap_new(NULL)
#define BENCH_DESTROY(map) rawmap_free(map)
#define BENCH_GET(map, key, out) rawmap_get(map, key, out)
#define BENCH_PUT(map, key, value) rawmap_put(map, key, value)
#define BENCH_REMOVE(map, key) rawmap_remove(map, key)
#define BENCH_SUM(map) sum_words(map)
#include "loops.h"

#define BENCH_NAME rawmap_huge
#define BENCH_THREADS 0
#define BENCH_MAP struct rawmap
#define BENCH_CREATE() create_huge()
#define BENCH_DESTROY(map) rawmap_free(map)
#define BENCH_GET(map, key, out) rawmap_get(map, key, out)
#define BENCH_PUT(map, key, value) rawmap_put(map, key, value)
#define BENCH_REMOVE(map, key) rawmap_remove(map, key)
#define BENCH_SUM(map) sum_words(map)
#include "loops.h"
