/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * rwmutex: a reader/writer lock for short critical sections that are mostly reads, such as a map's.
 *
 * Sources: the "big reader" lock (each reader announces itself in a cache line of its own, a writer
 * looks at all of them); BRAVO (Dice and Kogan, 2019): readers of a lock that has not been written
 * for a while need no fence, and the writer that ends this pays for it, then inhibits it for a
 * multiple of what it paid. Here the two are one: the same announcement serves both, and what the
 * writer pays is one membarrier(2).
 *
 * Design
 *  - A reader marks its slot, then looks at `state`. Not WRITER: it is in. If `state` is BIASED the
 * mark is a plain store; else an exchange, which orders the mark before the look.
 *  - A writer holds `mutex`, sets `state` to WRITER, then waits until all slots are clear. If
 * `state` was BIASED, membarrier orders every reader's mark before its look, after the fact.
 *  - A reader that meets a writer takes its mark back and, after some spinning, queues at `mutex`
 * like a writer; with it in hand no writer can be in, so it marks its slot and goes on.
 *
 * Invariant: while `state` is WRITER and the writer has seen all slots clear, no slot's reader is
 * in.
 *
 * Writers are not starved: readers that come after one has said so wait. Readers are not: they
 * queue with the writers. Both spin for some microseconds before they sleep in a futex.
 *
 * Ordering: unlocking in either mode happens before a later lock in a mode that excludes it.
 *
 * Not recursive, in either mode. The thread that locked unlocks. At most RWMUTEX_SLOTS threads read
 * without touching a line that others write; more are correct, and slower. Memory: 8.4 KB.
 */
#ifndef MAPSAN_MAPS_RWMUTEX_H
#define MAPSAN_MAPS_RWMUTEX_H

#include <assert.h>
#include <mapsan/maps/thread_index.h>
#include <mapsan/mapsan.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RWMUTEX_SLOTS 64
#define RWMUTEX_LINE 128 /* two lines: the neighbour of a fetched line is fetched as well */

enum rwmutex_state {
    RWMUTEX_FREE = 0,
    RWMUTEX_BIASED = 1, /* no writer for a while: readers need no fence */
    RWMUTEX_WRITER = 2, /* a writer is in or waits for the readers to leave */
};

struct rwmutex_slot {
    uint32_t readers; /* 0 or 1; in the last slot, which threads share, a count */
    uint32_t reads;   /* with a fence; now and then one of them considers to bias the lock */
} __attribute__((aligned(RWMUTEX_LINE))) MAPSAN_LOCK;

/* All zero is a free lock. */
struct rwmutex {
    struct {
        uint32_t state;
        uint32_t draining;      /* a futex: the writer sleeps until a reader leaves */
        uint64_t inhibit_until; /* nanoseconds; the lock is not biased before */
    } __attribute__((aligned(RWMUTEX_LINE))) shared;
    struct {
        uint32_t futex; /* 0 free, 1 held, 2 held and somebody sleeps */
    } __attribute__((aligned(RWMUTEX_LINE))) mutex;
    struct rwmutex_slot slots[RWMUTEX_SLOTS + 1];
} MAPSAN_LOCK;

/* What is left of rwmutex_read_lock when it did not get in at once. */
void rwmutex_read_lock_slowly(struct rwmutex *self);
void rwmutex_wake_writer(struct rwmutex *self);
void rwmutex_consider_bias(struct rwmutex *self);

/* Gets in unless a writer is there; false leaves no mark. */
static inline bool rwmutex_try_mark(struct rwmutex *self, struct rwmutex_slot *slot) {
    if (__atomic_load_n(&self->shared.state, __ATOMIC_RELAXED) == RWMUTEX_BIASED) {
        __atomic_store_n(&slot->readers, 1, __ATOMIC_RELAXED);
        /* Orders mark and look for the compiler; the writer's membarrier does so for the processor.
         */
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        if (__builtin_expect(
                __atomic_load_n(&self->shared.state, __ATOMIC_ACQUIRE) == RWMUTEX_BIASED, 1))
            return true;
    }
    __atomic_exchange_n(&slot->readers, 1, __ATOMIC_SEQ_CST);
    if (__builtin_expect(__atomic_load_n(&self->shared.state, __ATOMIC_SEQ_CST) != RWMUTEX_WRITER,
                         1)) {
        if (__builtin_expect(++slot->reads % 128 == 0, 0))
            rwmutex_consider_bias(self);
        return true;
    }
    __atomic_store_n(&slot->readers, 0, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&self->shared.draining, __ATOMIC_RELAXED) != 0)
        rwmutex_wake_writer(self);
    return false;
}

/* Waits until no writer is in, then keeps writers out until rwmutex_read_unlock. */
MAPSAN_ACQUIRES_SHARED(0) static inline void rwmutex_read_lock(struct rwmutex *self) {
    uint32_t index = mapsan_thread_index();
    if (__builtin_expect(index < RWMUTEX_SLOTS, 1)) {
        assert(__atomic_load_n(&self->slots[index].readers, __ATOMIC_RELAXED) == 0 &&
               "rwmutex is not recursive");
        if (__builtin_expect(rwmutex_try_mark(self, &self->slots[index]), 1))
            return;
    }
    rwmutex_read_lock_slowly(self);
}

MAPSAN_RELEASES(0) static inline void rwmutex_read_unlock(struct rwmutex *self) {
    uint32_t index = mapsan_thread_index();
    if (__builtin_expect(index < RWMUTEX_SLOTS, 1))
        __atomic_store_n(&self->slots[index].readers, 0, __ATOMIC_RELEASE);
    else
        __atomic_fetch_sub(&self->slots[RWMUTEX_SLOTS].readers, 1, __ATOMIC_RELEASE);
    /* The look may be earlier than the store and miss a writer that goes to sleep: it sleeps for a
     * millisecond at most. */
    if (__builtin_expect(__atomic_load_n(&self->shared.draining, __ATOMIC_RELAXED) != 0, 0))
        rwmutex_wake_writer(self);
}

/* Waits until nobody else is in, then keeps all out until rwmutex_write_unlock. */
MAPSAN_ACQUIRES(0) void rwmutex_write_lock(struct rwmutex *self);
MAPSAN_RELEASES(0) void rwmutex_write_unlock(struct rwmutex *self);

#ifdef __cplusplus
}
#endif
#endif
