/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * In a program with ThreadSanitizer the hooks speak to it: each operation is an access to the map,
 * by the function that it is, so that a race inside a library that is not instrumented is reported
 * with the stacks, the allocation and the mutexes that ThreadSanitizer knows; and the locks and
 * queues of GLib, which it does not know, are told to it. Clang's runtime and gcc's alike. Without
 * one nothing of this is needed. What threads do to each other is its business then; what one
 * thread does inside its own operation remains ours.
 */
#ifndef MAPSAN_TSAN_H
#define MAPSAN_TSAN_H

#include "thread.h"

/* ThreadSanitizer is there, and tsan=0 is not said. */
MAPSAN_HIDDEN bool mapsan_tsan_start(void);
extern MAPSAN_HIDDEN bool mapsan_tsan;

MAPSAN_HIDDEN void mapsan_tsan_access(const struct mapsan_open *open);

/* A lock of a kind that ThreadSanitizer does not intercept itself (enum mapsan_lock_kind). */
MAPSAN_HIDDEN void mapsan_tsan_taken(const void *lock, unsigned kind);
MAPSAN_HIDDEN void mapsan_tsan_given_up(const void *lock, unsigned kind);

MAPSAN_HIDDEN void mapsan_tsan_release(const void *object);
MAPSAN_HIDDEN void mapsan_tsan_acquire(const void *object);

#endif
