/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=raw-internals, libs=pthread, note=opaque self-locking map cast to a private copy of
// its struct
/*
 * A map is opaque and locks itself. The status page wants the count without waiting for the lock
 * and casts the map to a private copy of its header, past API and lock. Here it calls the map's
 * own function.
 */
#include "intmap.h"
#include <pthread.h>
#include <stdlib.h>

struct intmap_cell {
    bool used;
    unsigned key;
    long value;
};

struct intmap {
    size_t count;
    size_t capacity;
    struct intmap_cell *cells;
    pthread_mutex_t mutex;
};

struct intmap *intmap_create(size_t capacity) {
    struct intmap *map = calloc(1, sizeof(*map));
    if (!map)
        return NULL;
    map->cells = calloc(capacity, sizeof(*map->cells));
    if (!map->cells || pthread_mutex_init(&map->mutex, NULL) != 0) {
        free(map->cells);
        free(map);
        return NULL;
    }
    map->capacity = capacity;
    return map;
}

static struct intmap_cell *cell_for(struct intmap *map, unsigned key) {
    for (size_t i = 0; i < map->capacity; i++) {
        struct intmap_cell *cell = &map->cells[(key + i) % map->capacity];
        if (!cell->used || cell->key == key)
            return cell;
    }
    return NULL;
}

bool intmap_set(struct intmap *map, unsigned key, long value) {
    pthread_mutex_lock(&map->mutex);
    struct intmap_cell *cell = cell_for(map, key);
    if (cell) {
        map->count += !cell->used;
        cell->used = true;
        cell->key = key;
        cell->value = value;
    }
    pthread_mutex_unlock(&map->mutex);
    return cell != NULL;
}

bool intmap_get(struct intmap *map, unsigned key, long *value) {
    bool found = false;
    pthread_mutex_lock(&map->mutex);
    struct intmap_cell *cell = cell_for(map, key);
    if (cell && cell->used) {
        *value = cell->value;
        found = true;
    }
    pthread_mutex_unlock(&map->mutex);
    return found;
}

size_t intmap_count(struct intmap *map) {
    pthread_mutex_lock(&map->mutex);
    size_t count = map->count;
    pthread_mutex_unlock(&map->mutex);
    return count;
}

void intmap_destroy(struct intmap *map) {
    pthread_mutex_destroy(&map->mutex);
    free(map->cells);
    free(map);
}
