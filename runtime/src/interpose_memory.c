/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * mode=hb: memory that is given back takes the maps in it along. The head of a uthash or an stb_ds
 * array dies with the struct it stands in, and nothing in the program says so; the next user of the
 * memory, ordered behind by the allocator alone, would seem to race with the last.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "interpose.h"
#include "order.h"

static void freed(const void *memory, size_t size) {
    struct mapsan_thread *self = __mapsan_sync & MAPSAN_SYNC_ORDER ? mapsan_self : NULL;
    if (!self || self->busy)
        return;
    self->busy = true;
    mapsan_order_freed(memory, size);
    self->busy = false;
}

MAPSAN_INTERPOSE(void, free, mapsan_leak, (void *memory), (memory), {
    if (memory)
        freed(memory, malloc_usable_size(memory));
    next(memory);
})

MAPSAN_INTERPOSE(void *, realloc, __libc_realloc, (void *memory, size_t size), (memory, size), {
    const size_t before = memory ? malloc_usable_size(memory) : 0;
    void *result = next(memory, size);
    if (memory && result != memory && (result || !size))
        freed(memory, before);
    return result;
})

MAPSAN_INTERPOSE(int, munmap, __munmap, (void *memory, size_t size), (memory, size), {
    freed(memory, size);
    return next(memory, size);
})
