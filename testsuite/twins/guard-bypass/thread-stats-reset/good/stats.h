/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef STATS_H
#define STATS_H

#include <pthread.h>
#include <stdint.h>

struct thread_stats {
    pthread_mutex_t mutex;
    uint64_t get_cmds;
    uint64_t get_misses;
    uint64_t set_cmds;
};

typedef struct {
    pthread_t thread_id;
    struct thread_stats stats;
    unsigned seed;
} LIBEVENT_THREAD;

#define NUM_THREADS 3
extern LIBEVENT_THREAD threads[NUM_THREADS];

void threadlocal_stats_init(void);
void threadlocal_stats_reset(void);
void threadlocal_stats_aggregate(struct thread_stats *out);

#endif
