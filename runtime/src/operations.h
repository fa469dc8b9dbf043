/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The hooks' slow path: everything but one operation at a time on a map that this thread knows.
 */
#ifndef MAPSAN_OPERATIONS_H
#define MAPSAN_OPERATIONS_H

#include "thread.h"

struct mapsan_stack;

/* Out of the fast path's way, but as fast as may be: a map that two threads share comes by here. */
#define MAPSAN_SLOW MAPSAN_HIDDEN __attribute__((noinline))

/* Begins an operation when the fast path cannot: first hook of a thread, first use of the map, not
 * in the cache, another operation open. */
MAPSAN_SLOW void mapsan_tag_begin_slow(struct mapsan_tag *tag, const void *map,
                                       const struct mapsan_site *site, uintptr_t pc,
                                       uintptr_t frame);
MAPSAN_SLOW void mapsan_map_begin_slow(const void *map, const struct mapsan_site *site,
                                       uintptr_t pc, uintptr_t frame);

/* The first entry's operation is published, the word observed (first.word) or claimed (it was
 * `previous`), and there is a claim already, or another thread that uses the map. */
MAPSAN_SLOW void mapsan_first_read_found(void);
MAPSAN_SLOW void mapsan_first_write_found(uint64_t previous);

/* Ends the innermost operation on this map, or of this site, if there is one. */
MAPSAN_SLOW void mapsan_tag_end_slow(struct mapsan_tag *tag, uintptr_t frame);
MAPSAN_SLOW void mapsan_map_end_slow(const void *map, const struct mapsan_site *site,
                                     uintptr_t frame);

MAPSAN_SLOW void mapsan_tag_made(struct mapsan_tag *tag, const void *map,
                                 const struct mapsan_site *site, uintptr_t pc, uintptr_t frame);
MAPSAN_SLOW void mapsan_map_made(const void *map, const struct mapsan_site *site, uintptr_t pc,
                                 uintptr_t frame);
MAPSAN_SLOW void mapsan_map_forget(const void *map);

/* The thread is gone: none of its open operations will end. */
MAPSAN_SLOW void mapsan_abandon_all(struct mapsan_thread *thread);

/* Nor will those whose functions are not on this thread's stack any more. */
MAPSAN_SLOW void mapsan_abandon_unless(struct mapsan_thread *self,
                                       const struct mapsan_stack *stack);

/* Control jumps: any of this thread's open operations may have been left. */
MAPSAN_SLOW void mapsan_doubt_all(struct mapsan_thread *self);

static inline bool mapsan_writes(const struct mapsan_site *site) {
    return site->operation != MAPSAN_OP_READ && site->operation != MAPSAN_OP_ITERATE;
}

/* Where the operation began; reads in the fast path spare themselves the note. */
static inline uintptr_t mapsan_open_pc(const struct mapsan_open *open) {
    return open->site->operation == MAPSAN_OP_READ ? 0 : open->pc;
}

/* Notes a write that ends, for the threads that will find its stamp; returns the stamp. The fast
 * path gives stamps without a note: no other thread has touched its map. */
static inline uint64_t mapsan_remember(struct mapsan_thread *self, const struct mapsan_open *open) {
    const uint64_t stamp = self->stamp = mapsan_next_stamp(self->stamp);
    struct mapsan_closed *closed = &self->recent[stamp / 2 % MAPSAN_RECENT];
    closed->word = stamp;
    closed->site = open->site;
    closed->tag = open->tag;
    closed->pc = open->pc;
    return stamp;
}

#endif
