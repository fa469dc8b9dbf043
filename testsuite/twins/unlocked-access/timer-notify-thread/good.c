/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=pthread, note=a POSIX timer notifies on a thread of its own
/*
 * Rate limiter of a web server: a timer made with SIGEV_THREAD refills the buckets, on a thread that the C
 * library makes. The buckets were meant for the main loop's thread alone.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUCKETS 16

struct bucket {
    unsigned client;
    int tokens;
};

static struct bucket buckets[BUCKETS];
static unsigned bucket_count;
static atomic_uint refills;
static pthread_mutex_t buckets_lock = PTHREAD_MUTEX_INITIALIZER;

static void refill(union sigval value) {
    int tokens = value.sival_int;
    pthread_mutex_lock(&buckets_lock);
    for (unsigned i = 0; i < bucket_count; i++)
        if (buckets[i].tokens < 10)
            buckets[i].tokens += tokens;
    pthread_mutex_unlock(&buckets_lock);
    atomic_fetch_add(&refills, 1);
}

static int admit(unsigned client) {
    struct bucket *b = NULL;
    int admitted = 0;

    pthread_mutex_lock(&buckets_lock);
    for (unsigned i = 0; i < bucket_count && !b; i++)
        if (buckets[i].client == client)
            b = &buckets[i];
    if (!b && bucket_count < BUCKETS) {
        b = &buckets[bucket_count++];
        b->client = client;
        b->tokens = 10;
    }
    if (b && b->tokens > 0) {
        b->tokens--;
        admitted = 1;
    }
    pthread_mutex_unlock(&buckets_lock);
    return admitted;
}

static int start_timer(timer_t *timer) {
    struct sigevent event;
    struct itimerspec period = {{0, 1000000}, {0, 1000000}};

    memset(&event, 0, sizeof(event));
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = refill;
    event.sigev_value.sival_int = 2;
    if (timer_create(CLOCK_MONOTONIC, &event, timer) != 0)
        return -1;
    return timer_settime(*timer, 0, &period, NULL);
}

int main(void) {
    timer_t timer;
    unsigned long admitted = 0;

    if (start_timer(&timer) != 0)
        return 1;
    while (atomic_load(&refills) < 5)
        for (unsigned i = 0; i < 1000; i++)
            admitted += (unsigned)admit(i % 20);
    timer_delete(timer);
    printf("%s\n", admitted ? "admitted" : "refused");
    return 0;
}
