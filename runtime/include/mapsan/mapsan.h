/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What a program says to mapsan: the access API for authors of maps, the annotations for the
 * analyzer, and the functions that a program may define for the runtime. For C11 and C++17.
 *
 * The access API does something only where MAPSAN_ENABLED is defined (mapsan-clang defines it; a
 * debug build that links the runtime may). Everywhere else the macros are empty and nothing is
 * linked. struct mapsan_tag is there in both cases, so that enabled and disabled files agree on
 * layouts.
 *
 *     struct cache {
 *         struct mapsan_tag tag; // zero is valid
 *         ...
 *     };
 *     void *cache_get(struct cache *c, int key) {
 *         MAPSAN_READ_BEGIN(c, &c->tag, "cache");
 *         void *found = ...;
 *         MAPSAN_READ_END(&c->tag);
 *         return found;
 *     }
 *
 * Begin and end stand in one function, on one thread, and take no lock: mapsan reports two
 * operations on a map that overlap in time, unless both read. Each call is thread-safe and
 * async-signal-safe.
 */
#ifndef MAPSAN_MAPSAN_H
#define MAPSAN_MAPSAN_H

#include <stddef.h>

#include "hooks.h"

/* ---- access API ------------------------------------------------------------------------------ */

#ifdef MAPSAN_ENABLED
/* Calls a begin hook with a constant site made for this place. */
#define MAPSAN_AT_SITE_(hook, operation, flags, map, tag, text)                                    \
    do {                                                                                           \
        static const struct mapsan_site mapsan_site_ = {                                           \
            __func__, text, __FILE__, "", __LINE__, 0, operation, flags, MAPSAN_ABI, 0};           \
        hook(tag, map, &mapsan_site_);                                                             \
    } while (0)
/* The last word keeps the call from becoming a jump, which would leave the caller's frame first. */
#define MAPSAN_AT_END_(hook, tag)                                                                  \
    do {                                                                                           \
        hook(tag);                                                                                 \
        __asm__ volatile("");                                                                      \
    } while (0)
#else
#define MAPSAN_AT_SITE_(hook, operation, flags, map, tag, text) ((void)(map), (void)(tag))
#define MAPSAN_AT_END_(hook, tag) ((void)(tag))
#endif

/* map: the address a report shows; tag: struct mapsan_tag *; text: a literal, what the map is
 * called. */
#define MAPSAN_READ_BEGIN(map, tag, text)                                                          \
    MAPSAN_AT_SITE_(__mapsan_tag_read_begin, MAPSAN_OP_READ, 0, map, tag, text)
#define MAPSAN_READ_END(tag) MAPSAN_AT_END_(__mapsan_tag_read_end, tag)

#define MAPSAN_WRITE_BEGIN(map, tag, text)                                                         \
    MAPSAN_AT_SITE_(__mapsan_tag_write_begin, MAPSAN_OP_WRITE, 0, map, tag, text)
#define MAPSAN_WRITE_END(tag) MAPSAN_AT_END_(__mapsan_tag_write_end, tag)

/* A write that a callback of this thread's own iteration may make: the removal of the element it is
 * at. Ends with MAPSAN_WRITE_END. */
#define MAPSAN_ITERATOR_REMOVE_BEGIN(map, tag, text)                                               \
    MAPSAN_AT_SITE_(__mapsan_tag_write_begin, MAPSAN_OP_WRITE, MAPSAN_SITE_ITERATOR_REMOVE, map,   \
                    tag, text)

/* A write whose callbacks (destructors) may use the map. Ends with MAPSAN_WRITE_END. */
#define MAPSAN_REENTRANT_WRITE_BEGIN(map, tag, text)                                               \
    MAPSAN_AT_SITE_(__mapsan_tag_write_begin, MAPSAN_OP_WRITE, MAPSAN_SITE_REENTRANT, map, tag,    \
                    text)

/* An iteration from its first element to its last, within one function (`each` with a callback). */
#define MAPSAN_ITERATE_BEGIN(map, tag, text)                                                       \
    MAPSAN_AT_SITE_(__mapsan_tag_iterate_begin, MAPSAN_OP_ITERATE, 0, map, tag, text)
#define MAPSAN_ITERATE_END(tag) MAPSAN_AT_END_(__mapsan_tag_iterate_end, tag)

/* One step of an iterator. Ends with MAPSAN_ITERATE_END. */
#define MAPSAN_STEP_BEGIN(map, tag, text)                                                          \
    MAPSAN_AT_SITE_(__mapsan_tag_iterate_begin, MAPSAN_OP_ITERATE, MAPSAN_SITE_STEP, map, tag, text)

/* After the map was made; remembers where. Optional for a tag that is zero. */
#define MAPSAN_INIT(map, tag, text)                                                                \
    MAPSAN_AT_SITE_(__mapsan_tag_init, MAPSAN_OP_INIT, 0, map, tag, text)

/* Around the destruction; the end comes before the memory of the tag is given back. */
#define MAPSAN_DESTROY_BEGIN(map, tag, text)                                                       \
    MAPSAN_AT_SITE_(__mapsan_tag_destroy_begin, MAPSAN_OP_DESTROY, 0, map, tag, text)
#define MAPSAN_DESTROY_END(tag) MAPSAN_AT_END_(__mapsan_tag_destroy_end, tag)

/* ---- synchronisation that nobody can see ----------------------------------------------------- */

/* For mode=hb, and for the locks in reports: pthread, C11, GLib and atomic operations in code that
 * mapsan-clang compiled are known; a lock or a hand-over of your own making is not. Thread-safe;
 * any address may stand for the synchronisation. */
#ifdef MAPSAN_ENABLED
/* What this thread did until here happens before what another does after its HAPPENS_AFTER. */
#define MAPSAN_HAPPENS_BEFORE(address) __mapsan_happens_before(address)
#define MAPSAN_HAPPENS_AFTER(address) __mapsan_happens_after(address)
/* After a lock was taken, exclusively or shared; before it is given up. */
#define MAPSAN_LOCK_TAKEN(lock) __mapsan_lock_taken(lock, 0)
#define MAPSAN_LOCK_TAKEN_SHARED(lock) __mapsan_lock_taken(lock, 1)
#define MAPSAN_LOCK_GIVEN_UP(lock) __mapsan_lock_given_up(lock)
/* A coroutine: this thread goes on with the stack of `size` bytes from `low`. */
#define MAPSAN_STACK_SWITCHED(low, size) __mapsan_stack_switched(low, size)
#else
#define MAPSAN_HAPPENS_BEFORE(address) ((void)(address))
#define MAPSAN_HAPPENS_AFTER(address) ((void)(address))
#define MAPSAN_LOCK_TAKEN(lock) ((void)(lock))
#define MAPSAN_LOCK_TAKEN_SHARED(lock) ((void)(lock))
#define MAPSAN_LOCK_GIVEN_UP(lock) ((void)(lock))
#define MAPSAN_STACK_SWITCHED(low, size) ((void)(low), (void)(size))
#endif

/* ---- annotations for the analyzer ------------------------------------------------------------ */

/* Says in the effect language what a function, macro-like inline function or type does, for
 * instance MAPSAN_EFFECT("acquire arg0"). Clang hands it to the plugin; other compilers see
 * nothing. */
#if defined(__clang__)
#define MAPSAN_EFFECT(text) __attribute__((annotate("mapsan: " text)))
#define MAPSAN_GUARDED_BY(lock) __attribute__((guarded_by(lock)))
#else
#define MAPSAN_EFFECT(text)
/* On a field or global: the lock that guards it. */
#define MAPSAN_GUARDED_BY(lock)
#endif

/* On a function: n is the number, from 0, of the argument that points to the lock or map. */
#define MAPSAN_ACQUIRES(n) MAPSAN_EFFECT("acquire arg" #n)
#define MAPSAN_ACQUIRES_SHARED(n) MAPSAN_EFFECT("acquire-shared arg" #n)
#define MAPSAN_RELEASES(n) MAPSAN_EFFECT("release arg" #n)
/* outcome: zero, nonzero, negative or not-negative, the result that says that the lock is held. */
#define MAPSAN_TRY_ACQUIRES(n, outcome) MAPSAN_EFFECT("try-acquire arg" #n " on " #outcome)
#define MAPSAN_TRY_ACQUIRES_SHARED(n, outcome)                                                     \
    MAPSAN_EFFECT("try-acquire-shared arg" #n " on " #outcome)
#define MAPSAN_ASSERTS_HELD(n) MAPSAN_EFFECT("assert-held arg" #n)

#define MAPSAN_MAP_INIT(n) MAPSAN_EFFECT("init arg" #n)
#define MAPSAN_MAP_LOOKUP(n) MAPSAN_EFFECT("lookup arg" #n) /* the result is an element */
#define MAPSAN_MAP_READ(n) MAPSAN_EFFECT("read arg" #n)
#define MAPSAN_MAP_INSERT(n) MAPSAN_EFFECT("insert arg" #n)
#define MAPSAN_MAP_REMOVE(n) MAPSAN_EFFECT("remove arg" #n)
#define MAPSAN_MAP_WRITE(n) MAPSAN_EFFECT("write arg" #n)
#define MAPSAN_MAP_ITERATES(n) MAPSAN_EFFECT("iterate arg" #n)
#define MAPSAN_MAP_DESTROYS(n) MAPSAN_EFFECT("destroy arg" #n)

/* On a type: it is a map, or a lock. */
#define MAPSAN_MAP MAPSAN_EFFECT("map")
#define MAPSAN_LOCK MAPSAN_EFFECT("lock")

/* On a function: a thread begins here, though nobody is seen to start it. */
#define MAPSAN_THREAD_ENTRY MAPSAN_EFFECT("thread-entry")

/* ---- what a program may define --------------------------------------------------------------- */

#ifdef __cplusplus
extern "C" {
#endif

/* The functions behind the macros. */
void __mapsan_happens_before(const void *address);
void __mapsan_happens_after(const void *address);
void __mapsan_lock_taken(const void *lock, int shared);
void __mapsan_lock_given_up(const void *lock);
void __mapsan_stack_switched(const void *low, size_t size);

struct mapsan_report {
    const char *title; /* "concurrent map writes" */
    const char *text;  /* the whole report; length bytes */
    size_t length;
    const void *map;
    const struct mapsan_site *sites[2]; /* the operation whose check fired, and the other */
};

/* Options that hold unless MAPSAN_OPTIONS says otherwise: "name=value:...". */
const char *__mapsan_default_options(void) __attribute__((weak));

/* Called after each report was written, on the thread that found it, before the process ends. The
 * report is valid during the call; maps used here are not watched. */
void __mapsan_on_report(const struct mapsan_report *report) __attribute__((weak));

#ifdef __cplusplus
}
#endif
#endif
