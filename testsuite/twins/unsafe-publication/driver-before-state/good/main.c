/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "driver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static atomic_int stop;

static void *poll_main(void *arg) {
    long *events = arg;
    while (!atomic_load(&stop))
        *events += drivers_poll();
    return NULL;
}

int main(void) {
    pthread_t poller;
    long events = 0;

    if (pthread_create(&poller, NULL, poll_main, &events) != 0)
        return 1;
    usleep(1000);
    int status = serial_module_load();
    usleep(1000);
    atomic_store(&stop, 1);
    pthread_join(poller, NULL);
    printf("%ld events\n", events);
    if (status == 0)
        serial_module_unload();
    return status ? 1 : 0;
}
