/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Definitions that stand before those of the C library and of GLib, and what they go on to: another
 * sanitizer's, if one is linked and would otherwise be left out; else the next in the order of
 * libraries; else, in a program linked with -static, a name of the C library's own.
 *
 * The shared library has its own place in the order of libraries: a sanitizer of the program comes
 * before it and has had its turn already; calling that once more would never end.
 *
 * Each definition is weak: a program that links the library in question statically keeps that
 * library's own. And each has a record in a section of their own, so that all are resolved at
 * start, and one test of __mapsan_sync is all that stands between a call and its goal when nobody
 * wants to know of it.
 */
#ifndef MAPSAN_INTERPOSE_H
#define MAPSAN_INTERPOSE_H

#include <dlfcn.h>
#include <stddef.h>

#include "sync.h"

#define MAPSAN_NEXT(name, sanitizers, own)                                                         \
    ((__typeof__(&(sanitizers)))mapsan_next(name, (void *)(sanitizers), (void *)(own)))

#ifdef MAPSAN_SHARED
#define MAPSAN_BEHIND_SANITIZERS 1
#else
#define MAPSAN_BEHIND_SANITIZERS 0
#endif

static inline void *mapsan_next(const char *name, void *sanitizers, void *own) {
    void *next = sanitizers && !MAPSAN_BEHIND_SANITIZERS ? sanitizers : dlsym(RTLD_NEXT, name);
    return next ? next : own;
}

struct mapsan_interposer {
    const char *name;
    void *next;
    void *ours, *sanitizers, *own;
    const char *version; /* the symbol's, where the oldest of several is not meant */
};

/* Resolves all of them. */
MAPSAN_HIDDEN void mapsan_interposers_start(void);

/* mode=hb: looks into how GLib calls back; see interpose_glib_work.c. */
MAPSAN_HIDDEN void mapsan_interpose_dispatch(void);

/* What to go on to, also before the start. */
MAPSAN_HIDDEN void *mapsan_interposer_next(struct mapsan_interposer *interposer);

/* Is a call to be passed on unseen? Inside a function that synchronises by means of others, those
 * are; before the start, everything is. */
static inline bool mapsan_passes(void) {
    return __mapsan_sync & MAPSAN_SYNC_EARLY || mapsan_self->passing;
}

/*
 * Defines a function of the given type and name. `own` is the C library's other name for it, or the
 * name itself; the rest is what to do instead of the mere call, with `next` to call.
 */
#define MAPSAN_INTERPOSE_VERSION(type, name, own_name, symbol_version, parameters, arguments, ...) \
    typedef type name##_function parameters;                                                       \
    extern name##_function __interceptor_##name __attribute__((weak));                             \
    extern name##_function own_name __attribute__((weak));                                         \
    name##_function mapsan_wrapper_##name __asm__(#name);                                          \
    __attribute__((section("mapsan_interposers"), used,                                            \
                   retain)) static struct mapsan_interposer record_##name = {                      \
        #name,                                                                                     \
        NULL,                                                                                      \
        (void *)mapsan_wrapper_##name,                                                             \
        (void *)__interceptor_##name,                                                              \
        (void *)own_name,                                                                          \
        symbol_version};                                                                           \
    __attribute__((visibility("default"), weak)) type mapsan_wrapper_##name parameters {           \
        name##_function *next = (name##_function *)record_##name.next;                             \
        if (__builtin_expect(!__mapsan_sync, 1))                                                   \
            return next arguments;                                                                 \
        if (!next)                                                                                 \
            next = (name##_function *)mapsan_interposer_next(&record_##name);                      \
        if (mapsan_passes())                                                                       \
            return next arguments;                                                                 \
        __VA_ARGS__                                                                                \
    }

#define MAPSAN_INTERPOSE(type, name, own, parameters, arguments, ...)                              \
    MAPSAN_INTERPOSE_VERSION(type, name, own, NULL, parameters, arguments, __VA_ARGS__)

/* Where in the program a function of ours was called. */
#define MAPSAN_CALLER ((uintptr_t)__builtin_return_address(0))

/* Calls a function that synchronises by means of others, which are not looked at meanwhile. */
#define MAPSAN_PASSING(call)                                                                       \
    do {                                                                                           \
        struct mapsan_thread *const passing_ = mapsan_thread_enter();                              \
        if (passing_)                                                                              \
            passing_->passing++;                                                                   \
        call;                                                                                      \
        if (passing_)                                                                              \
            passing_->passing--;                                                                   \
    } while (0)

#endif
