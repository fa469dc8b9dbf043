/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=the idle sweep over an array of slots forgets each slot's mutex
/*
 * Tuners of a TV server: an array of slots, each with its mutex. The sweep that gives back tuners without
 * viewers, in another file, tests and clears them bare.
 */
#include "slots.h"

#include <stdatomic.h>
#include <stdio.h>

unsigned tuners_idle_all(void) {
    unsigned idled = 0;

    for (int n = 0; n < MAX_TUNERS; n++) {
        TUNER_LOCK(n);
        if (tuners[n].in_use && tuners[n].viewers == 0) {
            tuners[n].in_use = false;
            tuners[n].frequency = 0;
            idled++;
        }
        TUNER_UNLOCK(n);
    }
    return idled;
}

static atomic_bool stop;

static void *sweep_main(void *arg) {
    unsigned long idled = 0;
    (void)arg;
    while (!atomic_load(&stop))
        idled += tuners_idle_all();
    printf("%s\n", idled ? "idled" : "never idle");
    return NULL;
}

static void *viewer_main(void *arg) {
    unsigned base = *(unsigned *)arg;
    for (unsigned i = 0; i < 3000; i++) {
        int n = tuner_acquire(base + i % 3);
        if (n < 0)
            continue;
        tuner_packet(n);
        tuner_release(n);
    }
    return NULL;
}

int main(void) {
    pthread_t sweep, viewers[2];
    unsigned bases[2] = {500, 502};
    tuners_init();
    if (pthread_create(&sweep, NULL, sweep_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&viewers[i], NULL, viewer_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(viewers[i], NULL);
    atomic_store(&stop, 1);
    pthread_join(sweep, NULL);
    return 0;
}
