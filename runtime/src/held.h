/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The locks that a thread holds, as a number that an access of the past can keep.
 */
#ifndef MAPSAN_HELD_H
#define MAPSAN_HELD_H

#include "thread.h"

MAPSAN_HIDDEN bool mapsan_held_start(void);

/* The number of the set of locks that this thread holds now; 0: not known. */
MAPSAN_HIDDEN uint32_t mapsan_held_set(struct mapsan_thread *self);

/* The locks of such a set, and how many; NULL: not known. */
MAPSAN_HIDDEN const struct mapsan_held *mapsan_held_locks(uint32_t set, uint32_t *count);

#endif
