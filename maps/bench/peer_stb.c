/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Peer: stb_ds's hm. */
#include <stdint.h>
#include <stdlib.h>
#define STB_DS_IMPLEMENTATION
#include <stb/stb_ds.h>

struct pair {
    uint64_t key;
    uint64_t value;
};

struct table {
    struct pair *pairs;
};

static inline int get(struct table *map, uint64_t key, uint64_t *out) {
    struct pair *pair = hmgetp_null(map->pairs, key);
    if (pair != NULL)
        *out = pair->value;
    return pair != NULL;
}

static uint64_t sum(struct table *map) {
    uint64_t total = 0;
    for (ptrdiff_t i = 0; i < hmlen(map->pairs); i++)
        total += map->pairs[i].value;
    return total;
}

static void destroy(struct table *map) {
    hmfree(map->pairs);
    free(map);
}

#define BENCH_NAME stb_ds
#define BENCH_THREADS 0
#define BENCH_MAP struct table
#define BENCH_CREATE() calloc(1, sizeof(struct table))
#define BENCH_DESTROY(map) destroy(map)
#define BENCH_GET(map, key, out) get(map, key, out)
#define BENCH_PUT(map, key, value) hmput(map->pairs, key, value)
#define BENCH_REMOVE(map, key) ((void)hmdel(map->pairs, key))
#define BENCH_SUM(map) sum(map)
#include "loops.h"
