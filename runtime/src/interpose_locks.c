/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Locks of pthread and C11: taken, given up, made anew. What a function is like is the macro it
 * stands under; that is all there is to say of it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <threads.h>
#include <time.h>

#include "delay.h"
#include "interpose.h"

/* A robust mutex whose owner died is held all the same. */
static bool held_after(int error) { return error == 0 || error == EOWNERDEAD; }

#define TAKES_WITH(name, own, kind, parameters, arguments)                                         \
    MAPSAN_INTERPOSE(int, name, own, parameters, arguments, {                                      \
        const int error = next arguments;                                                          \
        if (held_after(error))                                                                     \
            mapsan_lock_taken(lock, kind, MAPSAN_CALLER);                                          \
        return error;                                                                              \
    })
#define TAKES(name, own, kind) TAKES_WITH(name, own, kind, (void *lock), (lock))
#define TAKES_UNTIL(name, own, kind)                                                               \
    TAKES_WITH(name, own, kind, (void *lock, const struct timespec *end), (lock, end))
#define TAKES_UNTIL_CLOCK(name, own, kind)                                                         \
    TAKES_WITH(name, own, kind, (void *lock, clockid_t clock, const struct timespec *end),         \
               (lock, clock, end))
#define GIVES_UP(name, own, kind)                                                                  \
    MAPSAN_INTERPOSE(int, name, own, (void *lock), (lock), {                                       \
        mapsan_lock_given_up(lock, kind);                                                          \
        const int error = next(lock);                                                              \
        mapsan_lock_released();                                                                    \
        return error;                                                                              \
    })
#define RENEWS_WITH(name, own, parameters, arguments)                                              \
    MAPSAN_INTERPOSE(int, name, own, parameters, arguments, {                                      \
        mapsan_lock_renewed(lock);                                                                 \
        return next arguments;                                                                     \
    })
#define MAKES(name, own)                                                                           \
    RENEWS_WITH(name, own, (void *lock, const void *attributes), (lock, attributes))
#define ENDS(name, own) RENEWS_WITH(name, own, (void *lock), (lock))

#define SHARED_RWLOCK (MAPSAN_LOCK_RWLOCK | MAPSAN_LOCK_SHARED)

MAKES(pthread_mutex_init, __pthread_mutex_init)
ENDS(pthread_mutex_destroy, __pthread_mutex_destroy)
TAKES(pthread_mutex_lock, __pthread_mutex_lock, MAPSAN_LOCK_MUTEX)
TAKES(pthread_mutex_trylock, __pthread_mutex_trylock, MAPSAN_LOCK_MUTEX)
TAKES_UNTIL(pthread_mutex_timedlock, __pthread_mutex_timedlock, MAPSAN_LOCK_MUTEX)
TAKES_UNTIL_CLOCK(pthread_mutex_clocklock, __pthread_mutex_clocklock, MAPSAN_LOCK_MUTEX)
GIVES_UP(pthread_mutex_unlock, __pthread_mutex_unlock, MAPSAN_LOCK_MUTEX)

MAKES(pthread_rwlock_init, __pthread_rwlock_init)
ENDS(pthread_rwlock_destroy, ___pthread_rwlock_destroy)
TAKES(pthread_rwlock_rdlock, __pthread_rwlock_rdlock, SHARED_RWLOCK)
TAKES(pthread_rwlock_tryrdlock, ___pthread_rwlock_tryrdlock, SHARED_RWLOCK)
TAKES_UNTIL(pthread_rwlock_timedrdlock, ___pthread_rwlock_timedrdlock, SHARED_RWLOCK)
TAKES_UNTIL_CLOCK(pthread_rwlock_clockrdlock, ___pthread_rwlock_clockrdlock, SHARED_RWLOCK)
TAKES(pthread_rwlock_wrlock, __pthread_rwlock_wrlock, MAPSAN_LOCK_RWLOCK)
TAKES(pthread_rwlock_trywrlock, ___pthread_rwlock_trywrlock, MAPSAN_LOCK_RWLOCK)
TAKES_UNTIL(pthread_rwlock_timedwrlock, ___pthread_rwlock_timedwrlock, MAPSAN_LOCK_RWLOCK)
TAKES_UNTIL_CLOCK(pthread_rwlock_clockwrlock, ___pthread_rwlock_clockwrlock, MAPSAN_LOCK_RWLOCK)
GIVES_UP(pthread_rwlock_unlock, __pthread_rwlock_unlock, MAPSAN_LOCK_RWLOCK)

ENDS(pthread_spin_destroy, __pthread_spin_destroy)
TAKES(pthread_spin_lock, __pthread_spin_lock, MAPSAN_LOCK_SPIN)
TAKES(pthread_spin_trylock, __pthread_spin_trylock, MAPSAN_LOCK_SPIN)
GIVES_UP(pthread_spin_unlock, __pthread_spin_unlock, MAPSAN_LOCK_SPIN)

/* thrd_success is 0, as are pthread's successes. */
_Static_assert(thrd_success == 0 && thrd_busy != EOWNERDEAD, "C11 errors");
RENEWS_WITH(mtx_init, __mtx_init, (void *lock, int how), (lock, how))
TAKES(mtx_lock, __mtx_lock, MAPSAN_LOCK_MTX)
TAKES(mtx_trylock, __mtx_trylock, MAPSAN_LOCK_MTX)
TAKES_UNTIL(mtx_timedlock, __mtx_timedlock, MAPSAN_LOCK_MTX)
GIVES_UP(mtx_unlock, __mtx_unlock, MAPSAN_LOCK_MTX)
MAPSAN_INTERPOSE(void, mtx_destroy, __mtx_destroy, (void *lock), (lock), {
    mapsan_lock_renewed(lock);
    next(lock);
})
