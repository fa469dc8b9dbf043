/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Check-then-act, as a plan names it: one critical section looks, a later one of the same thread
 * acts on what it saw. If another thread wrote the same map in between, the act rested on a state
 * that was gone. The tag's word tells: stamps are never given twice.
 */
#ifndef MAPSAN_ATOMICITY_H
#define MAPSAN_ATOMICITY_H

#include "stack.h"
#include "thread.h"

/* A check that is over, and may be acted on. */
struct mapsan_check {
    const struct mapsan_tag *tag; /* NULL: none */
    const void *map;
    const struct mapsan_site *site;
    uint64_t word; /* as the check left it */
    bool released; /* a lock was released since */
    uint32_t depth;
    uintptr_t pc[MAPSAN_BIRTH_FRAMES];
};

/* An operation at a place that the plan calls a check is over. */
MAPSAN_HIDDEN void mapsan_atomicity_check(struct mapsan_thread *self,
                                          const struct mapsan_open *open);

/* One at a place that relies on a check has begun: reports if the check is out of date. */
MAPSAN_HIDDEN void mapsan_atomicity_act(struct mapsan_thread *self, struct mapsan_open *open);

/* A lock is released: the site of the check that this thread made before, the first time; else
 * NULL. */
MAPSAN_HIDDEN const struct mapsan_site *mapsan_atomicity_between(void);

#endif
