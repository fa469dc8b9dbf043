/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Peer: uthash, an element allocated for each entry as its users do. */
#include <stdint.h>
#include <stdlib.h>
#include <uthash.h>

struct element {
    uint64_t key;
    uint64_t value;
    UT_hash_handle hh;
};

struct table {
    struct element *head;
};

static inline struct element *find(struct table *map, uint64_t key) {
    struct element *element;
    HASH_FIND(hh, map->head, &key, sizeof key, element);
    return element;
}

static inline int get(struct table *map, uint64_t key, uint64_t *out) {
    struct element *element = find(map, key);
    if (element != NULL)
        *out = element->value;
    return element != NULL;
}

static inline void put(struct table *map, uint64_t key, uint64_t value) {
    struct element *element = find(map, key);
    if (element == NULL) {
        element = malloc(sizeof *element);
        element->key = key;
        HASH_ADD(hh, map->head, key, sizeof element->key, element);
    }
    element->value = value;
}

static inline void take(struct table *map, uint64_t key) {
    struct element *element = find(map, key);
    if (element != NULL) {
        HASH_DEL(map->head, element);
        free(element);
    }
}

static uint64_t sum(struct table *map) {
    uint64_t total = 0;
    for (struct element *element = map->head; element != NULL; element = element->hh.next)
        total += element->value;
    return total;
}

static void destroy(struct table *map) {
    struct element *element, *next;
    HASH_ITER(hh, map->head, element, next) {
        HASH_DEL(map->head, element);
        free(element);
    }
    free(map);
}

#define BENCH_NAME uthash
#define BENCH_THREADS 0
#define BENCH_MAP struct table
#define BENCH_CREATE() calloc(1, sizeof(struct table))
#define BENCH_DESTROY(map) destroy(map)
#define BENCH_GET(map, key, out) get(map, key, out)
#define BENCH_PUT(map, key, value) put(map, key, value)
#define BENCH_REMOVE(map, key) take(map, key)
#define BENCH_SUM(map) sum(map)
#include "loops.h"
