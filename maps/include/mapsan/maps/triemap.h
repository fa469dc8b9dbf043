/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * triemap: a concurrent hash trie. Choose it for a map that threads share, with new keys and old
 * ones, when no operation may ever wait for a table to grow: there is none. Choose shardmap when
 * memory and the speed of a single lookup matter more.
 *
 * Sources: the HashTrieMap that is under Go's sync.Map since 1.24 (Michael Knyszek, 2024), after
 * Prokopec's concurrent tries (2011) without their snapshots. Differences: unlinked memory is freed
 * after two epochs, and keys, values and hash are beside each other in an entry.
 *
 * Invariant: the way to a key is given by its hash, four bits for each level. A child is nothing, a
 * node, or an entry, at which hang those whose whole hash is equal. What an entry holds does not
 * change: a new value is a new entry in its place. Only the holder of a node's lock changes its
 * children, and only if the node is not dead; a dead one has no children and is not found any more.
 *
 * Thread safety: all operations but new and free, from any thread; each but `each`, len and clear
 * is atomic. get and each take no lock; `each` visits what is there from first to last once, and
 * its callback may use the map. That of update runs under a node's lock and must not. Ordering:
 * what a thread did before a put happens before what another does after getting the value.
 * Reclamation: epochs (epoch.h); bound on garbage: limbo.h's. Bytes that a removed key points to
 * may be freed after mapsan_epoch_quiesce().
 *
 * Time: O(log n) to base 16; no operation does more than sixteen levels. put, get_or_put, update
 * and compare_and_swap can answer MAPSAN_MAP_NO_MEMORY. Memory: 16-byte entries take about 120
 * bytes; 2.5 KB for the map.
 */
#ifndef MAPSAN_MAPS_TRIEMAP_H
#define MAPSAN_MAPS_TRIEMAP_H

#include <mapsan/maps/define.h>
#include <mapsan/maps/limbo.h>
#include <mapsan/mapsan.h>

/* What operations.def's operations triemap has, in both forms. */
#define TRIEMAP_OPERATIONS(X, ...)                                                                 \
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
#define triemap_TYPED(X, ...)                                                                      \
    X(new, __VA_ARGS__) X(free, __VA_ARGS__) TRIEMAP_OPERATIONS(X, __VA_ARGS__)

#ifdef __cplusplus
extern "C" {
#endif

#define TRIEMAP_BITS 4
#define TRIEMAP_FANOUT (1u << TRIEMAP_BITS)
#define TRIEMAP_LEVELS (64 / TRIEMAP_BITS)

struct triemap_node {
    struct mapsan_retired retired;
    uintptr_t children[TRIEMAP_FANOUT]; /* atomic: 0, an entry, or a node plus TRIEMAP_NODE */
    struct triemap_node *parent;        /* NULL: the root */
    pthread_mutex_t lock;
    bool dead; /* under the lock */
};

/* The fields are here for the typed form's inlined code: leave them to it. */
struct triemap {
    struct {
        uint64_t seed;
        const struct mapsan_map_type *type;
        struct mapsan_tag tag; /* used where MAPSAN_ENABLED is */
        struct triemap_node root;
    } __attribute__((aligned(MAPSAN_EPOCH_LINE)));
    struct {
        uint64_t count;  /* atomic */
        uint64_t random; /* atomic: hashes of keys that do not equal themselves */
    } __attribute__((aligned(MAPSAN_EPOCH_LINE)));
    struct mapsan_reclaimer reclaimer;
};

/* A new empty map, or NULL if there is no memory. `type` and `options` are described in
 * vocabulary.h; type must outlive the map. Of the options' capacity only this holds: more than
 * memory can ever have is refused. The caller owns the map. */
struct triemap *triemap_new(const struct mapsan_map_type *type,
                            const struct mapsan_map_options *options);
/* Frees the map, not what keys and values point to. NULL is allowed. No thread may use it any
 * more. */
void triemap_free(struct triemap *self);

/* The generic form: triemap_get(struct triemap *, const void *key, void *output) and so on;
 * operations.def says what each does. */
TRIEMAP_OPERATIONS(MAPSAN_MAP_DECLARE, triemap)

#ifdef __cplusplus
}
#endif

#include <mapsan/maps/triemap_core.h>

#endif
