/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * swissmap: the hash table that is Go's built-in map since 1.24, in C. Choose it for a map that one
 * thread uses, or that you lock yourself, where lookups and memory count most. Choose hmap instead
 * when a single put must not take longer than the moving of two buckets, and another map when
 * threads share it and you do not want to lock.
 *
 * Sources: Go's internal/runtime/maps (Michael Pratt, 2024), after Abseil's Swiss Tables
 * (Kulukundis, 2017); the directory is that of extendible hashing (Fagin and others, 1979).
 * Differences:
 *  - A small map is a table of one group, and the map's own struct is its directory.
 *  - A directory's entry says where the groups are and how many: a lookup goes past the table's
 * head.
 *  - A table in which half of what is used are tombstones is cleaned instead of doubled.
 *  - A table that a split would not divide, because the hash is bad, grows past 1,024 slots
 * instead: such maps become slow, never big.
 *
 * Layout: eight slots and a control word are a group; each of its bytes is EMPTY, DELETED or the
 * low 7 bits of the hash of the key in that slot. The top bits of the hash choose the table, the
 * middle ones the group in it; the search goes on in triangular steps until a group has an empty
 * slot.
 *
 * Invariant: a key is in the table of its hash's prefix, and every group that its search meets
 * before its own has no empty slot. A table is at most 7/8 full, tombstones included, so there is
 * an empty one.
 *
 * Thread safety: none; operations that operations.def calls READ may run at the same time, all
 * others need the map alone. Time: O(1) expected; a put that grows moves one table, at most 896
 * entries, and once in a while copies the directory (16 bytes for each 448 to 896 keys). Memory: 17
 * bytes per slot of 16-byte entries, 39 to 19 per entry between growths. Removing never allocates;
 * memory is given back by clear and free only.
 *
 * Iterators stay valid whatever is done to the map but freeing it. Entries present from first to
 * last are visited once; those removed before their turn are not visited; those added may be. Clear
 * ends it. What an iteration keeps alive of a growing map is one table.
 */
#ifndef MAPSAN_MAPS_SWISSMAP_H
#define MAPSAN_MAPS_SWISSMAP_H

#include <mapsan/maps/define.h>
#include <mapsan/mapsan.h>

/* What operations.def's operations swissmap has, in both forms. */
#define SWISSMAP_OPERATIONS(X, ...)                                                                \
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
#define swissmap_TYPED(X, ...)                                                                     \
    X(new, __VA_ARGS__)                                                                            \
    X(free, __VA_ARGS__) X(iter, __VA_ARGS__) SWISSMAP_OPERATIONS(X, __VA_ARGS__)

#ifdef __cplusplus
extern "C" {
#endif

/* Where a table's groups are, and their number less one. */
struct swissmap_groups {
    unsigned char *first;
    uint64_t mask;
};

/* The fields are here for the typed form's inlined code: leave them to it. */
struct swissmap {
    uint64_t count;
    uint64_t seed;
    struct swissmap_groups *directory; /* 2^depth of them; a table may be named several times */
    uint8_t depth;                     /* how many top bits of the hash choose a table */
    uint8_t shift;                     /* 63 - depth */
    struct swissmap_groups single;     /* the directory while depth is 0 */
    struct swissmap_table *retained;   /* tables that only iterators know */
    uint64_t clears;                   /* how often the map was cleared: ends iterations */
    uint64_t random; /* state of the sequence of iteration starts and seeds; atomic in readers */
    const struct mapsan_map_type *type;
    struct mapsan_map_allocator allocator;
    struct mapsan_tag tag; /* used where MAPSAN_ENABLED is */
};

/* Only swissmap's functions look inside. Ends by itself when swissmap_iter_next answers false. */
struct swissmap_iter {
    struct swissmap *map;
    struct swissmap_table *table; /* kept alive while it is visited, even if it was replaced */
    uint64_t start;               /* the hash prefix at which the first table began */
    uint64_t next;                /* the hash prefix at which the table after this one begins */
    uint64_t visited;             /* slots of this table */
    uint64_t offset;              /* of the slot that comes first in each table */
    uint64_t clears;              /* the map's, as of the start */
};

/* A new empty map, or NULL if there is no memory. `type` and `options` are described in
 * vocabulary.h; type must outlive the map. The caller owns the map. */
struct swissmap *swissmap_new(const struct mapsan_map_type *type,
                              const struct mapsan_map_options *options);
/* Frees the map, not what keys and values point to. NULL is allowed. No iterator may be in use. */
void swissmap_free(struct swissmap *self);

/* The same in memory of the caller's, which must not be moved: false if there is no memory. Ended
 * by swissmap_core_destroy. */
bool swissmap_init(struct swissmap *self, const struct mapsan_map_type *type,
                   const struct mapsan_map_options *options);

/* The generic form: swissmap_get(struct swissmap *, const void *key, void *output) and so on;
 * operations.def says what each does. Only put, get_or_put and update can answer
 * MAPSAN_MAP_NO_MEMORY. */
SWISSMAP_OPERATIONS(MAPSAN_MAP_DECLARE, swissmap)

/* Starts at a random place. */
void swissmap_iter_init(struct swissmap_iter *iter, struct swissmap *self);
/* Copies the next entry out (either may be NULL); false after the last, which also ends the
 * iterator. */
bool swissmap_iter_next(struct swissmap_iter *iter, void *key, void *value);
/* Needed only when an iteration is left early: gives back what it kept alive. May be called twice.
 */
void swissmap_iter_end(struct swissmap_iter *iter);

#ifdef __cplusplus
}
#endif

#include <mapsan/maps/swissmap_core.h>

#endif
