/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * hmap: the hash table that was Go's built-in map until 1.23, in C. Choose it for a map that one
 * thread uses, or that you lock yourself, when no single operation may take long (growth is
 * incremental) and when entries are added and removed while you iterate. Choose another when
 * threads share it and you do not want to lock.
 *
 * Source: Go's runtime/map.go (Keith Randall and others, 2014; described in its head), whose names
 * are kept. Differences, all because C has no collector and no slot-by-slot loop:
 *  - Arrays of buckets that an iterator still needs are counted, kept, and freed when it ends.
 *  - Memory that evacuating a bucket needs is found before anything moves: failure changes nothing.
 *  - The overflow pointer follows the top hashes and each value follows its key: a lookup touches
 * two cache lines. All eight top hashes are compared at once, which makes Go's second kind of empty
 * slot (emptyRest) needless.
 *
 * Invariant: a key is in the chain of bucket hash & mask of `buckets`, or, while the table grows
 * and the old bucket hash & old_mask is not evacuated yet, in the chain of that one; never in both.
 *
 * Thread safety: none; operations that operations.def calls READ may run at the same time, all
 * others need the map alone. Time: O(1) expected; a put or remove during growth moves two old
 * buckets at most. Memory: 18 bytes per slot of 16-byte entries, 41 to 22 per entry between
 * growths.
 *
 * Iterators stay valid whatever is done to the map but freeing it. Entries present from first to
 * last are visited once; those removed before their turn are not visited; those added may be. Clear
 * ends it.
 */
#ifndef MAPSAN_MAPS_HMAP_H
#define MAPSAN_MAPS_HMAP_H

#include <mapsan/maps/define.h>
#include <mapsan/mapsan.h>

/* What operations.def's operations hmap has, in both forms. */
#define HMAP_OPERATIONS(X, ...)                                                                    \
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
#define hmap_TYPED(X, ...)                                                                         \
    X(new, __VA_ARGS__) X(free, __VA_ARGS__) X(iter, __VA_ARGS__) HMAP_OPERATIONS(X, __VA_ARGS__)

#ifdef __cplusplus
extern "C" {
#endif

/* The fields are Go's. They are here for the typed form's inlined code: leave them to it. */
struct hmap {
    uint64_t count;
    uint64_t hash0;            /* the seed */
    uint64_t mask;             /* 2^B - 1 */
    unsigned char *buckets;    /* 2^B of them */
    unsigned char *oldbuckets; /* while growing, else NULL */
    uint64_t old_mask;
    uint64_t limit;     /* count at which a new key makes the table grow: 6.5 per bucket */
    uint8_t flags;      /* enum hmap_flags */
    uint8_t B;          /* log2 of the number of buckets */
    uint64_t noverflow; /* overflow buckets in use beside `buckets` */
    uint64_t nevacuate; /* all old buckets below are evacuated */
    struct hmap_extra {
        struct hmap_array *retained; /* arrays that only iterators know */
        uint64_t random;             /* state of the sequence of iteration starts and seeds */
    } extra;
    const struct mapsan_map_type *type;
    struct mapsan_map_allocator allocator;
    struct mapsan_tag
        tag; /* what Go's hashWriting flag is, grown up; used where MAPSAN_ENABLED is */
};

/* Only hmap's functions look inside. Ends by itself when hmap_iter_next answers false. */
struct hmap_iter {
    struct hmap *map;
    unsigned char *buckets;    /* as of the start: kept alive until the end */
    unsigned char *oldbuckets; /* if the table grew at the start: kept as well */
    uint64_t mask;
    uint64_t start;   /* bucket */
    uint64_t next;    /* bucket */
    uint64_t current; /* bucket */
    struct hmap_bucket *position;
    uint8_t slot;
    uint8_t offset;    /* where in each bucket the visit starts */
    bool skip_sibling; /* position is an old bucket, which holds another bucket's keys too */
    bool wrapped;
};

/* A new empty map, or NULL if there is no memory. `type` and `options` are described in
 * vocabulary.h; type must outlive the map. The caller owns the map. */
struct hmap *hmap_new(const struct mapsan_map_type *type, const struct mapsan_map_options *options);
/* Frees the map, not what keys and values point to. NULL is allowed. No iterator may be in use. */
void hmap_free(struct hmap *self);

/* The same in memory of the caller's: false if there is no memory. Ended by hmap_core_destroy. */
bool hmap_init(struct hmap *self, const struct mapsan_map_type *type,
               const struct mapsan_map_options *options);

/* The generic form: hmap_get(struct hmap *, const void *key, void *output) and so on;
 * operations.def says what each does. Only put, get_or_put and update can answer
 * MAPSAN_MAP_NO_MEMORY. */
HMAP_OPERATIONS(MAPSAN_MAP_DECLARE, hmap)

/* Starts at a random place. */
void hmap_iter_init(struct hmap_iter *iter, struct hmap *self);
/* Copies the next entry out (either may be NULL); false after the last, which also ends the
 * iterator. */
bool hmap_iter_next(struct hmap_iter *iter, void *key, void *value);
/* Needed only when an iteration is left early: gives back what it kept alive. May be called twice.
 */
void hmap_iter_end(struct hmap_iter *iter);

#ifdef __cplusplus
}
#endif

#include <mapsan/maps/hmap_core.h>

#endif
