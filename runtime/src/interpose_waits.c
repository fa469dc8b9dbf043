/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What makes a thread wait for others: conditions, semaphores, barriers, once, join. A wait on a
 * condition gives up the mutex meanwhile; that alone orders the two sides, but a signal without the
 * mutex is meant to order too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include "interpose.h"

/* Conditions have an old version with another layout. */
#ifdef __x86_64__
#define CONDITION "GLIBC_2.3.2"
#else
#define CONDITION NULL
#endif

/* The mutex is held again after an error as well. */
#define WAITS_WITH(name, own, kind, parameters, arguments)                                         \
    MAPSAN_INTERPOSE_VERSION(int, name, own, CONDITION, parameters, arguments, {                   \
        mapsan_lock_given_up(lock, kind);                                                          \
        const int error = next arguments;                                                          \
        mapsan_lock_taken(lock, kind, MAPSAN_CALLER);                                              \
        if (!error)                                                                                \
            mapsan_acquire(condition);                                                             \
        return error;                                                                              \
    })
#define WAITS(name, own, kind)                                                                     \
    WAITS_WITH(name, own, kind, (void *condition, void *lock), (condition, lock))
#define WAITS_UNTIL(name, own, kind)                                                               \
    WAITS_WITH(name, own, kind, (void *condition, void *lock, const struct timespec *end),         \
               (condition, lock, end))
#define WAITS_UNTIL_CLOCK(name, own, kind)                                                         \
    WAITS_WITH(name, own, kind,                                                                    \
               (void *condition, void *lock, clockid_t clock, const struct timespec *end),         \
               (condition, lock, clock, end))
#define RELEASES(name, own, version)                                                               \
    MAPSAN_INTERPOSE_VERSION(int, name, own, version, (void *object), (object), {                  \
        mapsan_release(object);                                                                    \
        return next(object);                                                                       \
    })
#define ACQUIRES_WITH(name, own, parameters, arguments)                                            \
    MAPSAN_INTERPOSE(int, name, own, parameters, arguments, {                                      \
        const int error = next arguments;                                                          \
        if (!error)                                                                                \
            mapsan_acquire(object);                                                                \
        return error;                                                                              \
    })

WAITS(pthread_cond_wait, __pthread_cond_wait, MAPSAN_LOCK_MUTEX)
WAITS_UNTIL(pthread_cond_timedwait, __pthread_cond_timedwait, MAPSAN_LOCK_MUTEX)
WAITS_UNTIL_CLOCK(pthread_cond_clockwait, __pthread_cond_clockwait, MAPSAN_LOCK_MUTEX)
RELEASES(pthread_cond_signal, __pthread_cond_signal, CONDITION)
RELEASES(pthread_cond_broadcast, __pthread_cond_broadcast, CONDITION)

WAITS(cnd_wait, __cnd_wait, MAPSAN_LOCK_MTX)
WAITS_UNTIL(cnd_timedwait, __cnd_timedwait, MAPSAN_LOCK_MTX)
RELEASES(cnd_signal, __cnd_signal, NULL)
RELEASES(cnd_broadcast, __cnd_broadcast, NULL)

RELEASES(sem_post, __new_sem_post, NULL)
ACQUIRES_WITH(sem_wait, __new_sem_wait, (void *object), (object))
ACQUIRES_WITH(sem_trywait, __new_sem_trywait, (void *object), (object))
ACQUIRES_WITH(sem_timedwait, ___sem_timedwait, (void *object, const struct timespec *end),
              (object, end))
ACQUIRES_WITH(sem_clockwait, ___sem_clockwait,
              (void *object, clockid_t clock, const struct timespec *end), (object, clock, end))

MAPSAN_INTERPOSE(int, pthread_barrier_wait, __pthread_barrier_wait, (void *barrier), (barrier), {
    mapsan_release(barrier);
    const int result = next(barrier);
    mapsan_acquire(barrier);
    return result;
})

/* What the routine of a once did happens before every return of it. */
typedef void once_routine(void);
struct once {
    void *control;
    once_routine *routine;
};
static _Thread_local struct once once_here __attribute__((tls_model(MAPSAN_TLS)));

static void run_once(void) {
    const struct once here = once_here;
    here.routine();
    mapsan_release(here.control);
}

MAPSAN_INTERPOSE(int, pthread_once, __pthread_once, (void *control, once_routine *routine),
                 (control, routine), {
                     const struct once outer = once_here;
                     once_here = (struct once){control, routine};
                     const int error = next(control, run_once);
                     once_here = outer;
                     mapsan_acquire(control);
                     return error;
                 })
MAPSAN_INTERPOSE(void, call_once, __call_once, (void *control, once_routine *routine),
                 (control, routine), {
                     const struct once outer = once_here;
                     once_here = (struct once){control, routine};
                     next(control, run_once);
                     once_here = outer;
                     mapsan_acquire(control);
                 })

#define JOINS_WITH(name, own, parameters, arguments)                                               \
    MAPSAN_INTERPOSE(int, name, own, parameters, arguments, {                                      \
        const int error = next arguments;                                                          \
        if (!error)                                                                                \
            mapsan_acquire((const void *)thread);                                                  \
        return error;                                                                              \
    })

JOINS_WITH(pthread_join, __pthread_join, (pthread_t thread, void **result), (thread, result))
JOINS_WITH(pthread_tryjoin_np, __pthread_tryjoin_np, (pthread_t thread, void **result),
           (thread, result))
JOINS_WITH(pthread_timedjoin_np, ___pthread_timedjoin_np,
           (pthread_t thread, void **result, const struct timespec *end), (thread, result, end))
JOINS_WITH(pthread_clockjoin_np, ___pthread_clockjoin_np,
           (pthread_t thread, void **result, clockid_t clock, const struct timespec *end),
           (thread, result, clock, end))
JOINS_WITH(thrd_join, __thrd_join, (pthread_t thread, int *result), (thread, result))
