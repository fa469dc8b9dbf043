/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=pthread, note=home-made table in another file, several
// workers from one entry
/*
 * A resolver's workers share a cache of answers. The cache is a chained hash table behind
 * functions that, like most such tables, leave locking to their callers; the workers never do
 * any.
 */
#include "core_hash.h"
#include <stdlib.h>
#include <string.h>

struct entry {
    struct entry *next;
    char *key;
    void *value;
};

struct core_hash {
    struct entry **buckets;
    size_t size, count;
    core_hash_free_fn free_value;
};

static size_t bucket_of(const struct core_hash *hash, const char *key) {
    size_t h = 5381;
    while (*key)
        h = h * 33 + (unsigned char)*key++;
    return h % hash->size;
}

struct core_hash *core_hash_create(size_t buckets, core_hash_free_fn free_value) {
    struct core_hash *hash = calloc(1, sizeof(*hash));
    if (!hash)
        return NULL;
    hash->buckets = calloc(buckets, sizeof(*hash->buckets));
    if (!hash->buckets) {
        free(hash);
        return NULL;
    }
    hash->size = buckets;
    hash->free_value = free_value;
    return hash;
}

int core_hash_insert(struct core_hash *hash, const char *key, void *value) {
    struct entry *e = malloc(sizeof(*e));
    if (!e)
        return -1;
    e->key = strdup(key);
    if (!e->key) {
        free(e);
        return -1;
    }
    size_t b = bucket_of(hash, key);
    e->value = value;
    e->next = hash->buckets[b];
    hash->buckets[b] = e;
    hash->count++;
    return 0;
}

void *core_hash_find(struct core_hash *hash, const char *key) {
    for (struct entry *e = hash->buckets[bucket_of(hash, key)]; e; e = e->next)
        if (strcmp(e->key, key) == 0)
            return e->value;
    return NULL;
}

size_t core_hash_count(const struct core_hash *hash) { return hash->count; }

void core_hash_destroy(struct core_hash *hash) {
    for (size_t b = 0; b < hash->size; b++) {
        while (hash->buckets[b]) {
            struct entry *e = hash->buckets[b];
            hash->buckets[b] = e->next;
            if (hash->free_value)
                hash->free_value(e->value);
            free(e->key);
            free(e);
        }
    }
    free(hash->buckets);
    free(hash);
}
