/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Delay mode: holds a thread up inside an operation, so that another one that may come, comes.
 * Where and how often is decided as in Li et al., "Efficient scalable thread-safety-violation
 * detection" (TSVD, SOSP 2019): at near misses, with a probability that decays with each delay in
 * vain; and, directed, at the places of a plan.
 */
#ifndef MAPSAN_DELAY_H
#define MAPSAN_DELAY_H

#include "thread.h"

/* Are there delays at all? Then every operation takes the slow path. */
extern MAPSAN_HIDDEN bool mapsan_delaying;

/* At start, after the options. */
MAPSAN_HIDDEN void mapsan_delay_start(void);

/* An operation has begun: is open, published, and has met nobody yet. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_delay_begun(struct mapsan_thread *self,
                                                  struct mapsan_open *open);

/* It is over, and the word is as it left it. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_delay_ended(struct mapsan_thread *self,
                                                  struct mapsan_open *open);

/* This thread has released a lock: between a check and the act that relies on it, a good moment. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_delay_released(void);

static inline void mapsan_lock_released(void) {
    if (MAPSAN_UNLIKELY(mapsan_delaying))
        mapsan_delay_released();
}

/* At the end of the process: keeps what was learned. */
MAPSAN_HIDDEN void mapsan_delay_end(void);

#endif
