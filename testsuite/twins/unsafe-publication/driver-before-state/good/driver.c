/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver.h"

#include <pthread.h>
#include <stddef.h>

#define DRIVERS 8
static pthread_mutex_t drivers_lock = PTHREAD_MUTEX_INITIALIZER;
static struct driver drivers[DRIVERS];
static int driver_count;

int driver_register(const struct driver *d) {
    int slot = -1;
    pthread_mutex_lock(&drivers_lock);
    if (driver_count < DRIVERS) {
        slot = driver_count++;
        drivers[slot] = *d;
    }
    pthread_mutex_unlock(&drivers_lock);
    return slot;
}

long drivers_poll(void) {
    long events = 0;
    pthread_mutex_lock(&drivers_lock);
    for (int i = 0; i < driver_count; i++)
        events += drivers[i].poll(drivers[i].state);
    pthread_mutex_unlock(&drivers_lock);
    return events;
}
