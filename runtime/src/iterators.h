/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Iterators that take their steps one by one (GHashTableIter): between two steps no operation is
 * open, and yet the map may not change. The runtime notes what the map was when the iterator was
 * last right, and looks again at its next step. A write that leaves the map as large as it was, an
 * insertion that replaces a value, a removal of what is not there, has not disturbed it.
 */
#ifndef MAPSAN_ITERATORS_H
#define MAPSAN_ITERATORS_H

#include "thread.h"

/* The iterator is made, or has itself changed the map: it stands right. */
MAPSAN_HIDDEN void mapsan_iterator_stands(const void *iterator, const void *map,
                                          const struct mapsan_site *site);

/* It is about to be used: reports if the map has changed behind its back. */
MAPSAN_HIDDEN void mapsan_iterator_used(const void *iterator, const void *map,
                                        const struct mapsan_site *site, uintptr_t pc,
                                        uintptr_t frame);

/* Is an iterator of this thread under way on the map? Then its writes come by the slow path. */
MAPSAN_HIDDEN bool mapsan_iterators_on(const struct mapsan_tag *tag);

/* This thread is about to write that map. */
MAPSAN_HIDDEN void mapsan_iterators_disturbed(const struct mapsan_thread *self,
                                              const struct mapsan_open *open);

#endif
