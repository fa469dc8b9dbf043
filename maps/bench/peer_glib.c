/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Peer: GLib's GHashTable with words for pointers, its best case; alone, with GRWLock, with GMutex.
 */
#include <glib.h>
#include <stdint.h>

struct locked {
    GHashTable *table;
    GRWLock rwlock;
    GMutex mutex;
};

static GHashTable *create(void) { return g_hash_table_new(g_direct_hash, g_direct_equal); }

static struct locked *create_locked(void) {
    struct locked *map = g_new0(struct locked, 1);
    map->table = create();
    g_rw_lock_init(&map->rwlock);
    g_mutex_init(&map->mutex);
    return map;
}

static void destroy_locked(struct locked *map) {
    g_hash_table_destroy(map->table);
    g_rw_lock_clear(&map->rwlock);
    g_mutex_clear(&map->mutex);
    g_free(map);
}

static inline gboolean get(GHashTable *table, uint64_t key, uint64_t *out) {
    gpointer value = NULL;
    gboolean found = g_hash_table_lookup_extended(table, (gpointer)key, NULL, &value);
    *out = (uint64_t)value;
    return found;
}

static inline void put(GHashTable *table, uint64_t key, uint64_t value) {
    g_hash_table_insert(table, (gpointer)key, (gpointer)value);
}

static uint64_t sum(GHashTable *table) {
    GHashTableIter iter;
    gpointer value;
    uint64_t total = 0;
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        total += (uint64_t)value;
    return total;
}

#define LOCKED(kind, lock, unlock, field)                                                          \
    static inline gboolean get_##kind(struct locked *map, uint64_t key, uint64_t *out) {           \
        lock(&map->field);                                                                         \
        gboolean found = get(map->table, key, out);                                                \
        unlock(&map->field);                                                                       \
        return found;                                                                              \
    }
LOCKED(rwlock, g_rw_lock_reader_lock, g_rw_lock_reader_unlock, rwlock)
LOCKED(mutex, g_mutex_lock, g_mutex_unlock, mutex)

#define CHANGED(kind, lock, unlock, field)                                                         \
    static inline void put_##kind(struct locked *map, uint64_t key, uint64_t value) {              \
        lock(&map->field);                                                                         \
        put(map->table, key, value);                                                               \
        unlock(&map->field);                                                                       \
    }                                                                                              \
    static inline void remove_##kind(struct locked *map, uint64_t key) {                           \
        lock(&map->field);                                                                         \
        g_hash_table_remove(map->table, (gpointer)key);                                            \
        unlock(&map->field);                                                                       \
    }
CHANGED(rwlock, g_rw_lock_writer_lock, g_rw_lock_writer_unlock, rwlock)
CHANGED(mutex, g_mutex_lock, g_mutex_unlock, mutex)

#define BENCH_NAME ghashtable
#define BENCH_THREADS 0
#define BENCH_MAP GHashTable
#define BENCH_CREATE() create()
#define BENCH_DESTROY(map) g_hash_table_destroy(map)
#define BENCH_GET(map, key, out) get(map, key, out)
#define BENCH_PUT(map, key, value) put(map, key, value)
#define BENCH_REMOVE(map, key) g_hash_table_remove(map, (gpointer)(key))
#define BENCH_SUM(map) sum(map)
#include "loops.h"

#define BENCH_NAME ghashtable_grwlock
#define BENCH_THREADS 1
#define BENCH_MAP struct locked
#define BENCH_CREATE() create_locked()
#define BENCH_DESTROY(map) destroy_locked(map)
#define BENCH_GET(map, key, out) get_rwlock(map, key, out)
#define BENCH_PUT(map, key, value) put_rwlock(map, key, value)
#define BENCH_REMOVE(map, key) remove_rwlock(map, key)
#define BENCH_SUM(map) sum(map->table)
#include "loops.h"

#define BENCH_NAME ghashtable_gmutex
#define BENCH_THREADS 1
#define BENCH_MAP struct locked
#define BENCH_CREATE() create_locked()
#define BENCH_DESTROY(map) destroy_locked(map)
#define BENCH_GET(map, key, out) get_mutex(map, key, out)
#define BENCH_PUT(map, key, value) put_mutex(map, key, value)
#define BENCH_REMOVE(map, key) remove_mutex(map, key)
#define BENCH_SUM(map) sum(map->table)
#include "loops.h"
