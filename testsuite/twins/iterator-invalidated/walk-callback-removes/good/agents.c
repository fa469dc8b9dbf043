/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=iterator-invalidated, libs=pthread, note=the callback of a home-made table's walk deletes
// the element that the walk stands on
/*
 * Agent list of a call centre, in a hash table behind functions. The walk that logs out idle agents has
 * its callback delete them, and then steps on from freed nodes. All of it is under the lock.
 */
#include "core_hash.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct agent {
    int number;
    long seen;
};

static pthread_mutex_t agents_mutex = PTHREAD_MUTEX_INITIALIZER;
static core_hash *agents;

static int is_idle(int key, void *value, void *arg) {
    struct agent *a = value;
    (void)key;
    return a->seen < *(long *)arg;
}

static void agents_idle(long limit) {
    pthread_mutex_lock(&agents_mutex);
    core_hash_remove_if(agents, is_idle, &limit, free);
    pthread_mutex_unlock(&agents_mutex);
}

struct search {
    int number;
    struct agent *found;
};

static int match_number(core_hash *table, int key, void *value, void *arg) {
    struct search *s = arg;
    (void)table;
    if (key != s->number)
        return 0;
    s->found = value;
    return 1;
}

static void agent_seen(int number, long now) {
    struct search search = {number, NULL};

    pthread_mutex_lock(&agents_mutex);
    core_hash_walk(agents, match_number, &search);
    if (!search.found && (search.found = calloc(1, sizeof(struct agent)))) {
        search.found->number = number;
        if (core_hash_insert(agents, number, search.found) != 0) {
            free(search.found);
            search.found = NULL;
        }
    }
    if (search.found)
        search.found->seen = now;
    pthread_mutex_unlock(&agents_mutex);
}

static void *queue_main(void *arg) {
    int base = *(int *)arg;
    for (long now = 0; now < 2000; now++) {
        agent_seen(base + (int)(now % 23), now);
        if (now % 10 == 9)
            agents_idle(now - 15);
    }
    return NULL;
}

int main(void) {
    pthread_t queues[2];
    int bases[2] = {100, 110};

    agents = core_hash_new();
    if (!agents)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&queues[i], NULL, queue_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(queues[i], NULL);
    printf("%d agents\n", core_hash_size(agents));
    agents_idle(1L << 40);
    core_hash_free(agents);
    return 0;
}
