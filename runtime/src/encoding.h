/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * How the one word that a tag turns on is written. It is either a claim, "this thread is writing
 * since this site", or a stamp, "this thread finished its Nth write". A claim names the writer to
 * whoever finds it; a stamp is new after every write of every thread, so that a reader who finds
 * the same stamp at both ends knows that no write came between: it is the write sequence, and it
 * says who wrote last as well.
 *
 *     claim: | slot : 18 | site address / 8 : 45 | 1 |
 *     stamp: | slot : 18 | number of the write : 45 | 0 |
 *
 * Zero is the stamp of nobody: a map that was not written yet. Sites are constants, 8-byte aligned,
 * below 2^48, as every address of a program's own data is on x86-64 and AArch64 Linux.
 */
#ifndef MAPSAN_ENCODING_H
#define MAPSAN_ENCODING_H

#include <stdbool.h>
#include <stdint.h>

#include "mapsan/hooks.h"

enum {
    MAPSAN_SLOT_BITS = 18,
    MAPSAN_VALUE_BITS = 45,
    MAPSAN_SLOT_SHIFT = 1 + MAPSAN_VALUE_BITS,
    MAPSAN_SLOTS_MAX = 1 << MAPSAN_SLOT_BITS,
    MAPSAN_CLAIMED = 1,
};

/* What all claims of a slot have in common: its claim at no site. */
static inline uint64_t mapsan_claim_base(uint32_t slot) {
    return (uint64_t)slot << MAPSAN_SLOT_SHIFT | MAPSAN_CLAIMED;
}

static inline uint64_t mapsan_claim(uint64_t base, const struct mapsan_site *site) {
    return base | (uint64_t)(uintptr_t)site >> 2;
}

/* A slot's stamp at its start, and the one that follows another. The number runs over into the slot
 * after two days of nothing but writes in one thread; such a stamp is new all the same. */
static inline uint64_t mapsan_first_stamp(uint32_t slot) {
    return (uint64_t)slot << MAPSAN_SLOT_SHIFT;
}

static inline uint64_t mapsan_next_stamp(uint64_t stamp) { return stamp + 2; }

static inline bool mapsan_is_claim(uint64_t word) { return word & 1; }

static inline uint32_t mapsan_word_slot(uint64_t word) {
    return (uint32_t)(word >> MAPSAN_SLOT_SHIFT);
}

static inline const struct mapsan_site *mapsan_claim_site(uint64_t claim) {
    const uint64_t mask = (UINT64_C(1) << MAPSAN_VALUE_BITS) - 1;
    return (const struct mapsan_site *)(uintptr_t)((claim >> 1 & mask) << 3);
}

#endif
