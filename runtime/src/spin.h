/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A lock of one word for the runtime's own tables: never a lock of the C library's, which the
 * runtime watches. Whoever holds one is marked busy, so no signal handler of the same thread waits
 * for it; the child of a fork sets them all free.
 */
#ifndef MAPSAN_SPIN_H
#define MAPSAN_SPIN_H

#include <sched.h>
#include <stdint.h>

static inline void mapsan_spin_lock(uint32_t *lock) {
    for (unsigned round = 0; __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE); round++)
        while (__atomic_load_n(lock, __ATOMIC_RELAXED))
            if (++round > 100) /* its holder may be waiting for this processor */
                sched_yield();
}

static inline void mapsan_spin_unlock(uint32_t *lock) {
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

#endif
