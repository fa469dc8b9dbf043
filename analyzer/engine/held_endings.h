/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The parts of destroy-in-use that need no second thread to be named. */
#ifndef MAPSAN_HELD_ENDINGS_H
#define MAPSAN_HELD_ENDINGS_H

#include "local.h"

/* held_endings.c: reports a lock that ends, or whose object is freed, while it is held here. */
void ms_watch_held_ending(struct ms_local *local, const struct ms_states *states, uint32_t event);

/* abandoned_frames.c: reports threads that are given a local variable of a function which returns
 * without waiting for them. */
void ms_judge_abandoned_frames(struct ms_program *program);

#endif
