/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Stacks of operations that are over by the time that a report needs them. To unwind at every
 * operation would cost a microsecond; but most come the same way as the last time. So each thread
 * keeps the stacks of its latest sites with the places of the return addresses, and a look at
 * these places tells whether all of them are still the same.
 */
#ifndef MAPSAN_TRACE_H
#define MAPSAN_TRACE_H

#include "thread.h"

enum { MAPSAN_TRACE_FRAMES = 16 };

MAPSAN_HIDDEN bool mapsan_trace_start(void);

/* A number for this thread's stack at an operation that just began; 0: not known. */
MAPSAN_HIDDEN uint32_t mapsan_trace_here(struct mapsan_thread *self,
                                         const struct mapsan_open *open);

/* The return addresses of a stack, innermost first, and how many; NULL: not known. */
MAPSAN_HIDDEN const uintptr_t *mapsan_trace_frames(uint32_t trace, uint32_t *depth);

#endif
