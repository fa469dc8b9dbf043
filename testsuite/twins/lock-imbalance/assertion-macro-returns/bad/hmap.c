/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=a return-if-fail macro after the lock returns with it
/*
 * Parameter map of a multimedia framework. The check that the map is not frozen came to stand behind
 * the lock, and the macro that checks returns.
 */
#include "macros.h"

#include <stdlib.h>

static struct hmap_entry *hmap_find(struct hmap *map, int key) {
    struct hmap_entry *e = map->heads[key & 7];
    while (e && e->key != key)
        e = e->next;
    return e;
}

int hmap_set(struct hmap *map, int key, int value) {
    RETURN_VAL_IF_FAIL(map != NULL, -1);
    MAP_LOCK(map);
    RETURN_VAL_IF_FAIL(!map->frozen, -1); // BAD(lock-imbalance)
    struct hmap_entry *e = hmap_find(map, key);
    if (!e && (e = malloc(sizeof(*e)))) {
        e->key = key;
        e->next = map->heads[key & 7];
        map->heads[key & 7] = e;
        map->size++;
    }
    if (e)
        e->value = value;
    MAP_UNLOCK(map);
    return e ? 0 : -1;
}

int hmap_get(struct hmap *map, int key, int fallback) {
    RETURN_VAL_IF_FAIL(map != NULL, fallback);
    MAP_LOCK(map);
    struct hmap_entry *e = hmap_find(map, key);
    int value = e ? e->value : fallback;
    MAP_UNLOCK(map);
    return value;
}

int hmap_freeze(struct hmap *map, int frozen) {
    RETURN_VAL_IF_FAIL(map != NULL, -1);
    MAP_LOCK(map);
    int before = map->frozen;
    map->frozen = frozen;
    MAP_UNLOCK(map);
    return before;
}
