/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=stop flags, generation counters, statistics with atomics;
// volatile sig_atomic_t
/*
 * Correct: flags and counters between threads are atomics, the flag of the signal handler is
 * volatile sig_atomic_t, and the list has its lock.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct event {
    struct event *next;
    int kind;
};

static pthread_mutex_t events_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct event *events;
static atomic_bool stop;
static atomic_ulong produced, consumed;
static _Atomic unsigned generation;
static unsigned long spurious; /* __atomic builtins only */
static volatile sig_atomic_t hangup;

static void on_hangup(int signal_number) {
    (void)signal_number;
    hangup = 1;
}

static bool event_push(int kind) {
    struct event *e = malloc(sizeof(*e));
    if (!e)
        return false;
    e->kind = kind;
    pthread_mutex_lock(&events_mutex);
    e->next = events;
    events = e;
    pthread_mutex_unlock(&events_mutex);
    atomic_fetch_add_explicit(&produced, 1, memory_order_relaxed);
    generation++;
    return true;
}

static struct event *event_pop(void) {
    struct event *e;
    pthread_mutex_lock(&events_mutex);
    e = events;
    if (e)
        events = e->next;
    pthread_mutex_unlock(&events_mutex);
    return e;
}

static void *consumer_main(void *arg) {
    unsigned last = 0;
    (void)arg;
    for (;;) {
        bool stopping = atomic_load(&stop);
        struct event *e = event_pop();
        if (e) {
            free(e);
            atomic_fetch_add_explicit(&consumed, 1, memory_order_relaxed);
            continue;
        }
        if (stopping)
            return NULL;
        if (generation == last)
            __atomic_fetch_add(&spurious, 1, __ATOMIC_RELAXED);
        last = generation;
        usleep(50);
    }
}

int main(void) {
    struct sigaction action = {.sa_handler = on_hangup};
    pthread_t consumers[2];
    sigaction(SIGHUP, &action, NULL);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&consumers[i], NULL, consumer_main, NULL) != 0)
            return 1;
    for (int i = 0; i < 1000 && !hangup; i++)
        if (!event_push(i % 3))
            break;
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(consumers[i], NULL);
    printf("%lu of %lu, %lu idle turns\n", atomic_load(&consumed), atomic_load(&produced),
           __atomic_load_n(&spurious, __ATOMIC_RELAXED));
    return 0;
}
