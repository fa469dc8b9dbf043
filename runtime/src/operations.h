/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The hooks' slow path: everything but one operation at a time on a map that this thread knows.
 */
#ifndef MAPSAN_OPERATIONS_H
#define MAPSAN_OPERATIONS_H

#include "thread.h"

/* Begins an operation when the fast path cannot: first hook of a thread, map not in its cache,
 * another operation open. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_begin_nested(struct mapsan_tag *tag, const void *map,
                                                   const struct mapsan_site *site, uintptr_t pc,
                                                   uintptr_t frame);
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_map_begin_nested(const void *map,
                                                       const struct mapsan_site *site, uintptr_t pc,
                                                       uintptr_t frame);
/* Ends the innermost operation on this map, if there is one. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_tag_end_nested(struct mapsan_tag *tag, uintptr_t frame);
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_map_end_nested(const void *map, uintptr_t frame);

/* The operation is published, the word observed or claimed (open->word), and something is up. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_read_begin_slow(struct mapsan_thread *self,
                                                      struct mapsan_open *open);
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_write_begin_slow(struct mapsan_thread *self,
                                                       struct mapsan_open *open);
/* Ends an operation that is `open`, whatever the word says. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_end_slow(struct mapsan_thread *self, struct mapsan_open *open,
                                               uintptr_t frame);

MAPSAN_HIDDEN MAPSAN_COLD void mapsan_tag_made(struct mapsan_tag *tag, const void *map,
                                               const struct mapsan_site *site, uintptr_t pc);
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_map_made(const void *map, const struct mapsan_site *site,
                                               uintptr_t pc);
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_map_forget(const void *map);

/* The thread is gone: none of its open operations will end. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_abandon_all(struct mapsan_thread *thread);

struct mapsan_stack;
/* Nor will those whose functions are not on this thread's stack any more. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_abandon_unless(struct mapsan_thread *self,
                                                     const struct mapsan_stack *stack);

static inline bool mapsan_writes(const struct mapsan_site *site) {
    return site->operation != MAPSAN_OP_READ && site->operation != MAPSAN_OP_ITERATE;
}

static inline unsigned mapsan_cache_index(const void *map) {
    const uintptr_t key = (uintptr_t)map;
    return (unsigned)(key >> 4 ^ key >> 10) % MAPSAN_CACHE;
}

/* Notes a write that ends, for those that will find its stamp; returns the stamp. */
static inline uint64_t mapsan_remember(struct mapsan_thread *self, const struct mapsan_open *open) {
    const uint64_t number = ++self->writes;
    struct mapsan_closed *closed = &self->recent[number % MAPSAN_RECENT];
    closed->word = mapsan_stamp(self->slot, number);
    closed->site = open->site;
    closed->tag = open->tag;
    closed->pc = open->pc;
    return closed->word;
}

#endif
