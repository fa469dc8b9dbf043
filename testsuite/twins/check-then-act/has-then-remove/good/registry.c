/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=glib+pthread, note=across two helpers that each lock; the
// result is used blindly
/*
 * A device manager asks registry_has and then takes the device out with registry_steal, which
 * returns NULL when it is gone meanwhile; the caller uses the device without a test. Each helper
 * locks, the pair does not. Here the caller relies on the second helper's answer alone.
 */
#include "registry.h"
#include <pthread.h>

static pthread_mutex_t registry_mutex = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *registry;

void registry_init(void) {
    registry = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)device_free);
}

gboolean registry_has(const char *path) {
    pthread_mutex_lock(&registry_mutex);
    gboolean has = g_hash_table_contains(registry, path);
    pthread_mutex_unlock(&registry_mutex);
    return has;
}

gboolean registry_add(const char *path, unsigned long capacity) {
    struct device *d = g_new0(struct device, 1);
    gboolean added;
    d->path = g_strdup(path);
    d->capacity = capacity;
    pthread_mutex_lock(&registry_mutex);
    added = !g_hash_table_contains(registry, path);
    if (added)
        g_hash_table_insert(registry, d->path, d);
    pthread_mutex_unlock(&registry_mutex);
    if (!added)
        device_free(d);
    return added;
}

struct device *registry_steal(const char *path) {
    struct device *d;
    pthread_mutex_lock(&registry_mutex);
    d = g_hash_table_lookup(registry, path);
    if (d)
        g_hash_table_steal(registry, path);
    pthread_mutex_unlock(&registry_mutex);
    return d;
}

unsigned registry_count(void) {
    pthread_mutex_lock(&registry_mutex);
    unsigned count = g_hash_table_size(registry);
    pthread_mutex_unlock(&registry_mutex);
    return count;
}

void device_free(struct device *device) {
    g_free(device->path);
    g_free(device);
}
