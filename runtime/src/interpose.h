/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What a definition that stands before the C library's goes on to: another sanitizer's, if one is
 * linked and would otherwise be left out; else the next in the order of libraries; else, in a
 * program linked with -static, a name of the C library's own.
 *
 * The shared library has its own place in the order of libraries: a sanitizer of the program comes
 * before it and has had its turn already; calling that once more would never end.
 */
#ifndef MAPSAN_INTERPOSE_H
#define MAPSAN_INTERPOSE_H

#include <dlfcn.h>
#include <stddef.h>

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

#endif
