/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The parts of the vocabulary that are code: the system allocator, seeds, and the type made of
 * bytes. Big blocks bypass malloc: mapped memory is zero already and is touched only when used, and
 * huge pages spare a random access most of its address translation misses.
 */
#include <mapsan/maps/hash.h>
#include <mapsan/maps/vocabulary.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>

#define HUGE_PAGE ((size_t)2 << 20)

static bool is_mapped(size_t size, size_t alignment) {
    return size >= HUGE_PAGE && alignment <= HUGE_PAGE;
}

static void *map_aligned(size_t size) {
    if (size > SIZE_MAX - 2 * HUGE_PAGE)
        return NULL;
    size_t room = size + HUGE_PAGE;
    char *start = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    size_t page = 4096;
    size_t used = (size + page - 1) & ~(page - 1);
    size_t before = (HUGE_PAGE - ((uintptr_t)start & (HUGE_PAGE - 1))) & (HUGE_PAGE - 1);
    if (before > 0)
        munmap(start, before);
    if (room - before > used)
        munmap(start + before + used, room - before - used);
    /* Advice: where huge pages are not to be had, the memory is as good as any. */
    (void)madvise(start + before, used, MADV_HUGEPAGE);
    return start + before;
}

static void *system_allocate(void *context, size_t size, size_t alignment) {
    (void)context;
    if (is_mapped(size, alignment))
        return map_aligned(size);
    if (alignment <= _Alignof(max_align_t))
        return calloc(1, size);
    if (size > SIZE_MAX - alignment)
        return NULL;
    size_t rounded = (size + alignment - 1) & ~(alignment - 1);
    void *memory = aligned_alloc(alignment, rounded);
    if (memory != NULL)
        memset(memory, 0, rounded);
    return memory;
}

static void system_release(void *context, void *memory, size_t size, size_t alignment) {
    (void)context;
    if (is_mapped(size, alignment))
        munmap(memory, size);
    else
        free(memory);
}

const struct mapsan_map_allocator mapsan_map_system_allocator = {system_allocate, system_release,
                                                                 NULL};

/* Without entropy (early boot, a sandbox) address layout and time are the best there is. */
static uint64_t gather_entropy(void) {
    uint64_t word;
    if (getrandom(&word, sizeof word, GRND_NONBLOCK) == (ssize_t)sizeof word)
        return word;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return mapsan_hash_word((uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 32, (uintptr_t)&word);
}

uint64_t mapsan_map_new_seed(void) {
    /* One system call for the process; each map then takes the next of a keyed sequence. */
    static _Atomic uint64_t secret;
    static _Atomic uint64_t maps;
    uint64_t key = atomic_load_explicit(&secret, memory_order_relaxed);
    if (key == 0) {
        uint64_t fresh = gather_entropy() | 1;
        if (atomic_compare_exchange_strong(&secret, &key, fresh))
            key = fresh;
    }
    return mapsan_hash_word(atomic_fetch_add_explicit(&maps, 1, memory_order_relaxed), key);
}

static uint64_t hash_as_bytes(const struct mapsan_map_type *type, const void *key, uint64_t seed) {
    return mapsan_hash_bytes(key, type->key_size, seed);
}

static bool equal_as_bytes(const struct mapsan_map_type *type, const void *left,
                           const void *right) {
    return memcmp(left, right, type->key_size) == 0;
}

static int compare_as_bytes(const struct mapsan_map_type *type, const void *left,
                            const void *right) {
    return memcmp(left, right, type->key_size);
}

struct mapsan_map_type mapsan_map_type_bytes(size_t key_size, size_t value_size, size_t alignment) {
    size_t mask = alignment - 1;
    size_t value_offset = (key_size + mask) & ~mask;
    struct mapsan_map_type type = {
        .key_size = key_size,
        .value_size = value_size,
        .value_offset = value_offset,
        .entry_size = (value_offset + value_size + mask) & ~mask,
        .entry_align = alignment,
        .hash = hash_as_bytes,
        .equal = equal_as_bytes,
        .compare = compare_as_bytes,
    };
    return type;
}
