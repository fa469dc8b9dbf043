/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the program's synchronisation means to the runtime: locks come and go in the list of those
 * that a thread holds, for the reports; and with mode=hb everything is a release or an acquire, for
 * the order of accesses. The interposers (interpose_*.c) and the annotations of <mapsan/mapsan.h>
 * end here.
 */
#ifndef MAPSAN_SYNC_H
#define MAPSAN_SYNC_H

#include "thread.h"

/* What is done with an event; several at once. */
enum {
    MAPSAN_SYNC_EARLY = 1, /* the runtime has not started: pass everything on */
    MAPSAN_SYNC_HELD = 2,  /* keep the list of locks held */
    MAPSAN_SYNC_ORDER = 4, /* keep clocks */
    MAPSAN_SYNC_TSAN = 8,  /* tell ThreadSanitizer of what it does not see itself */
};

/* Zero: nothing, and the interposers are one test and one jump. Read by instrumented code too. */
extern __attribute__((visibility("default"))) uint8_t __mapsan_sync;

/* Kinds of lock, as reports name them; the list is in sync.c. */
enum mapsan_lock_kind {
    MAPSAN_LOCK_MUTEX,
    MAPSAN_LOCK_RWLOCK,
    MAPSAN_LOCK_SPIN,
    MAPSAN_LOCK_MTX,
    MAPSAN_LOCK_GMUTEX,
    MAPSAN_LOCK_GRECMUTEX,
    MAPSAN_LOCK_GRWLOCK,
    MAPSAN_LOCK_GBIT,
    MAPSAN_LOCK_OTHER,
    MAPSAN_LOCK_SHARED = 16, /* added to a kind: held for reading */
};

/* After a lock was taken, and before it is given up; pc: where, in the program. */
MAPSAN_HIDDEN void mapsan_lock_taken(const void *lock, unsigned kind, uintptr_t pc);
MAPSAN_HIDDEN void mapsan_lock_given_up(const void *lock, unsigned kind);

/* The lock is made, or gone. */
MAPSAN_HIDDEN void mapsan_lock_renewed(const void *lock);

/* Before something that lets others go on, and after something that waited for others. */
MAPSAN_HIDDEN void mapsan_release(const void *object);
MAPSAN_HIDDEN void mapsan_acquire(const void *object);

/* The object is gone. */
MAPSAN_HIDDEN void mapsan_forget(const void *object);

/* A thread has come (its block is new), or goes: what it did happens before its join. */
MAPSAN_HIDDEN void mapsan_sync_thread_begins(struct mapsan_thread *self);
MAPSAN_HIDDEN void mapsan_sync_thread_ends(struct mapsan_thread *self);

MAPSAN_HIDDEN const char *mapsan_lock_kind_name(unsigned kind);

/* Decides, by the options, what is to be done: __mapsan_sync, once the runtime has started. */
MAPSAN_HIDDEN uint8_t mapsan_sync_prepare(void);
MAPSAN_HIDDEN void mapsan_sync_after_fork(void);

#endif
