/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * suppressions=FILE: reports that are not wanted. Lines KIND:GLOB, where GLOB may hold `*` and `?`:
 *
 *     function:GLOB   a function on either stack, or the operation itself
 *     file:GLOB       the source file of either operation or of a function on either stack
 *     map:GLOB        the map, as the source spells it
 *     module:GLOB     a program or library on either stack
 *
 * `#` begins a comment.
 */
#ifndef MAPSAN_SUPPRESS_H
#define MAPSAN_SUPPRESS_H

#include "report.h"

/* Reads the file; what is no suppression gets a line that says so. */
MAPSAN_HIDDEN void mapsan_suppressions_read(void);

/* Counts what was held back. */
MAPSAN_HIDDEN bool mapsan_suppressed(const struct mapsan_collision *collision,
                                     const struct mapsan_stacks *stacks);

/* At the end: says what each held back, and which held back nothing (verbosity=1). */
MAPSAN_HIDDEN void mapsan_suppressions_end(void);

#endif
