/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The number of elements of a map whose library exports a function that tells. */
#ifndef MAPSAN_MAP_SIZE_H
#define MAPSAN_MAP_SIZE_H

#include "thread.h"

/* -1: not known. Calls the library's own function, by which it must be safe to read now: between
 * operations of this thread, or in a report. */
MAPSAN_HIDDEN long mapsan_map_size(const void *map, const struct mapsan_site *site);

#endif
