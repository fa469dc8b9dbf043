/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Epochs: how the maps whose readers take no lock learn when memory that they have unlinked can be
 * seen by nobody any more.
 *
 * Sources: Fraser, Practical Lock-Freedom (2004), chapter 5, for the three epochs; the
 * membarrier(2) that spares readers a fence is that of liburcu (Desnoyers, 2009).
 *
 * Design: one epoch for the process. A thread that enters a section publishes the epoch that it
 * saw in a cache line of its own, and clears it when it leaves. The epoch advances when everybody
 * who is inside has published the present one.
 * Invariant: what was unlinked, and then noted under epoch e, is unreachable once the epoch is e +
 * 2: whoever could have met it entered with e at the latest, and the advance to e + 2 found no such
 * thread inside.
 *
 * Ordering: the end of every section that could have met an unlinked block happens before
 * mapsan_epoch_now() answers with two more than when the block was noted.
 *
 * Costs: entering and leaving are two stores each and no locked instruction. Where membarrier is
 * not to be had, entering is an exchange. Threads beyond MAPSAN_THREAD_MAX share a counter. A
 * section that does not end keeps what is unlinked meanwhile from being freed, and blocks nobody.
 */
#ifndef MAPSAN_MAPS_EPOCH_H
#define MAPSAN_MAPS_EPOCH_H

#include <mapsan/maps/thread_index.h>

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAPSAN_EPOCH_LINE 128 /* two lines: the neighbour of a fetched line is fetched as well */

struct mapsan_epoch_slot {
    uint64_t epoch;   /* atomic: 0 outside; else what the thread saw when it entered */
    uint64_t nesting; /* only the slot's thread looks at it */
} __attribute__((aligned(MAPSAN_EPOCH_LINE)));

/* The state of the process; for the inlined functions below. */
extern struct mapsan_epochs {
    uint64_t now;        /* atomic; from 1 */
    uint64_t fence_free; /* atomic: the writer's membarrier orders the readers' stores */
} __attribute__((aligned(MAPSAN_EPOCH_LINE))) mapsan_epochs;
extern struct mapsan_epoch_slot mapsan_epoch_slots[MAPSAN_THREAD_MAX];

/* Finds out what the system offers; called by every map that is made. */
void mapsan_epoch_prepare(void);
/* For threads that have no slot. */
void mapsan_epoch_enter_shared(void);
void mapsan_epoch_leave_shared(void);
/* Moves to the next epoch if everybody inside has seen the present one; false if not. */
bool mapsan_epoch_advance(void);

/* Returns when every section that was running has ended: an operation of any map that was under way
 * in any thread. After it, what removed keys pointed to may be freed. Not from a callback of a map,
 * which it would wait for. */
void mapsan_epoch_quiesce(void);
/* Whether the calling thread is inside a section. */
bool mapsan_epoch_inside(void);

/* Sections nest. What is loaded from a map inside stays valid until the end. */
static inline void mapsan_epoch_enter(void) {
    uint32_t index = mapsan_thread_index();
    if (__builtin_expect(index >= MAPSAN_THREAD_MAX, 0)) {
        mapsan_epoch_enter_shared();
        return;
    }
    struct mapsan_epoch_slot *slot = &mapsan_epoch_slots[index];
    if (slot->nesting++ != 0)
        return;
    uint64_t now = __atomic_load_n(&mapsan_epochs.now, __ATOMIC_ACQUIRE);
    if (__builtin_expect(__atomic_load_n(&mapsan_epochs.fence_free, __ATOMIC_RELAXED) != 0, 1)) {
        __atomic_store_n(&slot->epoch, now, __ATOMIC_RELEASE);
        /* Orders the store and the loads that follow for the compiler; the membarrier of who
         * advances the epoch does so for the processor. */
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    } else {
        __atomic_exchange_n(&slot->epoch, now, __ATOMIC_SEQ_CST);
    }
}

static inline void mapsan_epoch_leave(void) {
    uint32_t index = mapsan_thread_index();
    if (__builtin_expect(index >= MAPSAN_THREAD_MAX, 0)) {
        mapsan_epoch_leave_shared();
        return;
    }
    struct mapsan_epoch_slot *slot = &mapsan_epoch_slots[index];
    if (--slot->nesting == 0)
        __atomic_store_n(&slot->epoch, 0, __ATOMIC_RELEASE);
}

/* To note with what was just unlinked. Sequentially consistent, as the unlinking must be. */
static inline uint64_t mapsan_epoch_now(void) {
    return __atomic_load_n(&mapsan_epochs.now, __ATOMIC_SEQ_CST);
}

#ifdef __cplusplus
}
#endif
#endif
