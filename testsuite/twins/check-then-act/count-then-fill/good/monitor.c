/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=array sized by a count from one critical section,
// filled in the next
/*
 * A cluster daemon exports its member list: it asks for the count, allocates, and has the list copied.
 * Members that join between the two calls are written behind the array. The fixed copy takes a limit.
 */
#include "registry.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned report(void) {
    size_t count = registry_count();
    unsigned load = 0;

    if (count == 0)
        return 0;
    struct node_info *nodes = calloc(count, sizeof(*nodes));
    if (!nodes)
        return 0;
    count = registry_export(nodes, count);
    for (size_t i = 0; i < count; i++)
        load += nodes[i].load;
    free(nodes);
    return load;
}

static void *gossip(void *arg) {
    unsigned base = *(unsigned *)arg;
    for (unsigned i = 0; i < 2000; i++) {
        if (i % 3 == 2)
            registry_leave(base + (i * 7) % 31);
        else
            registry_join(base + i % 31, i % 100);
    }
    return NULL;
}

static void *monitor(void *arg) {
    unsigned long sum = 0;
    (void)arg;
    for (int i = 0; i < 300; i++)
        sum += report();
    printf("%lu\n", sum);
    return NULL;
}

int main(void) {
    pthread_t peers[2], mon;
    unsigned bases[2] = {100, 120};

    if (pthread_create(&mon, NULL, monitor, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&peers[i], NULL, gossip, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(peers[i], NULL);
    pthread_join(mon, NULL);
    for (unsigned id = 100; id < 160; id++)
        registry_leave(id);
    return 0;
}
