/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=a reset of per-thread counters forgets their mutexes
/*
 * Per-thread statistics of a key-value cache: each worker's counters have a mutex in the same struct,
 * which the worker and the "stats" command take. "stats reset" sets the counters to zero without it.
 */
#include "stats.h"

#include <string.h>

LIBEVENT_THREAD threads[NUM_THREADS];

void threadlocal_stats_init(void) {
    for (int ii = 0; ii < NUM_THREADS; ++ii)
        pthread_mutex_init(&threads[ii].stats.mutex, NULL);
}

void threadlocal_stats_reset(void) {
    for (int ii = 0; ii < NUM_THREADS; ++ii) {
        threads[ii].stats.get_cmds = 0; // BAD(guard-bypass,unlocked-access)
        threads[ii].stats.get_misses = 0; // BAD(guard-bypass,unlocked-access)
        threads[ii].stats.set_cmds = 0; // BAD(guard-bypass,unlocked-access)
    }
}

void threadlocal_stats_aggregate(struct thread_stats *out) {
    memset(out, 0, sizeof(*out));
    for (int ii = 0; ii < NUM_THREADS; ++ii) {
        pthread_mutex_lock(&threads[ii].stats.mutex);
        out->get_cmds += threads[ii].stats.get_cmds;
        out->get_misses += threads[ii].stats.get_misses;
        out->set_cmds += threads[ii].stats.set_cmds;
        pthread_mutex_unlock(&threads[ii].stats.mutex);
    }
}
