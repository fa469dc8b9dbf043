/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A hash table with linear probing; the number of a thing is its slot. A slot is set once, by a
 * compare-and-swap, and then never changes.
 */
#include "intern.h"

#include <stddef.h>
#include <string.h>

#include "memory.h"

enum { SLOTS = 1 << 18, PROBES = 64 };

bool mapsan_intern_start(struct mapsan_intern *table) {
    table->slots = mapsan_memory_reserve(SLOTS * sizeof *table->slots);
    return table->slots;
}

static uint64_t hash(const unsigned char *bytes, uint32_t size) {
    uint64_t sum = size, word = 0;
    for (uint32_t i = 0; i < size; i += sizeof word) {
        const uint32_t left = size - i;
        word = 0;
        memcpy(&word, bytes + i, left < sizeof word ? left : sizeof word);
        sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        sum ^= sum >> 29;
    }
    return sum;
}

static struct mapsan_interned *make(const void *bytes, uint32_t size) {
    struct mapsan_interned *made = mapsan_memory_take(sizeof *made + size);
    if (made) {
        made->size = size;
        memcpy(made->bytes, bytes, size);
    }
    return made;
}

uint32_t mapsan_intern(struct mapsan_intern *table, const void *bytes, uint32_t size) {
    struct mapsan_interned *made = NULL;
    const uint32_t start = (uint32_t)(hash(bytes, size) >> 32);
    for (uint32_t probe = 0; table->slots && probe < PROBES; probe++) {
        const uint32_t slot = 1 + (start + probe) % (SLOTS - 1);
        struct mapsan_interned **place = &table->slots[slot];
        struct mapsan_interned *found = __atomic_load_n(place, __ATOMIC_ACQUIRE);
        if (!found && !made && !(made = make(bytes, size)))
            return 0;
        if (!found && __atomic_compare_exchange_n(place, &found, made, false, __ATOMIC_ACQ_REL,
                                                  __ATOMIC_ACQUIRE))
            return slot;
        if (found->size == size && memcmp(found->bytes, bytes, size) == 0) {
            if (made)
                mapsan_memory_give(made, sizeof *made + size);
            return slot;
        }
    }
    if (made)
        mapsan_memory_give(made, sizeof *made + size);
    return 0;
}

const struct mapsan_interned *mapsan_interned(const struct mapsan_intern *table, uint32_t number) {
    return number && table->slots ? __atomic_load_n(&table->slots[number], __ATOMIC_ACQUIRE) : NULL;
}
