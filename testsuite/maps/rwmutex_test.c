/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * rwmutex: exclusion in all of its states (free, biased, with more threads than slots), neither
 * side starved, and thread numbers that are used again.
 */
#include "testing.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include <mapsan/maps/rwmutex.h>

#define MANY_THREADS (RWMUTEX_SLOTS + 24)

static struct rwmutex lock;
/* Plain data under the lock: a writer changes both, a reader must never see one changed. */
static uint64_t left, right;
static _Atomic bool stop;
static _Atomic uint64_t reads, writes;

static void read_once(void) {
    rwmutex_read_lock(&lock);
    CHECK(left == right);
    rwmutex_read_unlock(&lock);
    atomic_fetch_add_explicit(&reads, 1, memory_order_relaxed);
}

static void write_once(void) {
    rwmutex_write_lock(&lock);
    CHECK(left == right);
    left++;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    right++;
    rwmutex_write_unlock(&lock);
    atomic_fetch_add_explicit(&writes, 1, memory_order_relaxed);
}

struct mix {
    unsigned count;
    unsigned reads_per_write; /* 0: reads only */
};

static void *run_mix(void *argument) {
    const struct mix *mix = argument;
    for (unsigned i = 1; i <= mix->count; i++) {
        if (mix->reads_per_write != 0 && i % (mix->reads_per_write + 1) == 0)
            write_once();
        else
            read_once();
    }
    return NULL;
}

static void run_threads(unsigned threads, void *(*run)(void *), void *argument) {
    static pthread_t ids[MANY_THREADS];
    for (unsigned i = 0; i < threads; i++)
        CHECK(pthread_create(&ids[i], NULL, run, argument) == 0);
    for (unsigned i = 0; i < threads; i++)
        CHECK(pthread_join(ids[i], NULL) == 0);
}

static void excludes(void) {
    static const unsigned ratios[] = {0, 1, 9, 99, 4999};
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
        struct mix mix = {20000, ratios[i]};
        uint64_t before = writes;
        run_threads(4, run_mix, &mix);
        CHECK(left == right && left == writes);
        CHECK((writes > before) == (ratios[i] != 0));
    }
}

static void excludes_with_more_threads_than_slots(void) {
    struct mix mix = {200, 9};
    run_threads(MANY_THREADS, run_mix, &mix);
    CHECK(left == right && left == writes);
    for (unsigned i = 0; i <= RWMUTEX_SLOTS; i++)
        CHECK(lock.slots[i].readers == 0);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void *read_until_stopped(void *unused) {
    while (!atomic_load_explicit(&stop, memory_order_relaxed))
        read_once();
    return unused;
}

static void *write_until_stopped(void *unused) {
    while (!atomic_load_explicit(&stop, memory_order_relaxed))
        write_once();
    return unused;
}

/* `others` runs on three threads while this one does `own` so many times; it must not take seconds.
 */
static void is_not_starved(void *(*others)(void *), void (*own)(void), unsigned times) {
    pthread_t ids[3];
    atomic_store(&stop, false);
    for (unsigned i = 0; i < 3; i++)
        CHECK(pthread_create(&ids[i], NULL, others, NULL) == 0);
    uint64_t begin = now();
    for (unsigned i = 0; i < times; i++)
        own();
    uint64_t took = now() - begin;
    atomic_store(&stop, true);
    for (unsigned i = 0; i < 3; i++)
        CHECK(pthread_join(ids[i], NULL) == 0);
    CHECK(took < UINT64_C(20000000000));
}

/* The lock becomes biased when it is only read, and a writer ends that. */
static void biases(void) {
    uint64_t deadline = now() + UINT64_C(10000000000);
    while (lock.shared.state != RWMUTEX_BIASED && now() < deadline)
        for (unsigned i = 0; i < 1000; i++)
            read_once();
    /* Without membarrier(2) there is no bias, and nothing to test. */
    if (lock.shared.state != RWMUTEX_BIASED)
        printf("not biased: is membarrier(2) missing?\n");
    write_once();
    CHECK(lock.shared.state == RWMUTEX_FREE);
    CHECK(lock.shared.draining == 0);
}

/* A reader whose mark is held up in the store buffer, behind stores that miss every cache, while it
 * looks at `state`: the order of mark and look is all that keeps a writer out. In the biased state
 * that order is the writer's membarrier. Each critical section lasts long enough to be caught in.
 */
static void *read_behind_misses(void *unused) {
    enum { LINES = 1 << 20, MISSES = 12 };
    static char memory[LINES][64];
    uint64_t random = 1;
    while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
        for (unsigned i = 0; i < MISSES; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
            *(volatile char *)memory[random >> 44] = 1;
        }
        rwmutex_read_lock(&lock);
        for (unsigned i = 0; i < 1000; i++) {
            uint64_t l = *(volatile uint64_t *)&left, r = *(volatile uint64_t *)&right;
            CHECK(l == r);
        }
        rwmutex_read_unlock(&lock);
    }
    return unused;
}

static void spin(unsigned turns) {
    for (volatile unsigned i = 0; i < turns; i++)
        ;
}

/* Writers that come often meet a free lock, those that come each few milliseconds a biased one. */
static void marks_are_seen(unsigned pause, uint64_t nanoseconds) {
    pthread_t id;
    atomic_store(&stop, false);
    CHECK(pthread_create(&id, NULL, read_behind_misses, NULL) == 0);
    for (uint64_t begin = now(); now() - begin < nanoseconds;) {
        rwmutex_write_lock(&lock);
        left++;
        spin(300);
        right++;
        rwmutex_write_unlock(&lock);
        atomic_fetch_add(&writes, 1);
        spin(pause);
    }
    atomic_store(&stop, true);
    CHECK(pthread_join(id, NULL) == 0);
}

static void *note_index(void *index) {
    *(uint32_t *)index = mapsan_thread_index();
    CHECK(mapsan_thread_index() == *(uint32_t *)index);
    return NULL;
}

static void thread_numbers_are_used_again(void) {
    uint32_t own = mapsan_thread_index();
    for (unsigned i = 0; i < 2000; i++) {
        uint32_t index = 0;
        run_threads(1, note_index, &index);
        CHECK(index != own && index <= 1);
    }
    CHECK(mapsan_thread_index_bound() == 2);
}

int main(void) {
    thread_numbers_are_used_again();
    excludes();
    biases();
    excludes();
    excludes_with_more_threads_than_slots();
    marks_are_seen(500, 500000000);
    marks_are_seen(2000000, 2000000000);
    is_not_starved(read_until_stopped, write_once, 300);
    is_not_starved(write_until_stopped, read_once, 300);
    CHECK(left == right && left == writes);
    return 0;
}
