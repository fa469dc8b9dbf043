/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * mode=hb: are two operations on a map ordered? FastTrack (Flanagan and Freund, PLDI 2009) with the
 * map as the variable: the last write is kept as one moment, the reads since then as one or, where
 * they are not ordered among themselves, as one for each lane. An operation that finds a moment it
 * does not know is a race, though the two did not overlap this time.
 */
#ifndef MAPSAN_ORDER_H
#define MAPSAN_ORDER_H

#include "clocks.h"

/* An operation in the past: when, where, by whom, under which locks. */
struct mapsan_past {
    uint64_t moment;
    const struct mapsan_site *site;
    uintptr_t pc;
    uint32_t slot, number; /* of the thread */
    uint32_t locks;        /* mapsan_locks_known */
    uint32_t stack;        /* mapsan_traces_print */
};

/* False: there is no memory for it. */
MAPSAN_HIDDEN bool mapsan_order_start(void);
MAPSAN_HIDDEN void mapsan_order_after_fork(void);

/* Checks the operation against those that came before, reports what is not ordered, notes it. */
MAPSAN_HIDDEN void mapsan_order_access(struct mapsan_thread *self, struct mapsan_open *open);

/* The map is new: its making is the first write. */
MAPSAN_HIDDEN void mapsan_order_made(struct mapsan_thread *self, const struct mapsan_open *open);

/* The map is gone: what comes to this tag, or to that memory, is another. */
MAPSAN_HIDDEN void mapsan_order_forget(const struct mapsan_tag *tag);
MAPSAN_HIDDEN void mapsan_order_freed(const void *memory, size_t size);

#endif
