/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=index of a free slot found under the lock and
// used after it
/*
 * A timer wheel hands out slots of an array. slot_find returns the index of a free slot after
 * giving the lock back, and the caller fills that slot in a second critical section: two threads
 * are given the same slot.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAX_TIMERS 64

typedef void (*timer_fn)(void *data);

struct timer_slot {
    bool used;
    unsigned due;
    timer_fn fire;
    void *data;
};

static struct {
    pthread_mutex_t lock;
    struct timer_slot slots[MAX_TIMERS];
    unsigned armed, now;
} wheel = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int slot_find(void) {
    int found = -1;
    pthread_mutex_lock(&wheel.lock);
    for (int i = 0; i < MAX_TIMERS && found < 0; i++)
        if (!wheel.slots[i].used)
            found = i;
    pthread_mutex_unlock(&wheel.lock);
    return found;
}

static int timer_arm(unsigned delay, timer_fn fire, void *data) {
    int i = slot_find();
    if (i < 0)
        return -1;
    pthread_mutex_lock(&wheel.lock);
    wheel.slots[i].used = true; // BAD(check-then-act)
    wheel.slots[i].due = wheel.now + delay; // BAD(check-then-act)
    wheel.slots[i].fire = fire;
    wheel.slots[i].data = data;
    wheel.armed++;
    pthread_mutex_unlock(&wheel.lock);
    return i;
}

static unsigned wheel_tick(void) {
    struct timer_slot due[MAX_TIMERS];
    unsigned count = 0;
    pthread_mutex_lock(&wheel.lock);
    wheel.now++;
    for (int i = 0; i < MAX_TIMERS; i++) {
        struct timer_slot *slot = &wheel.slots[i];
        if (!slot->used || slot->due > wheel.now)
            continue;
        due[count++] = *slot;
        memset(slot, 0, sizeof(*slot));
    }
    pthread_mutex_unlock(&wheel.lock);
    for (unsigned i = 0; i < count; i++)
        due[i].fire(due[i].data);
    return count;
}

static void count_up(void *data) { __atomic_fetch_add((unsigned *)data, 1, __ATOMIC_RELAXED); }

static unsigned fired;

static void *client_main(void *arg) {
    unsigned delay = *(unsigned *)arg;
    size_t refused = 0;
    for (int i = 0; i < 200; i++)
        if (timer_arm(delay, count_up, &fired) < 0)
            refused++;
    return (void *)refused;
}

static void *ticker_main(void *arg) {
    size_t total = 0;
    (void)arg;
    for (int i = 0; i < 500; i++)
        total += wheel_tick();
    return (void *)total;
}

int main(void) {
    pthread_t clients[2], ticker;
    unsigned delays[2] = {1, 3};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, &delays[i]) != 0)
            return 1;
    if (pthread_create(&ticker, NULL, ticker_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    pthread_join(ticker, NULL);
    printf("%u armed, %u fired\n", wheel.armed, __atomic_load_n(&fired, __ATOMIC_RELAXED));
    return 0;
}
