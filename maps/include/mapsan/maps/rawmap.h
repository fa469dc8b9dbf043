/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * rawmap: uint64_t to uint64_t in memory that is mapped, not allocated, by one thread that writes.
 * Choose it for big tables of words that must not disturb the heap and in which no single operation
 * may take long; choose rawmap_spmc when other threads read it meanwhile. Choose another map for
 * other types, for several writers, or when memory is to shrink without being cleared.
 *
 * Sources: open addressing with linear probing (Peterson, 1957; Knuth, vol. 3, 6.4); the growth by
 * a few slots per insertion is that of Redis's dict.c and Go's map; that a slot serves one key only
 * for as long as its table lives, which is what frees readers from any check, is seen in Click's
 * non-blocking hash table (2007).
 *
 * Invariants: a slot goes from EMPTY to a key to GONE, never back, so a key that is found belongs
 * to the value beside it, and the first empty slot ends every search for good. Each key is in one
 * table; while the map grows it is in the new one or still in the old one, and for the moment of
 * its move in both, with equal values. The two keys that mark slots live beside the tables.
 *
 * Ordering guarantees of rawmap_spmc: its get and len may be called by any thread at any time
 * between new and free; all else is the writer's, one at a time. get is linearizable: it sees every
 * put and remove that has returned, and none in part; what the writer wrote to other memory before
 * a put is visible to who gets that value. It takes no lock and writes nothing. It starts again
 * only if the table is replaced twice meanwhile. len may count a change of the writer's that is
 * under way.
 *
 * Reclamation: rawmap gives a replaced table back in pieces, by later insertions. rawmap_spmc keeps
 * replaced tables, because readers may be in them, until free or until the owner, who knows that
 * there are no readers now, calls rawmap_spmc_reclaim. All tables that growth leaves behind are
 * together smaller than the one in use if the map only grows; churn without reclaim keeps one for
 * every 5/16 of its slots that are used up.
 *
 * Time: O(1) expected. An insertion that finds the map growing moves eight slots. No operation
 * allocates unless a new key finds the table full. Memory: 16 bytes per slot, between 26 and 51 per
 * entry; while growing, up to 77. There is no iterator, `each` only.
 */
#ifndef MAPSAN_MAPS_RAWMAP_H
#define MAPSAN_MAPS_RAWMAP_H

#include <mapsan/maps/define.h>
#include <mapsan/mapsan.h>

/* What operations.def's operations rawmap and rawmap_spmc have, with keys and values by value. */
#define RAWMAP_OPERATIONS(X, ...)                                                                  \
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

#ifdef __cplusplus
extern "C" {
#endif

struct rawmap_slot {
    uint64_t key;   /* atomic: RAWMAP_EMPTY, RAWMAP_GONE or a key */
    uint64_t value; /* atomic */
};

/* In front of its slots: a cache line that readers read, and one that the writer writes. */
struct rawmap_table {
    uint64_t mask;            /* slots less one */
    struct rawmap_table *old; /* atomic: whose entries are on their way here; NULL if none */
    char readers_line[64 - sizeof(uint64_t) - sizeof(void *)];
    uint64_t limit; /* slots that may be used before the table is replaced */
    uint64_t used;  /* slots that are not empty */
    uint64_t moved; /* slots of `old` that have been emptied, from the first on */
    struct rawmap_table *next_retained;
    size_t size; /* of the mapping, in bytes */
    char writers_line[64 - 3 * sizeof(uint64_t) - sizeof(void *) - sizeof(size_t)];
};

/* One of the two keys that no slot can hold. Changes between two steps of `version`. */
struct rawmap_special {
    uint64_t version; /* atomic; odd while the writer is at it */
    uint64_t present; /* atomic */
    uint64_t value;   /* atomic */
};

/* The fields are here for the inlined code: leave them to it. */
struct rawmap {
    struct rawmap_table *table; /* atomic */
    uint64_t seed;
    struct rawmap_special special[2];
    char readers_line[64];
    uint64_t count;                /* atomic */
    struct rawmap_table *retained; /* replaced tables that readers may be in */
    char *leaving;                 /* a mapping that is given back in pieces, from its end */
    size_t leaving_size;
    bool readers; /* is this a rawmap_spmc? */
    struct mapsan_map_allocator allocator;
    struct mapsan_tag tag; /* used where MAPSAN_ENABLED is */
};

struct rawmap_spmc {
    struct rawmap map;
};

typedef bool (*rawmap_visit)(void *context, const uint64_t *key, const uint64_t *value);
typedef enum mapsan_map_decision (*rawmap_decide)(void *context, const uint64_t *key,
                                                  uint64_t *value, bool present);

/* Maps pages of the system's usual size: what a huge page takes to be cleared is too long a pause.
 * The default of both forms; with mapsan_map_system_allocator the pages are huge, and a replaced
 * table is given back at once. */
extern const struct mapsan_map_allocator rawmap_allocator;

/* A new empty map, or NULL if there is no memory. The caller owns the map and is its writer. */
struct rawmap *rawmap_new(const struct mapsan_map_options *options);
struct rawmap_spmc *rawmap_spmc_new(const struct mapsan_map_options *options);
/* NULL is allowed. Nobody may be using the map. */
void rawmap_free(struct rawmap *self);
void rawmap_spmc_free(struct rawmap_spmc *self);
/* Gives replaced tables back. The writer's; no reader may be in the map. */
void rawmap_spmc_reclaim(struct rawmap_spmc *self);

#ifdef __cplusplus
}
#endif

#include <mapsan/maps/rawmap_core.h>

#endif
