/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=pthread, note=a module registers its driver and then makes the
// table that the driver uses
/*
 * A loadable driver of a monitoring daemon. Once it is registered the poll thread calls it; the module
 * makes the line table and its lock only after that.
 */
#include "driver.h"

#include <pthread.h>
#include <stdlib.h>

struct serial_state {
    pthread_mutex_t lock;
    int lines;
    long *received;
};

static struct serial_state serial;

static long serial_poll(void *data) {
    struct serial_state *s = data;
    long events = 0;

    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < s->lines; i++)
        events += ++s->received[i] & 1;
    pthread_mutex_unlock(&s->lock);
    return events;
}

int serial_module_load(void) {
    struct driver driver = {"serial", serial_poll, &serial};

    if (driver_register(&driver) < 0) // BAD(unsafe-publication)
        return -1;
    pthread_mutex_init(&serial.lock, NULL); // BAD(unsafe-publication,unlocked-access)
    serial.lines = 4; // BAD(unsafe-publication,unlocked-access,guard-bypass)
    serial.received = calloc(4, sizeof(long)); // BAD(unsafe-publication,unlocked-access,guard-bypass)
    return serial.received ? 0 : -1;
}

/* After the poll thread has ended. */
void serial_module_unload(void) {
    free(serial.received);
    pthread_mutex_destroy(&serial.lock);
}
