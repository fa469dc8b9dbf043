/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * shardmap: a hash table in 32 parts, each with a lock for its writers; readers take none. Choose
 * it for a map that threads share and write as well as read, new keys and old ones, without a need
 * for the whole map at one moment. Choose rwmap when `each` must see one moment, syncmap when keys
 * hardly ever come or go.
 *
 * Sources: lock striping (Herlihy and Shavit, chapter 13); chains that are read while they are
 * written, as in liburcu and Linux; that a search which found nothing is repeated if the table was
 * being relinked, from Linux's relativistic hash tables (Triplett, McKenney and Walpole, 2011) and
 * dcache (rename_lock).
 *
 * Invariants: an entry is in one chain, that of its hash; it is changed only by its shard's holder.
 * What readers follow (heads, `next`, keys) changes by single stores, and values change in place
 * only if one store does it; other values are replaced together with their entry. While a table
 * grows, `version` is odd: entries change chains then, and who finds nothing meanwhile has to look
 * again under the lock. Who finds something has found it.
 *
 * Thread safety: all operations but new and free, from any thread; each but `each`, len and clear
 * is atomic, those go from shard to shard. Callbacks run under their shard's lock and must not use
 * the map. Ordering: what a thread did before a put happens before what another does after getting
 * the value.
 *
 * Memory: entries come from slabs of their shard, and go back to it when no reader can be in them
 * (epoch.h), whichever thread frees them; so a thread's exit loses none, and the allocator is
 * called once for 8 to 128 entries. Slabs are given back by clear and free. Bound on garbage:
 * limbo.h's, for each shard. Bytes that a removed key points to may be freed after
 * mapsan_epoch_quiesce().
 *
 * Time: O(1) expected; get is lock-free unless its shard grows meanwhile, in which case one that
 * finds nothing waits. A put that grows its shard relinks a 32nd of the map. put, get_or_put,
 * update and compare_and_swap can answer MAPSAN_MAP_NO_MEMORY. 16-byte entries take 40 to 48 bytes
 * each; the map 10.5 KB.
 */
#ifndef MAPSAN_MAPS_SHARDMAP_H
#define MAPSAN_MAPS_SHARDMAP_H

#include <mapsan/maps/define.h>
#include <mapsan/maps/limbo.h>
#include <mapsan/mapsan.h>

/* What operations.def's operations shardmap has, in both forms. */
#define SHARDMAP_OPERATIONS(X, ...)                                                                \
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
#define shardmap_TYPED(X, ...)                                                                     \
    X(new, __VA_ARGS__) X(free, __VA_ARGS__) SHARDMAP_OPERATIONS(X, __VA_ARGS__)

#ifdef __cplusplus
extern "C" {
#endif

#define SHARDMAP_SHARDS 32

struct shardmap_shard {
    struct {
        struct shardmap_table *table; /* atomic; never NULL */
        uint64_t version;             /* atomic; odd while entries change chains */
    } __attribute__((aligned(MAPSAN_EPOCH_LINE)));
    struct {
        pthread_mutex_t lock;
        uint64_t count;                 /* atomic; written under the lock */
        struct mapsan_limbo_link *free; /* entries that are free, under the lock; so are the rest */
        struct shardmap_slab *slabs;
        struct mapsan_limbo limbo; /* entries that readers may be in */
        uint64_t capacity;         /* asked for, until the first table */
        uint64_t random;           /* where keys go that do not equal themselves */
    } __attribute__((aligned(MAPSAN_EPOCH_LINE)));
};

/* The fields are here for the typed form's inlined code: leave them to it. */
struct shardmap {
    uint64_t seed;
    const struct mapsan_map_type *type;
    struct mapsan_tag tag; /* used where MAPSAN_ENABLED is */
    struct shardmap_shard shards[SHARDMAP_SHARDS];
    struct mapsan_reclaimer reclaimer; /* of tables and slabs */
};

/* A new empty map, or NULL if there is no memory. `type` and `options` are described in
 * vocabulary.h; type must outlive the map. The caller owns the map. */
struct shardmap *shardmap_new(const struct mapsan_map_type *type,
                              const struct mapsan_map_options *options);
/* Frees the map, not what keys and values point to. NULL is allowed. No thread may use it any
 * more. */
void shardmap_free(struct shardmap *self);

/* The generic form: shardmap_get(struct shardmap *, const void *key, void *output) and so on;
 * operations.def says what each does. */
SHARDMAP_OPERATIONS(MAPSAN_MAP_DECLARE, shardmap)

#ifdef __cplusplus
}
#endif

#include <mapsan/maps/shardmap_core.h>

#endif
