/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The claim "exclusion implies silence": threads use maps under every kind of lock, correctly, for
 * as long as asked. `load [SECONDS [THREADS]]` (2, 4). One report ends it by abort.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

#include "hooked.h"

enum { MUTEX, RWLOCK, SPIN, ATOMIC_FLAG, SEMAPHORE, KINDS };

static struct hooked_map tagged[KINDS], plain[KINDS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static bool flag;
static sem_t semaphore;
static bool stop;
static long operations;

static void enter(int kind, bool shared) {
    switch (kind) {
    case MUTEX:
        pthread_mutex_lock(&mutex);
        break;
    case RWLOCK:
        shared ? pthread_rwlock_rdlock(&rwlock) : pthread_rwlock_wrlock(&rwlock);
        break;
    case SPIN:
        pthread_spin_lock(&spin);
        break;
    case ATOMIC_FLAG: /* the weakest lock there is: acquire and release, nothing more */
        while (__atomic_test_and_set(&flag, __ATOMIC_ACQUIRE))
            sched_yield();
        break;
    default:
        sem_wait(&semaphore);
        break;
    }
}

static void leave(int kind) {
    switch (kind) {
    case MUTEX:
        pthread_mutex_unlock(&mutex);
        break;
    case RWLOCK:
        pthread_rwlock_unlock(&rwlock);
        break;
    case SPIN:
        pthread_spin_unlock(&spin);
        break;
    case ATOMIC_FLAG:
        __atomic_clear(&flag, __ATOMIC_RELEASE);
        break;
    default:
        sem_post(&semaphore);
        break;
    }
}

static void operate(struct hooked_map *map, unsigned choice) {
    if (choice % 8 == 0) {
        WRITE_BEGIN(map);
        WRITE_END(map);
    } else if (choice % 8 == 1) {
        ITERATE_BEGIN(map);
        READ_BEGIN(map);
        READ_END(map);
        ITERATE_END(map);
    } else {
        READ_BEGIN(map);
        READ_END(map);
    }
}

/* With use_tag constant in each copy, as it is in programs. */
static void *work(void *seed) {
    unsigned state = (unsigned)(uintptr_t)seed;
    long done = 0;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        const unsigned choice = (unsigned)rand_r(&state);
        const int kind = (int)(choice >> 8) % KINDS;
        enter(kind, choice % 8 != 0);
        operate(&(use_tag ? tagged : plain)[kind], choice);
        leave(kind);
        done++;
    }
    __atomic_fetch_add(&operations, done, __ATOMIC_RELAXED);
    return NULL;
}

int main(int count, char **arguments) {
    enum { MOST = 256 };
    const int seconds = count > 1 ? atoi(arguments[1]) : 2;
    const int threads = count > 2 && atoi(arguments[2]) <= MOST ? atoi(arguments[2]) : 4;
    static pthread_t thread[MOST];
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    sem_init(&semaphore, 0, 1);
    for (int half = 0; half < 2; half++) {
        use_tag = half;
        stop = false;
        for (int i = 0; i < threads; i++)
            pthread_create(&thread[i], NULL, work, (void *)(uintptr_t)(i + 1));
        pause_ms(seconds * 500);
        __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
        for (int i = 0; i < threads; i++)
            pthread_join(thread[i], NULL);
    }
    printf("%ld operations under locks, no report\n", operations);
    return 0;
}
