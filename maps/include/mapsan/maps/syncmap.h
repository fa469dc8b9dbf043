/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * syncmap: Go's sync.Map, in C, with memory that is freed. Choose it for a map that threads share
 * and whose keys are mostly there already: caches that only grow, tables of handlers, counters by
 * name; or whose threads each use keys of their own. Lookups and overwriting take no lock then.
 * Choose another (shardmap, triemap) when new keys come all the time: each batch of them copies the
 * table once.
 *
 * Source: Go's sync/map.go as of 1.21 (Bryan Mills, 2017), whose names are kept. Differences:
 *  - Whether `read` is amended is the low bit of the pointer to it, so promotion is one store.
 *  - `update` has the entry to itself: it marks it busy, and whoever wants to write it meanwhile
 *    queues at the mutex. Readers go on reading the old value.
 *  - Expunged entries are listed, and freed with the table that is the last to know them.
 *  - Keys that point elsewhere (MAPSAN_MAP_BORROWED_KEYS) are not compared after their removal:
 *    their entry is not brought back to life, a new one is made.
 *
 * Invariant: a key is in `read`, whose set of entries never changes, or in `dirty`, or in both as
 * one entry. While `dirty` is there, an entry of `read` is in it unless its value is expunged. A
 * value leaves expunged under the mutex only, together with the entry's return to `dirty`.
 *
 * Thread safety: all operations but new and free, from any thread; each is atomic. `each` visits
 * the entries of one moment with their values as of the visit, holding no lock: its callback may
 * use the map. The callback of `update` runs under the mutex and must not. Ordering: what a thread
 * did before a put happens before what another does after getting the value.
 *
 * Reclamation: epochs (epoch.h); bound on garbage: limbo.h's, and the entries of removed keys stay
 * until the next promotion. Bytes that a removed key points to may be freed after
 * mapsan_epoch_quiesce(): a reader may be comparing them.
 *
 * Time: get and overwriting O(1) expected, lock-free; a new key O(1) amortised, under a mutex. A
 * lookup that misses while `dirty` is there takes the mutex; as many of them as `dirty` has entries
 * end that. put, get_or_put, update and compare_and_swap can answer MAPSAN_MAP_NO_MEMORY. Memory:
 * 16-byte entries take 104 to 128 bytes each, twice their table's part while `dirty` is there; 2.4
 * KB for the map.
 */
#ifndef MAPSAN_MAPS_SYNCMAP_H
#define MAPSAN_MAPS_SYNCMAP_H

#include <mapsan/maps/define.h>
#include <mapsan/maps/limbo.h>
#include <mapsan/mapsan.h>

/* What operations.def's operations syncmap has, in both forms. */
#define SYNCMAP_OPERATIONS(X, ...)                                                                 \
    X(get, __VA_ARGS__)                                                                            \
    X(put, __VA_ARGS__)                                                                            \
    X(get_or_put, __VA_ARGS__)                                                                     \
    X(remove, __VA_ARGS__)                                                                         \
    X(take, __VA_ARGS__)                                                                           \
    X(update, __VA_ARGS__)                                                                         \
    X(compare_and_swap, __VA_ARGS__)                                                               \
    X(each, __VA_ARGS__)                                                                           \
    X(len, __VA_ARGS__)                                                                            \
    X(clear, __VA_ARGS__)
#define syncmap_TYPED(X, ...)                                                                      \
    X(new, __VA_ARGS__) X(free, __VA_ARGS__) SYNCMAP_OPERATIONS(X, __VA_ARGS__)

#ifdef __cplusplus
extern "C" {
#endif

/* The fields are here for the typed form's inlined code: leave them to it. */
struct syncmap {
    struct {
        uintptr_t read; /* atomic: a struct syncmap_table *, plus SYNCMAP_AMENDED */
        uint64_t seed;
        const struct mapsan_map_type *type;
        struct mapsan_tag tag; /* used where MAPSAN_ENABLED is */
    } __attribute__((aligned(MAPSAN_EPOCH_LINE)));
    struct {
        pthread_mutex_t mutex;
        struct syncmap_table *dirty MAPSAN_GUARDED_BY(mutex);    /* NULL: all is in `read` */
        uint64_t misses MAPSAN_GUARDED_BY(mutex);                /* since the last promotion */
        struct syncmap_entry *expunged MAPSAN_GUARDED_BY(mutex); /* since `dirty` was made */
        uint64_t random MAPSAN_GUARDED_BY(mutex); /* hashes of keys that do not equal themselves */
        uint64_t capacity MAPSAN_GUARDED_BY(mutex); /* asked for, until the first table */
    } __attribute__((aligned(MAPSAN_EPOCH_LINE)));
    struct {
        uint64_t count; /* atomic */
    } __attribute__((aligned(MAPSAN_EPOCH_LINE)));
    struct mapsan_reclaimer reclaimer;
};

/* A new empty map, or NULL if there is no memory. `type` and `options` are described in
 * vocabulary.h; type must outlive the map. The caller owns the map. */
struct syncmap *syncmap_new(const struct mapsan_map_type *type,
                            const struct mapsan_map_options *options);
/* Frees the map, not what keys and values point to. NULL is allowed. No thread may use it any
 * more. */
void syncmap_free(struct syncmap *self);

/* The generic form: syncmap_get(struct syncmap *, const void *key, void *output) and so on;
 * operations.def says what each does. len may count a change that is under way. */
SYNCMAP_OPERATIONS(MAPSAN_MAP_DECLARE, syncmap)

#ifdef __cplusplus
}
#endif

#include <mapsan/maps/syncmap_core.h>

#endif
