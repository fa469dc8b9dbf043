/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The writer's side of rwmutex and all waiting; sources, design and ordering stand in rwmutex.h.
 * The mutex is the third one of "Futexes Are Tricky" (Drepper, 2004) with some spinning before.
 */
#include <mapsan/maps/rwmutex.h>

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SPINS 200         /* pauses before a sleep; a few microseconds */
#define INHIBIT_FACTOR 64 /* ending the bias costs at most one part in so many of the time */
#define DRAIN_NAP 1000000 /* nanoseconds; a missed wake-up costs no more */

static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void futex_wait(uint32_t *word, uint32_t value, const struct timespec *timeout) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, timeout, NULL, 0);
}

static void futex_wake(uint32_t *word, int count) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static void mutex_lock(uint32_t *futex) {
    for (unsigned spin = 0; spin < SPINS; spin++) {
        uint32_t expected = 0;
        if (__atomic_load_n(futex, __ATOMIC_RELAXED) == 0 &&
            __atomic_compare_exchange_n(futex, &expected, 1, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return;
        pause_briefly();
    }
    while (__atomic_exchange_n(futex, 2, __ATOMIC_ACQUIRE) != 0)
        futex_wait(futex, 2, NULL);
}

static void mutex_unlock(uint32_t *futex) {
    if (__atomic_exchange_n(futex, 0, __ATOMIC_RELEASE) == 2)
        futex_wake(futex, 1);
}

static bool membarrier_works;

static void register_membarrier(void) {
    membarrier_works =
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

static bool can_bias(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_membarrier);
    return membarrier_works;
}

/* The caller reads, so no writer is in; one that comes meanwhile sets WRITER, and the exchange
 * fails. */
void rwmutex_consider_bias(struct rwmutex *self) {
    uint32_t expected = RWMUTEX_FREE;
    if (now() < __atomic_load_n(&self->shared.inhibit_until, __ATOMIC_RELAXED) || !can_bias())
        return;
    __atomic_compare_exchange_n(&self->shared.state, &expected, RWMUTEX_BIASED, false,
                                __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

void rwmutex_wake_writer(struct rwmutex *self) {
    if (__atomic_exchange_n(&self->shared.draining, 0, __ATOMIC_ACQ_REL) != 0)
        futex_wake(&self->shared.draining, 1);
}

void rwmutex_read_lock_slowly(struct rwmutex *self) {
    uint32_t index = mapsan_thread_index();
    struct rwmutex_slot *own = index < RWMUTEX_SLOTS ? &self->slots[index] : NULL;
    for (unsigned spin = 0; own != NULL && spin < SPINS; spin++) {
        pause_briefly();
        if (__atomic_load_n(&self->shared.state, __ATOMIC_RELAXED) != RWMUTEX_WRITER &&
            rwmutex_try_mark(self, own))
            return;
    }
    /* The next writer gets the mutex after us and so sees the mark. */
    mutex_lock(&self->mutex.futex);
    if (own != NULL)
        __atomic_store_n(&own->readers, 1, __ATOMIC_RELAXED);
    else
        __atomic_fetch_add(&self->slots[RWMUTEX_SLOTS].readers, 1, __ATOMIC_RELAXED);
    mutex_unlock(&self->mutex.futex);
}

static void wait_until_clear(struct rwmutex *self, struct rwmutex_slot *slot) {
    static const struct timespec nap = {.tv_nsec = DRAIN_NAP};
    for (unsigned spin = 0; spin < SPINS; spin++) {
        if (__atomic_load_n(&slot->readers, __ATOMIC_ACQUIRE) == 0)
            return;
        pause_briefly();
    }
    /* The reader may wait for this processor. */
    sched_yield();
    while (__atomic_load_n(&slot->readers, __ATOMIC_ACQUIRE) != 0) {
        __atomic_store_n(&self->shared.draining, 1, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&slot->readers, __ATOMIC_SEQ_CST) != 0)
            futex_wait(&self->shared.draining, 1, &nap);
    }
    __atomic_store_n(&self->shared.draining, 0, __ATOMIC_RELAXED);
}

void rwmutex_write_lock(struct rwmutex *self) {
    mutex_lock(&self->mutex.futex);
    uint32_t before = __atomic_exchange_n(&self->shared.state, RWMUTEX_WRITER, __ATOMIC_SEQ_CST);
    if (before == RWMUTEX_BIASED) {
        uint64_t begin = now();
        syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
        uint64_t end = now();
        __atomic_store_n(&self->shared.inhibit_until, end + (end - begin) * INHIBIT_FACTOR,
                         __ATOMIC_RELAXED);
    }
    uint32_t bound = mapsan_thread_index_bound();
    for (uint32_t i = 0; i < bound && i < RWMUTEX_SLOTS; i++)
        wait_until_clear(self, &self->slots[i]);
    wait_until_clear(self, &self->slots[RWMUTEX_SLOTS]);
}

void rwmutex_write_unlock(struct rwmutex *self) {
    __atomic_store_n(&self->shared.state, RWMUTEX_FREE, __ATOMIC_RELEASE);
    mutex_unlock(&self->mutex.futex);
}
