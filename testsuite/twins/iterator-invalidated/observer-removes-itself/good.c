/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=iterator-invalidated, libs=pthread, note=a walk over observers calls one that removes and frees
// itself
/*
 * Observers of a configuration store, a list under a recursive lock so that they may call back. An observer that
 * is done removes itself, and the walk steps on from what was freed. The fix marks and sweeps after the walk.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct observer {
    struct observer *next;
    void (*changed)(struct observer *self, int value);
    int remaining;
    int removed;
};

static pthread_mutex_t store_lock;
static struct observer *observers;
static int value;
static unsigned calls;

static void observer_remove(struct observer *o) {
    pthread_mutex_lock(&store_lock);
    o->removed = 1;
    pthread_mutex_unlock(&store_lock);
}

static void count_down(struct observer *self, int v) {
    calls += v != 0;
    if (--self->remaining == 0)
        observer_remove(self);
}

static int observer_add(int remaining) {
    struct observer *o = calloc(1, sizeof(*o));
    if (!o)
        return -1;
    o->changed = count_down;
    o->remaining = remaining;
    pthread_mutex_lock(&store_lock);
    o->next = observers;
    observers = o;
    pthread_mutex_unlock(&store_lock);
    return 0;
}

static void sweep_locked(void) {
    for (struct observer **link = &observers, *o; (o = *link);) {
        if (!o->removed) {
            link = &o->next;
            continue;
        }
        *link = o->next;
        free(o);
    }
}

static void store_set(int v) {
    pthread_mutex_lock(&store_lock);
    value = v;
    for (struct observer *o = observers; o; o = o->next)
        if (!o->removed)
            o->changed(o, v);
    sweep_locked();
    pthread_mutex_unlock(&store_lock);
}

static void *client_main(void *arg) {
    int base = *(int *)arg;
    for (int i = 0; i < 1000; i++) {
        if (observer_add(1 + i % 4) != 0)
            break;
        store_set(base + i);
    }
    return NULL;
}

int main(void) {
    pthread_mutexattr_t attr;
    pthread_t clients[2];
    int bases[2] = {1, 10000};

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&store_lock, &attr);
    pthread_mutexattr_destroy(&attr);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    printf("%u calls\n", calls);
    while (observers) {
        struct observer *o = observers;
        observers = o->next;
        free(o);
    }
    return 0;
}
