/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Events of synchronisation, sorted to those who want them. A reader-writer lock is two objects:
 * what writers leave, readers and writers take up; what readers leave, only writers do. So two
 * readers are not ordered by a lock that both hold for reading, and a write under it is still a
 * race.
 */
#define _GNU_SOURCE
#include "sync.h"

#include <pthread.h>

#include "clocks.h"
#include "flags.h"
#include "held.h"
#include "interpose.h"
#include "memory.h"
#include "order.h"
#include "output.h"
#include "trace.h"
#include "tsan.h"

uint8_t __mapsan_sync = MAPSAN_SYNC_EARLY;

static const char *const kind_names[] = {
    [MAPSAN_LOCK_MUTEX] = "mutex",     [MAPSAN_LOCK_RWLOCK] = "rwlock",
    [MAPSAN_LOCK_SPIN] = "spinlock",   [MAPSAN_LOCK_MTX] = "mtx_t",
    [MAPSAN_LOCK_GMUTEX] = "GMutex",   [MAPSAN_LOCK_GRECMUTEX] = "GRecMutex",
    [MAPSAN_LOCK_GRWLOCK] = "GRWLock", [MAPSAN_LOCK_GBIT] = "bit lock",
    [MAPSAN_LOCK_OTHER] = "lock",
};

const char *mapsan_lock_kind_name(unsigned kind) { return kind_names[kind % MAPSAN_LOCK_SHARED]; }

/* This thread, with the hooks of a signal handler kept out until leave(); NULL: none of our
 * business. */
static struct mapsan_thread *enter(void) {
    struct mapsan_thread *self = mapsan_thread_enter();
    if (self)
        self->busy = true;
    return self;
}

static void leave(struct mapsan_thread *self) { self->busy = false; }

/* What the readers of a lock leave for its writers: a lock is at least two bytes. */
static const void *readers_of(const void *lock) { return (const char *)lock + 1; }

static bool has_readers(unsigned kind) {
    kind %= MAPSAN_LOCK_SHARED;
    return kind == MAPSAN_LOCK_RWLOCK || kind == MAPSAN_LOCK_GRWLOCK || kind == MAPSAN_LOCK_OTHER;
}

static void hold(struct mapsan_thread *self, const void *lock, unsigned kind, uintptr_t pc) {
    if (self->held_count < MAPSAN_HELD)
        self->held[self->held_count] = (struct mapsan_held){lock, pc, kind};
    self->held_count++;
    self->held_version++;
}

/* Gives up the lock, and returns how it was held; as it is said to be, if that is not known. */
static unsigned let_go(struct mapsan_thread *self, const void *lock, unsigned kind) {
    if (self->held_count > MAPSAN_HELD) { /* some were not noted: so it may be this one */
        self->held_count--;
        return kind;
    }
    for (uint32_t i = self->held_count; i-- > 0;) {
        if (self->held[i].lock != lock)
            continue;
        const unsigned known = self->held[i].kind;
        self->held_count--;
        for (; i < self->held_count; i++)
            self->held[i] = self->held[i + 1];
        self->held_version++;
        return known;
    }
    return kind;
}

/* The common case of the default mode, at the price of a few stores: nothing but the list is kept,
 * and the locks go in the reverse order of their coming. False: it is not that case. */
static bool hold_only(const void *lock, unsigned kind, uintptr_t pc) {
    struct mapsan_thread *self = mapsan_self;
    const uint32_t count = self->held_count;
    if (__mapsan_sync != MAPSAN_SYNC_HELD || !self->slot || self->busy || count >= MAPSAN_HELD)
        return false;
    self->held[count] = (struct mapsan_held){lock, pc, kind};
    __atomic_store_n(&self->held_count, count + 1, __ATOMIC_RELAXED);
    return true;
}

static bool let_go_only(const void *lock) {
    struct mapsan_thread *self = mapsan_self;
    const uint32_t count = self->held_count;
    if (__mapsan_sync != MAPSAN_SYNC_HELD || !self->slot || self->busy || count == 0 ||
        count > MAPSAN_HELD || self->held[count - 1].lock != lock)
        return false;
    __atomic_store_n(&self->held_count, count - 1, __ATOMIC_RELAXED);
    return true;
}

void mapsan_lock_taken(const void *lock, unsigned kind, uintptr_t pc) {
    if (hold_only(lock, kind, pc))
        return;
    if (__mapsan_sync & MAPSAN_SYNC_TSAN)
        mapsan_tsan_taken(lock, kind);
    struct mapsan_thread *self = enter();
    if (!self)
        return;
    if (__mapsan_sync & MAPSAN_SYNC_HELD)
        hold(self, lock, kind, pc);
    if (self->lane) {
        mapsan_clocks_acquire(self->lane, lock);
        if (has_readers(kind) && !(kind & MAPSAN_LOCK_SHARED))
            mapsan_clocks_acquire(self->lane, readers_of(lock));
    }
    leave(self);
}

void mapsan_lock_given_up(const void *lock, unsigned kind) {
    if (let_go_only(lock))
        return;
    if (__mapsan_sync & MAPSAN_SYNC_TSAN)
        mapsan_tsan_given_up(lock, kind);
    struct mapsan_thread *self = enter();
    if (!self)
        return;
    if (__mapsan_sync & MAPSAN_SYNC_HELD)
        kind = let_go(self, lock, kind);
    if (self->lane)
        mapsan_clocks_release(self->lane, kind & MAPSAN_LOCK_SHARED ? readers_of(lock) : lock);
    leave(self);
}

void mapsan_forget(const void *object) {
    struct mapsan_thread *self = __mapsan_sync & MAPSAN_SYNC_ORDER ? enter() : NULL;
    if (!self)
        return;
    mapsan_clocks_forget(object);
    leave(self);
}

void mapsan_lock_renewed(const void *lock) {
    mapsan_forget(lock);
    mapsan_forget(readers_of(lock));
}

void mapsan_release(const void *object) {
    if (__mapsan_sync & MAPSAN_SYNC_TSAN)
        mapsan_tsan_release(object);
    struct mapsan_thread *self = __mapsan_sync & MAPSAN_SYNC_ORDER ? enter() : NULL;
    if (!self)
        return;
    if (self->lane)
        mapsan_clocks_release(self->lane, object);
    leave(self);
}

void mapsan_acquire(const void *object) {
    if (__mapsan_sync & MAPSAN_SYNC_TSAN)
        mapsan_tsan_acquire(object);
    struct mapsan_thread *self = __mapsan_sync & MAPSAN_SYNC_ORDER ? enter() : NULL;
    if (!self)
        return;
    if (self->lane)
        mapsan_clocks_acquire(self->lane, object);
    leave(self);
}

void mapsan_sync_thread_begins(struct mapsan_thread *self) {
    self->held_count = 0;
    if (!(__mapsan_sync & MAPSAN_SYNC_ORDER))
        return;
    if (!self->seen)
        self->seen = mapsan_memory_take(MAPSAN_SEEN * sizeof *self->seen);
    self->lane = self->seen ? mapsan_clocks_join() : NULL;
    if (!self->lane)
        mapsan_clocks_lost = true;
}

void mapsan_sync_thread_ends(struct mapsan_thread *self) {
    if (!self->lane)
        return;
    mapsan_clocks_release(self->lane, (const void *)pthread_self());
    mapsan_clocks_leave(self->lane);
    self->lane = NULL;
}

uint8_t mapsan_sync_prepare(void) {
    uint8_t wanted = mapsan_flags.enabled ? MAPSAN_SYNC_HELD : 0;
    if (mapsan_flags.enabled && mapsan_flags.mode == MAPSAN_MODE_HB) {
        if (mapsan_clocks_start() && mapsan_order_start() && mapsan_held_start() &&
            mapsan_trace_start()) {
            wanted |= MAPSAN_SYNC_ORDER;
            mapsan_slow_only = true;
        } else {
            mapsan_say("mapsan: mode=hb: no memory for it; only overlaps are reported\n");
        }
    }
    if (mapsan_tsan_start()) {
        wanted |= MAPSAN_SYNC_TSAN;
        mapsan_slow_only = true;
    }
    mapsan_interposers_start();
    if (wanted & (MAPSAN_SYNC_ORDER | MAPSAN_SYNC_TSAN))
        mapsan_interpose_dispatch();
    return wanted;
}

void mapsan_sync_after_fork(void) {
    mapsan_clocks_after_fork();
    mapsan_order_after_fork();
}
