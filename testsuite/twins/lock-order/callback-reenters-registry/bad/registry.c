/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "registry.h"

#include <pthread.h>

#define OBSERVERS 8

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    observer_fn fn;
    void *data;
} observers[OBSERVERS];
static int observer_count;

int registry_subscribe(observer_fn fn, void *data) {
    int slot = -1;
    pthread_mutex_lock(&registry_lock);
    if (observer_count < OBSERVERS) {
        slot = observer_count++;
        observers[slot].fn = fn;
        observers[slot].data = data;
    }
    pthread_mutex_unlock(&registry_lock);
    return slot;
}

int registry_publish(int event) {
    int told = 0;
    pthread_mutex_lock(&registry_lock); // BAD(lock-order)
    for (; told < observer_count; told++)
        observers[told].fn(event, observers[told].data); // BAD(lock-order)
    pthread_mutex_unlock(&registry_lock);
    return told;
}
