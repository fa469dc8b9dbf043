/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What a program says of synchronisation that nobody can see: the functions behind the macros of
 * <mapsan/mapsan.h>, and those that mapsan-clang calls at atomic operations.
 */
#include "../include/mapsan/mapsan.h"
#include "sync.h"

#define EXPORTED __attribute__((visibility("default")))
#define CALLER ((uintptr_t)__builtin_return_address(0))

EXPORTED uint8_t __mapsan_order;

EXPORTED void __mapsan_happens_before(const void *object) { mapsan_release(object); }

EXPORTED void __mapsan_happens_after(const void *object) { mapsan_acquire(object); }

EXPORTED void __mapsan_atomic_release(const void *address) { mapsan_release(address); }

EXPORTED void __mapsan_atomic_acquire(const void *address) { mapsan_acquire(address); }

EXPORTED void __mapsan_lock_taken(const void *lock, int shared) {
    mapsan_lock_taken(lock, MAPSAN_LOCK_OTHER | (shared ? MAPSAN_LOCK_SHARED : 0), CALLER);
}

EXPORTED void __mapsan_lock_given_up(const void *lock) {
    mapsan_lock_given_up(lock, MAPSAN_LOCK_OTHER);
}

EXPORTED void __mapsan_stack_switched(const void *low, size_t size) {
    struct mapsan_thread *self = mapsan_thread_enter();
    if (!self)
        return;
    self->stack_low = (uintptr_t)low;
    self->stack_high = (uintptr_t)low + size;
}
