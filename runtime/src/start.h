/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The runtime's beginning and end in a process. */
#ifndef MAPSAN_START_H
#define MAPSAN_START_H

#include "thread.h"

/* Options, side table, registry: once, from the constructor or from the first hook before it. */
MAPSAN_HIDDEN void mapsan_start(void);

MAPSAN_HIDDEN void mapsan_restart_after_fork(void);

/* Finds what the definitions of longjmp go on to: at start, as they may be called by a signal
 * handler. */
MAPSAN_HIDDEN void mapsan_jumps_start(void);

#endif
