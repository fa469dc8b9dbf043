/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One list of free blocks for each power of two, filled from chunks that mmap gives.
 */
#include "memory.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "spin.h"

enum { LEAST_SHIFT = 5, CLASSES = 28, CHUNK = 1 << 18 };

struct block {
    struct block *next;
};

static struct block *free_blocks[CLASSES];
static char *chunk, *chunk_end;
static uint32_t lock;

static unsigned class_of(size_t size) {
    unsigned shift = LEAST_SHIFT;
    while (((size_t)1 << shift) < size)
        shift++;
    return shift;
}

void *mapsan_memory_reserve(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* A block that was never in use. The rest of a chunk that is too small is left. */
static void *cut(size_t size) {
    if (size > CHUNK / 4)
        return mapsan_memory_reserve(size);
    if ((size_t)(chunk_end - chunk) < size) {
        char *fresh = mapsan_memory_reserve(CHUNK);
        if (!fresh)
            return NULL;
        chunk = fresh;
        chunk_end = fresh + CHUNK;
    }
    void *memory = chunk;
    chunk += size;
    return memory;
}

void *mapsan_memory_take(size_t size) {
    const unsigned shift = class_of(size);
    if (shift >= LEAST_SHIFT + CLASSES)
        return NULL;
    mapsan_spin_lock(&lock);
    struct block *found = free_blocks[shift - LEAST_SHIFT];
    if (found)
        free_blocks[shift - LEAST_SHIFT] = found->next;
    void *memory = found ? found : cut((size_t)1 << shift);
    mapsan_spin_unlock(&lock);
    if (found)
        memset(memory, 0, (size_t)1 << shift);
    return memory;
}

void mapsan_memory_give(void *memory, size_t size) {
    struct block *block = memory;
    const unsigned class = class_of(size) - LEAST_SHIFT;
    if (!block)
        return;
    mapsan_spin_lock(&lock);
    block->next = free_blocks[class];
    free_blocks[class] = block;
    mapsan_spin_unlock(&lock);
}

void mapsan_memory_after_fork(void) { lock = 0; }
