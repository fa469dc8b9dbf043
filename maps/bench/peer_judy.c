/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Peer: JudyL, a radix tree; ordered. */
#include <Judy.h>
#include <stdint.h>
#include <stdlib.h>

struct table {
    Pvoid_t judy;
};

static inline int get(struct table *map, uint64_t key, uint64_t *out) {
    PPvoid_t value = JudyLGet(map->judy, key, NULL);
    if (value != NULL)
        *out = (uint64_t)*value;
    return value != NULL;
}

static inline void put(struct table *map, uint64_t key, uint64_t value) {
    *(Word_t *)JudyLIns(&map->judy, key, NULL) = value;
}

static uint64_t sum(struct table *map) {
    uint64_t total = 0;
    Word_t key = 0;
    for (PPvoid_t value = JudyLFirst(map->judy, &key, NULL); value != NULL;
         value = JudyLNext(map->judy, &key, NULL))
        total += (uint64_t)*value;
    return total;
}

static void destroy(struct table *map) {
    JudyLFreeArray(&map->judy, NULL);
    free(map);
}

#define BENCH_NAME judy
#define BENCH_THREADS 0
#define BENCH_MAP struct table
#define BENCH_CREATE() calloc(1, sizeof(struct table))
#define BENCH_DESTROY(map) destroy(map)
#define BENCH_GET(map, key, out) get(map, key, out)
#define BENCH_PUT(map, key, value) put(map, key, value)
#define BENCH_REMOVE(map, key) JudyLDel(&map->judy, key, NULL)
#define BENCH_SUM(map) sum(map)
#include "loops.h"
