/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "slots.h"

tuner_t tuners[MAX_TUNERS];

void tuners_init(void) {
    for (int n = 0; n < MAX_TUNERS; n++)
        pthread_mutex_init(&tuners[n].lock, NULL);
}

int tuner_acquire(unsigned frequency) {
    for (int n = 0; n < MAX_TUNERS; n++) {
        bool mine;
        TUNER_LOCK(n);
        mine = !tuners[n].in_use || tuners[n].frequency == frequency;
        if (mine) {
            tuners[n].in_use = true;
            tuners[n].frequency = frequency;
            tuners[n].viewers++;
        }
        TUNER_UNLOCK(n);
        if (mine)
            return n;
    }
    return -1;
}

void tuner_release(int n) {
    TUNER_LOCK(n);
    if (tuners[n].viewers > 0)
        tuners[n].viewers--;
    TUNER_UNLOCK(n);
}

void tuner_packet(int n) {
    TUNER_LOCK(n);
    tuners[n].packets++;
    TUNER_UNLOCK(n);
}
