/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * GLib's locks, conditions, once and queues. A GMutex is a futex of GLib's own, which nothing below
 * GLib shows; a GRecMutex and a GRWLock are pthread's underneath, and are seen here so that reports
 * name them. No header of GLib is needed, nor GLib: what is not there is not called.
 */
#include <stdint.h>

#include "delay.h"
#include "interpose.h"

/* A gboolean: not zero if it was taken. */
#define TRIES_WITH(name, kind, parameters, arguments)                                              \
    MAPSAN_INTERPOSE(int, name, name, parameters, arguments, {                                     \
        int taken;                                                                                 \
        MAPSAN_PASSING(taken = next arguments);                                                    \
        if (taken)                                                                                 \
            mapsan_lock_taken(lock, kind, MAPSAN_CALLER);                                          \
        return taken;                                                                              \
    })
#define TRIES(name, kind) TRIES_WITH(name, kind, (void *lock), (lock))
#define TAKES_WITH(name, kind, parameters, arguments)                                              \
    MAPSAN_INTERPOSE(void, name, name, parameters, arguments, {                                    \
        MAPSAN_PASSING(next arguments);                                                            \
        mapsan_lock_taken(lock, kind, MAPSAN_CALLER);                                              \
    })
#define TAKES(name, kind) TAKES_WITH(name, kind, (void *lock), (lock))
#define GIVES_UP_WITH(name, kind, parameters, arguments)                                           \
    MAPSAN_INTERPOSE(void, name, name, parameters, arguments, {                                    \
        mapsan_lock_given_up(lock, kind);                                                          \
        MAPSAN_PASSING(next arguments);                                                            \
        mapsan_lock_released();                                                                    \
    })
#define GIVES_UP(name, kind) GIVES_UP_WITH(name, kind, (void *lock), (lock))
#define RENEWS(name)                                                                               \
    MAPSAN_INTERPOSE(void, name, name, (void *lock), (lock), {                                     \
        mapsan_lock_renewed(lock);                                                                 \
        next(lock);                                                                                \
    })
#define SHARED_GRWLOCK (MAPSAN_LOCK_GRWLOCK | MAPSAN_LOCK_SHARED)

RENEWS(g_mutex_init)
RENEWS(g_mutex_clear)
TAKES(g_mutex_lock, MAPSAN_LOCK_GMUTEX)
TRIES(g_mutex_trylock, MAPSAN_LOCK_GMUTEX)
GIVES_UP(g_mutex_unlock, MAPSAN_LOCK_GMUTEX)

RENEWS(g_rec_mutex_init)
RENEWS(g_rec_mutex_clear)
TAKES(g_rec_mutex_lock, MAPSAN_LOCK_GRECMUTEX)
TRIES(g_rec_mutex_trylock, MAPSAN_LOCK_GRECMUTEX)
GIVES_UP(g_rec_mutex_unlock, MAPSAN_LOCK_GRECMUTEX)

RENEWS(g_rw_lock_init)
RENEWS(g_rw_lock_clear)
TAKES(g_rw_lock_writer_lock, MAPSAN_LOCK_GRWLOCK)
TRIES(g_rw_lock_writer_trylock, MAPSAN_LOCK_GRWLOCK)
GIVES_UP(g_rw_lock_writer_unlock, MAPSAN_LOCK_GRWLOCK)
TAKES(g_rw_lock_reader_lock, SHARED_GRWLOCK)
TRIES(g_rw_lock_reader_trylock, SHARED_GRWLOCK)
GIVES_UP(g_rw_lock_reader_unlock, SHARED_GRWLOCK)

/* One bit of a word is the lock; the others are not told apart. */
TAKES_WITH(g_bit_lock, MAPSAN_LOCK_GBIT, (void *lock, int bit), (lock, bit))
TRIES_WITH(g_bit_trylock, MAPSAN_LOCK_GBIT, (void *lock, int bit), (lock, bit))
GIVES_UP_WITH(g_bit_unlock, MAPSAN_LOCK_GBIT, (void *lock, int bit), (lock, bit))
TAKES_WITH(g_pointer_bit_lock, MAPSAN_LOCK_GBIT, (void *lock, int bit), (lock, bit))
TRIES_WITH(g_pointer_bit_trylock, MAPSAN_LOCK_GBIT, (void *lock, int bit), (lock, bit))
GIVES_UP_WITH(g_pointer_bit_unlock, MAPSAN_LOCK_GBIT, (void *lock, int bit), (lock, bit))

/* ---- conditions ------------------------------------------------------------------------------ */

#define RELEASES_WITH(type, name, parameters, arguments)                                           \
    MAPSAN_INTERPOSE(type, name, name, parameters, arguments, {                                    \
        mapsan_release(object);                                                                    \
        return next arguments;                                                                     \
    })

MAPSAN_INTERPOSE(void, g_cond_wait, g_cond_wait, (void *condition, void *lock), (condition, lock), {
    mapsan_lock_given_up(lock, MAPSAN_LOCK_GMUTEX);
    next(condition, lock);
    mapsan_lock_taken(lock, MAPSAN_LOCK_GMUTEX, MAPSAN_CALLER);
    mapsan_acquire(condition);
})
MAPSAN_INTERPOSE(int, g_cond_wait_until, g_cond_wait_until,
                 (void *condition, void *lock, int64_t end), (condition, lock, end), {
                     mapsan_lock_given_up(lock, MAPSAN_LOCK_GMUTEX);
                     const int signalled = next(condition, lock, end);
                     mapsan_lock_taken(lock, MAPSAN_LOCK_GMUTEX, MAPSAN_CALLER);
                     if (signalled)
                         mapsan_acquire(condition);
                     return signalled;
                 })
RELEASES_WITH(void, g_cond_signal, (void *object), (object))
RELEASES_WITH(void, g_cond_broadcast, (void *object), (object))

/* ---- once ------------------------------------------------------------------------------------ */

/* GOnce: the function's end happens before every return. */
typedef void *once_function(void *argument);
struct once {
    void *control;
    once_function *function;
    void *argument;
};

static void *run_once(void *argument) {
    const struct once *once = argument;
    void *result = once->function(once->argument);
    mapsan_release(once->control);
    return result;
}

MAPSAN_INTERPOSE(void *, g_once_impl, g_once_impl,
                 (void *control, once_function *function, void *argument),
                 (control, function, argument), {
                     struct once once = {control, function, argument};
                     void *result = next(control, run_once, &once);
                     mapsan_acquire(control);
                     return result;
                 })

/* g_once_init_enter: false, and what the other thread did until it left is visible. */
#define ENTERS_ONCE(name)                                                                          \
    MAPSAN_INTERPOSE(int, name, name, (void *location), (location), {                              \
        const int first = next(location);                                                          \
        if (!first)                                                                                \
            mapsan_acquire(location);                                                              \
        return first;                                                                              \
    })
#define LEAVES_ONCE(name)                                                                          \
    RELEASES_WITH(void, name, (void *object, uintptr_t result), (object, result))

ENTERS_ONCE(g_once_init_enter)
ENTERS_ONCE(g_once_init_enter_impl)
ENTERS_ONCE(g_once_init_enter_pointer)
LEAVES_ONCE(g_once_init_leave)
LEAVES_ONCE(g_once_init_leave_pointer)

/* ---- queues ---------------------------------------------------------------------------------- */

/* Every operation on a queue is ordered behind those before it, as by its lock. */
#define ORDERED(type, name, parameters, arguments)                                                 \
    MAPSAN_INTERPOSE(type, name, name, parameters, arguments, {                                    \
        mapsan_release(object);                                                                    \
        type result = next arguments;                                                              \
        mapsan_acquire(object);                                                                    \
        return result;                                                                             \
    })
#define ACQUIRES(name)                                                                             \
    MAPSAN_INTERPOSE(void, name, name, (void *object), (object), {                                 \
        next(object);                                                                              \
        mapsan_acquire(object);                                                                    \
    })

RELEASES_WITH(void, g_async_queue_push, (void *object, void *item), (object, item))
RELEASES_WITH(void, g_async_queue_push_unlocked, (void *object, void *item), (object, item))
RELEASES_WITH(void, g_async_queue_push_front, (void *object, void *item), (object, item))
RELEASES_WITH(void, g_async_queue_push_front_unlocked, (void *object, void *item), (object, item))
RELEASES_WITH(void, g_async_queue_push_sorted,
              (void *object, void *item, void *compare, void *argument),
              (object, item, compare, argument))
RELEASES_WITH(void, g_async_queue_push_sorted_unlocked,
              (void *object, void *item, void *compare, void *argument),
              (object, item, compare, argument))
ORDERED(void *, g_async_queue_pop, (void *object), (object))
ORDERED(void *, g_async_queue_pop_unlocked, (void *object), (object))
ORDERED(void *, g_async_queue_try_pop, (void *object), (object))
ORDERED(void *, g_async_queue_try_pop_unlocked, (void *object), (object))
ORDERED(void *, g_async_queue_timeout_pop, (void *object, uint64_t microseconds),
        (object, microseconds))
ORDERED(void *, g_async_queue_timeout_pop_unlocked, (void *object, uint64_t microseconds),
        (object, microseconds))
ORDERED(void *, g_async_queue_timed_pop, (void *object, void *end), (object, end))
ORDERED(void *, g_async_queue_timed_pop_unlocked, (void *object, void *end), (object, end))
ORDERED(int, g_async_queue_remove, (void *object, void *item), (object, item))
ORDERED(int, g_async_queue_length, (void *object), (object))
ACQUIRES(g_async_queue_lock)
RELEASES_WITH(void, g_async_queue_unlock, (void *object), (object))
RELEASES_WITH(void, g_async_queue_unref, (void *object), (object))
