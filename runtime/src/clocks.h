/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Happens-before, as vector clocks (Fidge 1988, Mattern 1989). Every thread has a clock: for each
 * thread, how much of what that one did is known to have happened before. A release leaves the
 * clock at a synchronisation object, which is any address: a lock, a queue, a thread; an acquire
 * takes it up from there. All that pthread, C11 and GLib offer comes down to these two.
 *
 * A clock has one component for each lane. A thread takes a lane when it comes and leaves it when
 * it goes; the next thread in that lane goes on with its clock, and so counts as ordered behind it.
 * Therefore lanes rest for as long as there are fresh ones.
 */
#ifndef MAPSAN_CLOCKS_H
#define MAPSAN_CLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "thread.h"

/* A moment of a lane: | lane : 16 | time : 48 |. Zero is before everything. */
enum { MAPSAN_TIME_BITS = 48, MAPSAN_LANES = 1 << 16, MAPSAN_LANES_FRESH = 128 };

struct mapsan_vector {
    uint32_t size; /* components from here on are zero */
    uint32_t capacity;
    uint64_t at[];
};

struct mapsan_lane {
    uint32_t number;
    uint64_t gained; /* counts what was taken up from others; see mapsan_clocks_release */
    struct mapsan_vector *known;
    struct mapsan_lane *next_free;
};

/* False: there is no memory for it. */
MAPSAN_HIDDEN bool mapsan_clocks_start(void);
MAPSAN_HIDDEN void mapsan_clocks_after_fork(void);

/* A lane for a thread that comes; NULL: there is none. */
MAPSAN_HIDDEN struct mapsan_lane *mapsan_clocks_join(void);
MAPSAN_HIDDEN void mapsan_clocks_leave(struct mapsan_lane *lane);

/* What this lane did so far happens before whatever acquires the same object later. */
MAPSAN_HIDDEN void mapsan_clocks_release(struct mapsan_lane *lane, const void *object);
MAPSAN_HIDDEN void mapsan_clocks_acquire(struct mapsan_lane *lane, const void *object);

/* The object is gone; another may come to its address. */
MAPSAN_HIDDEN void mapsan_clocks_forget(const void *object);

/* A clock could not be kept for want of memory: no statement about order is possible any more. */
extern MAPSAN_HIDDEN bool mapsan_clocks_lost;

static inline uint64_t mapsan_moment(const struct mapsan_lane *lane) {
    return (uint64_t)lane->number << MAPSAN_TIME_BITS | lane->known->at[lane->number];
}

/* Did that moment happen before what this lane does now? */
static inline bool mapsan_happened_before(const struct mapsan_lane *lane, uint64_t moment) {
    const uint32_t other = (uint32_t)(moment >> MAPSAN_TIME_BITS);
    const uint64_t time = moment & ((UINT64_C(1) << MAPSAN_TIME_BITS) - 1);
    return time <= (other < lane->known->size ? lane->known->at[other] : 0);
}

#endif
