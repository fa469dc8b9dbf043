/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Memory for what the runtime cannot bound beforehand: vector clocks, synchronisation objects, the
 * last accesses to each map. From mmap in powers of two, never from malloc, which the program may
 * be inside of, and never given back to the system.
 */
#ifndef MAPSAN_MEMORY_H
#define MAPSAN_MEMORY_H

#include <stddef.h>

/* At least that many bytes, zero, 16-byte aligned; NULL when there are none. */
void *mapsan_memory_take(size_t size);

/* Takes back what mapsan_memory_take gave for the same size. */
void mapsan_memory_give(void *memory, size_t size);

/* Reserves address space that becomes memory where it is touched; NULL when there is none. */
void *mapsan_memory_reserve(size_t size);

/* In the child of a fork. */
void mapsan_memory_after_fork(void);

#endif
