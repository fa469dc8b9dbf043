/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Maps that are destroyed with the last reference to them: when is it the last? */
#ifndef MAPSAN_REFERENCES_H
#define MAPSAN_REFERENCES_H

#include "thread.h"

/* References are counted from the map's making on; only the last one's end is an operation. */
MAPSAN_HIDDEN void mapsan_map_referenced(const void *map);
MAPSAN_HIDDEN void mapsan_map_unref_begin(const void *map, const struct mapsan_site *site,
                                          uintptr_t pc, uintptr_t frame);
MAPSAN_HIDDEN void mapsan_map_unref_end(const void *map, const struct mapsan_site *site,
                                        uintptr_t frame);

#endif
