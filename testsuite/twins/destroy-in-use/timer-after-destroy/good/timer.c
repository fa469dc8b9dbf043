/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=destroy-in-use, libs=pthread, note=callback still registered with a timer thread
// when its table goes
/*
 * A rate limiter registers a callback with a timer service that runs on a thread of its own. On
 * stop it destroys its buckets first and unregisters the callback afterwards. Here it
 * unregisters first; timer_remove returns when the callback does not run any more.
 */
#include "timer.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#define TIMERS 8

static struct {
    timer_callback callback;
    void *data;
} timers[TIMERS];
static pthread_mutex_t timers_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_t timer_thread;
static atomic_int timer_stop;

static void *timer_main(void *arg) {
    (void)arg;
    while (!atomic_load(&timer_stop)) {
        pthread_mutex_lock(&timers_mutex);
        for (int i = 0; i < TIMERS; i++)
            if (timers[i].callback)
                timers[i].callback(timers[i].data);
        pthread_mutex_unlock(&timers_mutex);
        usleep(200);
    }
    return NULL;
}

int timer_service_start(void) { return pthread_create(&timer_thread, NULL, timer_main, NULL); }

void timer_service_stop(void) {
    atomic_store(&timer_stop, 1);
    pthread_join(timer_thread, NULL);
}

int timer_add(timer_callback callback, void *data) {
    int id = -1;
    pthread_mutex_lock(&timers_mutex);
    for (int i = 0; i < TIMERS && id < 0; i++) {
        if (!timers[i].callback) {
            timers[i].callback = callback;
            timers[i].data = data;
            id = i;
        }
    }
    pthread_mutex_unlock(&timers_mutex);
    return id;
}

void timer_remove(int id) {
    pthread_mutex_lock(&timers_mutex);
    timers[id].callback = NULL;
    timers[id].data = NULL;
    pthread_mutex_unlock(&timers_mutex);
}
