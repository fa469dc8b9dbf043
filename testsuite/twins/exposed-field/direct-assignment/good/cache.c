/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=exposed-field, libs=glib, note=public struct with a lock; another file assigns the
// field past the setter
/*
 * A cache's struct is public. Its module has a setter that locks; the preferences dialog, in
 * another file, assigns the field directly, past setter and lock. Here the dialog calls the
 * setter.
 */
#include "cache.h"

Cache *cache_new(guint max_entries) {
    Cache *cache = g_new0(Cache, 1);
    g_mutex_init(&cache->lock);
    cache->entries = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    cache->max_entries = max_entries;
    return cache;
}

static void cache_shrink_locked(Cache *cache) {
    GHashTableIter iter;
    g_hash_table_iter_init(&iter, cache->entries);
    while (g_hash_table_size(cache->entries) > cache->max_entries &&
           g_hash_table_iter_next(&iter, NULL, NULL)) {
        g_hash_table_iter_remove(&iter);
        cache->evictions++;
    }
}

void cache_set_max(Cache *cache, guint max_entries) {
    g_mutex_lock(&cache->lock);
    cache->max_entries = max_entries;
    cache_shrink_locked(cache);
    g_mutex_unlock(&cache->lock);
}

void cache_put(Cache *cache, guint key, const gchar *value) {
    g_mutex_lock(&cache->lock);
    g_hash_table_replace(cache->entries, GUINT_TO_POINTER(key), g_strdup(value));
    cache_shrink_locked(cache);
    g_mutex_unlock(&cache->lock);
}

gchar *cache_get(Cache *cache, guint key) {
    gchar *value;
    g_mutex_lock(&cache->lock);
    value = g_strdup(g_hash_table_lookup(cache->entries, GUINT_TO_POINTER(key)));
    g_mutex_unlock(&cache->lock);
    return value;
}

guint cache_evictions(Cache *cache) {
    guint n;
    g_mutex_lock(&cache->lock);
    n = cache->evictions;
    g_mutex_unlock(&cache->lock);
    return n;
}

void cache_free(Cache *cache) {
    g_hash_table_destroy(cache->entries);
    g_mutex_clear(&cache->lock);
    g_free(cache);
}
