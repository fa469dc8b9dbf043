/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Threads started through a wrapper with a trampoline: each routine is a thread of its own, runs
 * once if it is started once, and does not run before the wrapper is called for it. */
#include <pthread.h>
#include <stdlib.h>

struct start {
    void *(*routine)(void *);
    void *data;
};

static void *trampoline(void *data) {
    struct start *start = data;
    void *(*routine)(void *) = start->routine;
    void *argument = start->data;
    free(start);
    return routine(argument);
}

static int thread_create(void *(*routine)(void *), void *data) {
    pthread_t id;
    struct start *start = malloc(sizeof *start);
    if (!start)
        return -1;
    start->routine = routine;
    start->data = data;
    return pthread_create(&id, NULL, trampoline, start);
}

static int ticks, jobs, names, hits;

static void *clock_ok(void *data) {
    ticks++; // one clock, and nobody else looks
    return data;
}

static void *worker_bad(void *data) {
    jobs++; // expected-warning {{with no lock in common}} expected-note@* 1+{{}}
    return names ? data : NULL;
}

static void *namer_bad(void *data) {
    hits = hits + 2;
    return data;
}

/* A thread that could not be started does not run. */
static int fallback;
static void *late_ok(void *data) {
    fallback++;
    return data;
}

int main(void) {
    pthread_t id;
    thread_create(clock_ok, NULL);
    names = 7; // the workers do not run yet
    for (int i = 0; i < 4; i++)
        thread_create(worker_bad, NULL);
    thread_create(namer_bad, NULL);
    hits = hits + 5; // expected-warning {{with no lock in common}}
    if (pthread_create(&id, NULL, late_ok, NULL) != 0) {
        fallback = 3;
        return 1;
    }
    pthread_join(id, NULL);
    return 0;
}
