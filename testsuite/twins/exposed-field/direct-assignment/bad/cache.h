/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef CACHE_H
#define CACHE_H
#include <glib.h>

typedef struct {
    GMutex lock;
    GHashTable *entries;
    guint max_entries; /* under lock; use cache_set_max */
    guint evictions;
} Cache;

Cache *cache_new(guint max_entries);
void cache_set_max(Cache *cache, guint max_entries);
void cache_put(Cache *cache, guint key, const gchar *value);
gchar *cache_get(Cache *cache, guint key);
guint cache_evictions(Cache *cache);
void cache_free(Cache *cache);
#endif
