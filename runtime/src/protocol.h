/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The overlap protocol: every shared load and store of the runtime's fast path, with the reason for
 * its order. Nothing else touches a tag's word or another thread's open entries.
 *
 *   reader:  publish; word = observe ......... map is read ......... recheck == word? retract
 *   writer:  publish; previous = claim; scan . map is written . scan; word == claim? stamp; retract
 *   (until a second thread touches the map: no scans, no question)
 *
 * Claim 1, overlap implies report. A read overlaps a write if the write's claim..stamp and the
 * read's observe..recheck intersect. If the claim was there at the observe, the observe returns it.
 * If not, it was placed before the recheck, and the recheck returns the claim or, as every stamp is
 * new, a stamp other than the one observed. Two writes overlap if one claims between the other's
 * claim and stamp: its exchange returns the other's claim. So the side that came later in the order
 * of the word always knows, and no fence is needed between a reader's publish and its observe: the
 * writer's scan may miss a store that is still in the reader's store buffer, the reader's recheck
 * does not. The scans let the writer know as well, before it does damage and when the reader never
 * comes back.
 *
 * Claim 2, exclusion implies silence. If an operation ends before another begins, in the order that
 * some lock gives, then its stamp and its retract happen before the other's first load: that load
 * finds the stamp, stays with it until the end, and the scan finds the entry empty.
 */
#ifndef MAPSAN_PROTOCOL_H
#define MAPSAN_PROTOCOL_H

#include "thread.h"

/* This hook's return address and its caller's stack pointer: where that address lies, and above. */
#define MAPSAN_PC ((uintptr_t)__builtin_return_address(0))
#if defined(__clang__) && defined(__x86_64__)
void *_AddressOfReturnAddress(void); /* -fms-extensions; the other needs a frame pointer */
#define MAPSAN_FRAME ((uintptr_t)_AddressOfReturnAddress() + sizeof(void *))
#else
#define MAPSAN_FRAME ((uintptr_t)__builtin_dwarf_cfa())
#endif

/* Stored at once: stores are what bounds the fast path, one per cycle on many processors. */
typedef uintptr_t mapsan_two_words __attribute__((vector_size(2 * sizeof(uintptr_t)), may_alias));

static inline void mapsan_publish(struct mapsan_open *open, struct mapsan_tag *tag,
                                  const struct mapsan_site *site, uintptr_t frame) {
    /* Relaxed: a plain store. A signal handler's hooks that come in behind it find the entry taken
     * and leave the fields below alone; the fence keeps the compiler from moving these before. */
    __atomic_store_n(&open->tag, tag, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    /* Relaxed: read by others for reports only, which look again once the thread has stopped. */
    *(mapsan_two_words *)&open->site = (mapsan_two_words){(uintptr_t)site, frame};
    /* Program order is kept; the processor may still observe first: see claim 1. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void mapsan_retract(struct mapsan_open *open) {
    /* Release: what the operation did to the map, and its stamp, come before. Whoever scans after
     * an unlock that follows sees the entry empty. */
    __atomic_store_n(&open->tag, NULL, __ATOMIC_RELEASE);
}

static inline uint64_t mapsan_observe(const struct mapsan_tag *tag) {
    /* Acquire: the reader's loads from the map come after. */
    return __atomic_load_n(&tag->word, __ATOMIC_ACQUIRE);
}

static inline uint64_t mapsan_recheck(const struct mapsan_tag *tag) {
    /* The reader's loads from the map come before: the reader's side of a sequence lock. Free on
     * x86-64, a load barrier on AArch64. */
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&tag->word, __ATOMIC_RELAXED);
}

static inline uint64_t mapsan_place_claim(struct mapsan_tag *tag, uint64_t claim) {
    /* Sequentially consistent: the claim is visible before the scan that follows looks, and before
     * the first store to the map. */
    return __atomic_exchange_n(&tag->word, claim, __ATOMIC_SEQ_CST);
}

/* What the word is now, to the thread that claimed it. If it is still its claim, nobody else came,
 * and the claim becomes a stamp: by a load and a store instead of a compare-and-swap, at half the
 * price of the write. A claim that slips in between was returned ours by its exchange, so its
 * thread reports; that its word is lost then costs nothing. */
static inline uint64_t mapsan_word(const struct mapsan_tag *tag) {
    return __atomic_load_n(&tag->word, __ATOMIC_RELAXED);
}

static inline void mapsan_place_stamp(struct mapsan_tag *tag, uint64_t stamp) {
    /* Release: the stores to the map come before. */
    __atomic_store_n(&tag->word, stamp, __ATOMIC_RELEASE);
}

/* Not zero if a writer has anyone to look for: until a second thread touched the map, it has not.
 */
static inline uint64_t mapsan_company(const struct mapsan_tag *tag,
                                      const struct mapsan_thread *self) {
    /* Relaxed, after the claim: a thread sets its bit by a locked operation, and observes after it;
     * so either the bit is seen here or the claim is seen there. Beyond 64 slots a bit is shared.
     */
    return (__atomic_load_n(&tag->touched, __ATOMIC_RELAXED) ^ self->bit) |
           __atomic_load_n(&mapsan_slots_high, __ATOMIC_RELAXED) >> 6;
}

/* Not zero at a thread's first use of a map. */
static inline uint64_t mapsan_untouched(const struct mapsan_tag *tag,
                                        const struct mapsan_thread *self) {
    return ~__atomic_load_n(&tag->touched, __ATOMIC_RELAXED) & self->bit;
}

/* Makes this thread known to the map's writers: before its first claim or observe. */
static inline void mapsan_touch(struct mapsan_tag *tag, const struct mapsan_thread *self) {
    if (mapsan_untouched(tag, self))
        __atomic_fetch_or(&tag->touched, self->bit, __ATOMIC_SEQ_CST);
}

#endif
