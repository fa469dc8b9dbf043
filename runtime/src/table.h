/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The side table: tags for maps that have no room for one, found by the map's address. A lock-free
 * hash set of sorted lists (Michael, "High performance dynamic lock-free hash tables and list-based
 * sets", SPAA 2002), so that hooks may run in signal handlers and after fork. Entries live in a
 * reserved region that is never given back; a link is an index with a version, which makes the
 * reuse of entries safe. 64 bytes per map, at most `max_maps` of them.
 */
#ifndef MAPSAN_TABLE_H
#define MAPSAN_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mapsan/hooks.h"

/* Bytes for each map. */
enum { MAPSAN_TABLE_ENTRY = 64 };

/* sample=N: only maps whose address hashes below the limit are watched, with a seed that is new in
 * each run. Decided before anything else is looked at. */
struct mapsan_sampling {
    uint32_t seed, limit;
};
extern struct mapsan_sampling mapsan_sampling;

static inline bool mapsan_is_sampled(const void *map) {
    const uint32_t place = (uint32_t)((uintptr_t)map >> 4) ^ mapsan_sampling.seed;
    return place * 0x9e3779b1u <= mapsan_sampling.limit;
}

/* tag.map of an entry that stands for no map. Not NULL, which callers may pass for one. */
#define MAPSAN_NO_MAP ((const void *)UINTPTR_MAX)

/* Reserves room for that many maps, or for as many as there is address space for; returns the
 * number. */
size_t mapsan_table_start(size_t maps);

/* The map's tag, made if there is none yet; NULL when there is no room for it. */
struct mapsan_tag *mapsan_table_find(const void *map);

/* Takes the map out; its entry goes to another. False: it was not there. */
bool mapsan_table_forget(const void *map);

/* Is this tag one of the table's? If so, it stays readable for ever. */
bool mapsan_table_owns(const struct mapsan_tag *tag);

/* How many references to the map there are, as far as seen; 0: not known. For a tag of the table.
 */
uint32_t *mapsan_table_references(struct mapsan_tag *tag);

/* Maps in the table now, and requests that found no room so far. */
size_t mapsan_table_count(void);
size_t mapsan_table_refused(void);

#endif
