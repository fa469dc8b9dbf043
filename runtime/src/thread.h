/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the runtime knows of each thread: a block in memory that is never given back, so that any
 * thread may look into any block at any time. The first cache line of a block is its slot: the
 * operation that is open in this thread right now, published for the writers of the same map.
 * Operations that open inside it (a callback that uses maps) go to the entries behind.
 *
 * A thread gets a block at its first hook. Until then, and once its own is taken back, it points to
 * a block that looks occupied, which leads every hook to its slow path without a test of its own.
 */
#ifndef MAPSAN_THREAD_H
#define MAPSAN_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "encoding.h"

#define MAPSAN_HIDDEN __attribute__((visibility("hidden")))
#define MAPSAN_COLD __attribute__((cold, noinline))
#define MAPSAN_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

enum {
    MAPSAN_NESTED_MAX = 31,
    MAPSAN_RECENT = 8,
    MAPSAN_CACHE = 64,
    MAPSAN_BIRTH_FRAMES = 16,
    MAPSAN_NAME_SIZE = 16,
    MAPSAN_HELD = 12,
    MAPSAN_SEEN = 64,
};

/* One open operation. `tag` is the map's identity; it is published first and retracted last. */
struct mapsan_open {
    struct mapsan_tag *tag;
    uint64_t
        word; /* the tag's word as the operation found it; not noted by writes in the fast path */
    _Alignas(16) const struct mapsan_site *site;
    uintptr_t frame; /* the caller's stack pointer at the hook: below it, the frame is gone */
    uintptr_t pc;    /* where the hook returns to; see mapsan_open_pc */
    long size; /* not of the first: elements at the begin of a write that may disturb; or -1 */
};

/* In `frame`: control has jumped since, possibly past the end of this operation. */
#define MAPSAN_DOUBTED ((uintptr_t)1)

/* One finished write, or one that was left by longjmp: what its word alone cannot tell. */
struct mapsan_closed {
    uint64_t word;
    const struct mapsan_site *site;
    const struct mapsan_tag *tag;
    uintptr_t pc;
};

/* Where a thread comes from; written by its creator, before it runs. */
#define MAPSAN_NO_NUMBER UINT32_MAX
struct mapsan_birth {
    uint32_t number;  /* of the new thread; MAPSAN_NO_NUMBER: nobody saw it being created */
    uint32_t creator; /* number of the thread that created it */
    uint32_t depth;
    uintptr_t pc[MAPSAN_BIRTH_FRAMES];
};

/* A lock that the thread holds. */
struct mapsan_held {
    const void *lock;
    uintptr_t pc;  /* where it was taken */
    uint64_t kind; /* enum mapsan_lock_kind */
};

/* mode=hb: when the thread was at a map last, and how that was then; see order.c. */
struct mapsan_seen {
    const void *record;
    uint64_t moment, version;
    bool writes;
};

struct mapsan_thread {
    _Alignas(64) struct mapsan_open first;
    uint32_t nested;  /* entries in use behind the first */
    uint32_t deepest; /* the most that ever were; how far a scan has to look */
    uint64_t bit;     /* this slot's bit in mapsan_tag.touched */
    uint64_t stamp;   /* the last one given; goes on when the slot changes hands */

    uint64_t claim_base;
    uint64_t first_word;  /* first.word, while others are open behind it */
    uint32_t slot;        /* 0: none */
    uint32_t number;      /* T0, T1, ... in reports; never used twice */
    pid_t tid;            /* 0: the slot is free */
    bool busy;            /* in the runtime's slow path: hooks of a signal handler stay outside */
    uintptr_t hook_frame; /* of the hook that is in conflict; frames below are the runtime's own */
    uintptr_t stack_low, stack_high;

    struct mapsan_tag *cache[MAPSAN_CACHE];
    struct mapsan_open inner[MAPSAN_NESTED_MAX];
    struct mapsan_closed recent[MAPSAN_RECENT];
    struct mapsan_closed abandoned[MAPSAN_RECENT];
    uint32_t abandoned_count;
    struct mapsan_closed met;    /* who found this thread writing; .word: as if that were a claim */
    uint64_t met_stamp;          /* this thread's stamp at that time */
    uint64_t unwatched;          /* operations that found no room */
    char name[MAPSAN_NAME_SIZE]; /* set when the thread ends */
    struct mapsan_birth birth;

    uint32_t held_count; /* more than MAPSAN_HELD: some are not in the list */
    uint32_t passing;    /* inside a function that synchronises by means of others */
    uint32_t held_set;   /* the number of the set, as of held_set_version */
    uint64_t held_version, held_set_version;
    struct mapsan_held held[MAPSAN_HELD];
    struct mapsan_lane *lane; /* mode=hb */
    struct mapsan_ways *ways;
    struct mapsan_seen *seen; /* MAPSAN_SEEN of them */
};

/* Part of the program itself (local-exec), one instruction away; the shared library needs two. */
#ifdef MAPSAN_SHARED
#define MAPSAN_TLS "initial-exec"
#else
#define MAPSAN_TLS "local-exec"
#endif
extern MAPSAN_HIDDEN _Thread_local struct mapsan_thread *mapsan_self
    __attribute__((tls_model(MAPSAN_TLS)));

/* The highest slot ever given out. */
extern MAPSAN_HIDDEN uint32_t mapsan_slots_high;

/* Set at start: every operation takes the slow path, which alone knows delays. A
 * thread's first entry then stays occupied for ever. */
extern MAPSAN_HIDDEN bool mapsan_slow_only;

/* Threads that live and were seen. */
MAPSAN_HIDDEN uint32_t mapsan_threads_alive(void);

/* The block of a slot that was given out. */
MAPSAN_HIDDEN struct mapsan_thread *mapsan_thread_of(uint32_t slot);

/* The place in a thread's cache where a map's tag is, or that of another map. */
static inline struct mapsan_tag **mapsan_cached(struct mapsan_thread *thread, const void *map) {
    return &thread->cache[(uintptr_t)map / 16 % MAPSAN_CACHE];
}

/* Stands in an entry that is closed and may not be used: the first one, while others are open
 * behind it, and those of threads without a block. */
extern MAPSAN_HIDDEN struct mapsan_tag mapsan_occupied;

static inline bool mapsan_is_open(const struct mapsan_open *open) {
    const struct mapsan_tag *tag = __atomic_load_n(&open->tag, __ATOMIC_RELAXED);
    return tag && tag != &mapsan_occupied;
}

/* This thread's own block; registers the thread if it is new. NULL: the runtime is off, the thread
 * is at its very end, or there is no memory: leave the operation alone. */
MAPSAN_HIDDEN struct mapsan_thread *mapsan_thread_enter(void);

/* Takes a tag out of a thread's cache, where it can only be in the place of this map. */
MAPSAN_HIDDEN void mapsan_drop_cached(struct mapsan_thread *thread, const void *map,
                                      struct mapsan_tag *tag);

/* The number of the next thread, T0 being the first. */
MAPSAN_HIDDEN uint32_t mapsan_thread_next_number(void);

/* What the creator of a thread hands over to it, from pthread_create's wrapper. */
MAPSAN_HIDDEN void mapsan_thread_born(struct mapsan_birth *birth);

/* The function that threads begin with: stacks in reports end before it. */
MAPSAN_HIDDEN void *mapsan_thread_launch(void *launch);

/* Once, at start: the main thread gets number 0, fork and thread exit are hooked. */
MAPSAN_HIDDEN void mapsan_threads_start(void);

/* Operations that were nested too deep to be watched, in all threads so far. */
MAPSAN_HIDDEN uint64_t mapsan_threads_unwatched(void);

/* Takes the hooks of this process out of action for good. */
MAPSAN_HIDDEN void mapsan_threads_disable(void);

/* The thread's name now: from the kernel while it lives. `name` holds MAPSAN_NAME_SIZE bytes. */
MAPSAN_HIDDEN void mapsan_thread_name(const struct mapsan_thread *thread, char *name);

#endif
