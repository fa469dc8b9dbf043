/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=lock-free stack: pushed by compare-and-swap, taken whole by an exchange
/*
 * Deferred frees of a server: worker threads push objects on an atomic stack; the collector takes the whole
 * stack with one exchange and from then on owns every object on it.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct garbage {
    struct garbage *next;
    unsigned size;
    unsigned char *memory;
};

static _Atomic(struct garbage *) pending;
static atomic_bool workers_done;

static void defer_free(unsigned char *memory, unsigned size) {
    struct garbage *g = malloc(sizeof(*g));
    if (!g)
        abort();
    g->memory = memory;
    g->size = size;
    g->next = atomic_load_explicit(&pending, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&pending, &g->next, g, memory_order_release,
                                                  memory_order_relaxed))
        ;
}

static unsigned long collect(void) {
    struct garbage *g = atomic_exchange_explicit(&pending, NULL, memory_order_acquire);
    unsigned long freed = 0;
    while (g) {
        struct garbage *next = g->next;
        g->memory[0]++; /* ours alone by now */
        freed += g->size;
        free(g->memory);
        free(g);
        g = next;
    }
    return freed;
}

static void *worker_main(void *arg) {
    unsigned size = *(unsigned *)arg;
    for (unsigned i = 0; i < 2000; i++) {
        unsigned char *memory = malloc(size + i % 32);
        if (!memory)
            abort();
        memory[0] = (unsigned char)i;
        defer_free(memory, size + i % 32);
    }
    return NULL;
}

static void *collector_main(void *arg) {
    unsigned long *freed = arg;
    while (!atomic_load(&workers_done)) {
        *freed += collect();
        sched_yield();
    }
    *freed += collect();
    return NULL;
}

int main(void) {
    pthread_t workers[2], collector;
    unsigned sizes[2] = {16, 64};
    unsigned long freed = 0;
    if (pthread_create(&collector, NULL, collector_main, &freed) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&workers[i], NULL, worker_main, &sizes[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(workers[i], NULL);
    atomic_store(&workers_done, true);
    pthread_join(collector, NULL);
    printf("%lu bytes\n", freed);
    return 0;
}
