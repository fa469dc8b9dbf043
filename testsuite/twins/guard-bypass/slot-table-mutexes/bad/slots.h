/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef SLOTS_H
#define SLOTS_H

#include <pthread.h>
#include <stdbool.h>

#define MAX_TUNERS 4

typedef struct {
    pthread_mutex_t lock;
    bool in_use;
    unsigned frequency;
    unsigned viewers;
    unsigned long packets;
} tuner_t;

extern tuner_t tuners[MAX_TUNERS];

#define TUNER_LOCK(n) pthread_mutex_lock(&tuners[n].lock)
#define TUNER_UNLOCK(n) pthread_mutex_unlock(&tuners[n].lock)

void tuners_init(void);
int tuner_acquire(unsigned frequency);
void tuner_release(int n);
void tuner_packet(int n);
unsigned tuners_idle_all(void);

#endif
