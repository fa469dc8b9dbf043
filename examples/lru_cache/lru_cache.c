/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A cache of resolved names: a uthash behind a reader/writer lock, the least recently used entry at
 * the head. It has the bug of nearly every such cache; lru_cache_fixed.c is the same program
 * without it.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct entry {
    unsigned name; /* key */
    unsigned address;
    UT_hash_handle hh;
};

struct cache {
    pthread_rwlock_t lock;
    struct entry *entries;
    unsigned limit;
};

static void cache_init(struct cache *cache, unsigned limit) {
    pthread_rwlock_init(&cache->lock, NULL);
    cache->entries = NULL;
    cache->limit = limit;
}

/* Readers may look up at the same time: that is what the reader/writer lock is for. */
static bool cache_get(struct cache *cache, unsigned name, unsigned *address) {
    struct entry *entry;

    pthread_rwlock_rdlock(&cache->lock);
    HASH_FIND_INT(cache->entries, &name, entry);
    if (entry) {
        *address = entry->address;
        HASH_DEL(cache->entries, entry); /* to the end: used just now */
        HASH_ADD_INT(cache->entries, name, entry);
    }
    pthread_rwlock_unlock(&cache->lock);
    return entry != NULL;
}

static void cache_put(struct cache *cache, unsigned name, unsigned address) {
    struct entry *entry;

    pthread_rwlock_wrlock(&cache->lock);
    HASH_FIND_INT(cache->entries, &name, entry);
    if (!entry) {
        entry = calloc(1, sizeof *entry);
        if (!entry)
            abort();
        entry->name = name;
        HASH_ADD_INT(cache->entries, name, entry);
    }
    entry->address = address;
    if (HASH_COUNT(cache->entries) > cache->limit) {
        struct entry *oldest = cache->entries;
        HASH_DEL(cache->entries, oldest);
        free(oldest);
    }
    pthread_rwlock_unlock(&cache->lock);
}

static void cache_destroy(struct cache *cache) {
    struct entry *entry, *next;

    HASH_ITER(hh, cache->entries, entry, next) {
        HASH_DEL(cache->entries, entry);
        free(entry);
    }
    pthread_rwlock_destroy(&cache->lock);
}

#define THREADS 2
#define LOOKUPS 1000000

static void *resolve_names(void *data) {
    struct cache *cache = data;
    unsigned seed = (unsigned)(size_t)&seed;
    for (int i = 0; i < LOOKUPS; i++) {
        unsigned name = (unsigned)rand_r(&seed) % 1200, address;
        if (!cache_get(cache, name, &address))
            cache_put(cache, name, name ^ 0x0a000000);
    }
    return NULL;
}

int main(void) {
    static struct cache cache;
    pthread_t resolvers[THREADS];

    cache_init(&cache, 1000);
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&resolvers[i], NULL, resolve_names, &cache) != 0)
            abort();
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(resolvers[i], NULL);
    printf("%u names in the cache\n", HASH_COUNT(cache.entries));
    cache_destroy(&cache);
    return 0;
}
