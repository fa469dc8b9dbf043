/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=the error path unlinks a timer from the wheel without
// the wheel's lock
/*
 * Requests of an SNMP poller own a timer in a wheel. Sending arms the timer and finishing cancels it,
 * each through a locked call; the error path uses the inner function directly.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct timer {
    struct timer *next, **pprev;
    void (*expired)(struct timer *);
};

#define SLOTS 32
static struct timer *wheel[SLOTS];
static unsigned wheel_pos, wheel_armed;
static pthread_mutex_t wheel_mutex = PTHREAD_MUTEX_INITIALIZER;

static void __timer_add(struct timer *t, unsigned ticks) {
    struct timer **slot = &wheel[(wheel_pos + ticks) % SLOTS];
    t->next = *slot;
    if (t->next)
        t->next->pprev = &t->next;
    t->pprev = slot;
    *slot = t;
    wheel_armed++;
}

static void __timer_del(struct timer *t) {
    if (!t->pprev) // BAD(guard-bypass,unlocked-access)
        return;
    *t->pprev = t->next; // BAD(guard-bypass,unlocked-access)
    if (t->next) // BAD(guard-bypass,unlocked-access)
        t->next->pprev = t->pprev; // BAD(guard-bypass,unlocked-access)
    t->pprev = NULL; // BAD(guard-bypass,unlocked-access)
    wheel_armed--; // BAD(guard-bypass,unlocked-access)
}

static void timer_arm(struct timer *t, unsigned ticks) {
    pthread_mutex_lock(&wheel_mutex);
    __timer_del(t);
    __timer_add(t, ticks);
    pthread_mutex_unlock(&wheel_mutex);
}

static void timer_cancel(struct timer *t) {
    pthread_mutex_lock(&wheel_mutex);
    __timer_del(t);
    pthread_mutex_unlock(&wheel_mutex);
}

static void wheel_tick(void) {
    pthread_mutex_lock(&wheel_mutex);
    wheel_pos++;
    while (wheel[wheel_pos % SLOTS]) {
        struct timer *t = wheel[wheel_pos % SLOTS];
        __timer_del(t);
        t->expired(t);
    }
    pthread_mutex_unlock(&wheel_mutex);
}

struct request {
    struct timer timer;
    atomic_uint timeouts;
    unsigned sent, failed;
};

static void request_expired(struct timer *t) {
    struct request *r = (struct request *)t;
    atomic_fetch_add(&r->timeouts, 1);
}

static bool transmit(unsigned n) { return n % 7 != 3; }

static void request_run(struct request *r, unsigned n) {
    timer_arm(&r->timer, 1 + n % 10);
    if (!transmit(n)) {
        r->failed++;
        __timer_del(&r->timer); // BAD(guard-bypass,unlocked-access)
        return;
    }
    r->sent++;
    if (n % 2)
        timer_cancel(&r->timer);
}

static atomic_bool stop;

static void *clock_main(void *arg) {
    (void)arg;
    while (!atomic_load(&stop))
        wheel_tick();
    return NULL;
}

static void *poller_main(void *arg) {
    struct request *r = arg;
    r->timer.expired = request_expired;
    for (unsigned n = 0; n < 3000; n++)
        request_run(r, n);
    timer_cancel(&r->timer);
    return NULL;
}

int main(void) {
    static struct request requests[2];
    pthread_t clock, pollers[2];

    if (pthread_create(&clock, NULL, clock_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&pollers[i], NULL, poller_main, &requests[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(pollers[i], NULL);
    atomic_store(&stop, true);
    pthread_join(clock, NULL);
    for (int i = 0; i < 2; i++)
        printf("%u sent, %u failed, %u timeouts\n", requests[i].sent, requests[i].failed, requests[i].timeouts);
    return (int)wheel_armed;
}
