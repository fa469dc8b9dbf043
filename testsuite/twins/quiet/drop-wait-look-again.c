/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=loop that tests under the lock, gives it back to wait or work, and tests
// again from the start
/*
 * Rate-limited uploader: the loop looks at the budget under the lock; when it is not enough it sleeps without
 * the lock and starts over. The decision and the withdrawal are always in one critical section.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

static struct {
    pthread_mutex_t lock;
    long budget;
    unsigned long granted;
    bool closed;
} limiter = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_bool uploads_done;

static bool limiter_wait(long bytes) {
    for (;;) {
        struct timespec pause = {0, 20000};
        long missing;

        pthread_mutex_lock(&limiter.lock);
        if (limiter.closed) {
            pthread_mutex_unlock(&limiter.lock);
            return false;
        }
        if (limiter.budget >= bytes) {
            limiter.budget -= bytes;
            limiter.granted += (unsigned long)bytes;
            pthread_mutex_unlock(&limiter.lock);
            return true;
        }
        missing = bytes - limiter.budget;
        pthread_mutex_unlock(&limiter.lock);

        pause.tv_nsec += missing;
        nanosleep(&pause, NULL);
    }
}

static void *refill_main(void *arg) {
    struct timespec pause = {0, 50000};
    (void)arg;
    while (!atomic_load(&uploads_done)) {
        pthread_mutex_lock(&limiter.lock);
        if (limiter.budget < 8000)
            limiter.budget += 2000;
        pthread_mutex_unlock(&limiter.lock);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void *upload_main(void *arg) {
    long size = *(long *)arg, sent = 0;
    for (int i = 0; i < 50; i++)
        if (limiter_wait(size))
            sent += size;
    return (void *)sent;
}

int main(void) {
    pthread_t refill, uploads[2];
    long sizes[2] = {300, 700};
    if (pthread_create(&refill, NULL, refill_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&uploads[i], NULL, upload_main, &sizes[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++) {
        void *sent;
        pthread_join(uploads[i], &sent);
        printf("%ld sent\n", (long)sent);
    }
    atomic_store(&uploads_done, true);
    pthread_join(refill, NULL);
    return 0;
}
