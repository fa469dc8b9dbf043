/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "stats.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

static atomic_uint items[64];

static void process_get(LIBEVENT_THREAD *me, unsigned key) {
    bool hit = atomic_load(&items[key]) != 0;
    pthread_mutex_lock(&me->stats.mutex);
    me->stats.get_cmds++;
    if (!hit)
        me->stats.get_misses++;
    pthread_mutex_unlock(&me->stats.mutex);
}

static void process_set(LIBEVENT_THREAD *me, unsigned key, unsigned value) {
    atomic_store(&items[key], value);
    pthread_mutex_lock(&me->stats.mutex);
    me->stats.set_cmds++;
    pthread_mutex_unlock(&me->stats.mutex);
}

static void *worker_libevent(void *arg) {
    LIBEVENT_THREAD *me = arg;
    for (unsigned i = 0; i < 3000; i++) {
        me->seed = me->seed * 1664525u + 1013904223u;
        if (i % 8 == 0)
            process_set(me, me->seed >> 26, i);
        else
            process_get(me, me->seed >> 26);
    }
    return NULL;
}

int main(void) {
    struct thread_stats total;

    threadlocal_stats_init();
    for (int ii = 0; ii < NUM_THREADS; ++ii) {
        threads[ii].seed = (unsigned)ii + 1;
        if (pthread_create(&threads[ii].thread_id, NULL, worker_libevent, &threads[ii]) != 0)
            return 1;
    }
    for (int i = 0; i < 20; i++) {
        threadlocal_stats_aggregate(&total);
        if (i == 9)
            threadlocal_stats_reset();
    }
    for (int ii = 0; ii < NUM_THREADS; ++ii)
        pthread_join(threads[ii].thread_id, NULL);
    threadlocal_stats_aggregate(&total);
    printf("get %" PRIu64 " miss %" PRIu64 " set %" PRIu64 "\n", total.get_cmds, total.get_misses, total.set_cmds);
    return 0;
}
