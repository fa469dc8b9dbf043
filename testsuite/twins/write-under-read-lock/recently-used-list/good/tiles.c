/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=pthread, note=a hit is moved to the head of the list while
// the lock is held shared
/*
 * Tile cache of a map renderer. A get takes the lock for reading and moves the tile to the head of the
 * recently-used list: two gets at once tear the list. The fix takes the lock for writing.
 */
#include "tiles.h"

#include <stdlib.h>
#include <string.h>

void tile_cache_init(struct tile_cache *cache, unsigned limit) {
    pthread_rwlock_init(&cache->rwlock, NULL);
    INIT_LIST_HEAD(&cache->lru);
    cache->count = 0;
    cache->limit = limit;
}

static struct tile *tile_find(struct tile_cache *cache, unsigned key) {
    struct tile *t;
    list_for_each_entry(t, &cache->lru, lru)
        if (t->key == key)
            return t;
    return NULL;
}

int tile_cache_get(struct tile_cache *cache, unsigned key, unsigned char *pixels) {
    struct tile *t;

    pthread_rwlock_wrlock(&cache->rwlock);
    t = tile_find(cache, key);
    if (t) {
        list_move(&t->lru, &cache->lru);
        memcpy(pixels, t->pixels, sizeof(t->pixels));
    }
    pthread_rwlock_unlock(&cache->rwlock);
    return t != NULL;
}

int tile_cache_put(struct tile_cache *cache, unsigned key, const unsigned char *pixels) {
    struct tile *t = malloc(sizeof(*t)), *dead = NULL;
    if (!t)
        return -1;
    t->key = key;
    memcpy(t->pixels, pixels, sizeof(t->pixels));

    pthread_rwlock_wrlock(&cache->rwlock);
    if (tile_find(cache, key)) {
        dead = t;
    } else {
        list_add(&t->lru, &cache->lru);
        if (++cache->count > cache->limit) {
            dead = list_entry(cache->lru.prev, struct tile, lru);
            list_del(&dead->lru);
            cache->count--;
        }
    }
    pthread_rwlock_unlock(&cache->rwlock);
    free(dead);
    return 0;
}

void tile_cache_clear(struct tile_cache *cache) {
    while (cache->lru.next != &cache->lru) {
        struct tile *t = list_entry(cache->lru.next, struct tile, lru);
        list_del(&t->lru);
        free(t);
    }
    pthread_rwlock_destroy(&cache->rwlock);
}
