/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Shared by hmap.c and hmap_iter.c: the header in front of an array of buckets, which says what to
 * free with it and who still looks at it.
 */
#ifndef MAPSAN_MAPS_HMAP_INTERNAL_H
#define MAPSAN_MAPS_HMAP_INTERNAL_H

#include <mapsan/maps/hmap.h>

#define HMAP_LINE 64
#define HMAP_CHUNK_MAX                                                                             \
    256 /* overflow buckets allocated at once, unless more are needed at once                      \
         */

/* Overflow buckets beyond those behind the array; they begin where an array's buckets would. */
struct hmap_chunk {
    struct hmap_chunk *next;
    size_t size; /* of the allocation, in bytes */
};

struct hmap_array {
    struct hmap_chunk *chunks;
    unsigned char *next_overflow; /* the next unused overflow bucket, all zero */
    unsigned char *end_overflow;
    struct hmap_array *next_retained;
    size_t size;        /* of the allocation, in bytes */
    uint64_t iterators; /* atomic: beginning and ending an iteration only reads the map */
    bool discarded;     /* the map was cleared: nothing here is an entry any more */
};

_Static_assert(sizeof(struct hmap_array) <= HMAP_LINE, "the header fits in front of the buckets");

/* From the array's header to its first bucket. */
static inline size_t hmap_array_offset(const struct mapsan_map_type *type) {
    return type->entry_align > HMAP_LINE ? type->entry_align : HMAP_LINE;
}

struct hmap_array *hmap_array_of(const struct hmap *self, unsigned char *buckets);

#endif
