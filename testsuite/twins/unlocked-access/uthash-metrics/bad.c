/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=uthash+pthread, note=dump thread against client threads
/*
 * A statistics daemon counts metrics in a uthash table. Client threads add and increment, a
 * flush thread walks the table and resets the counters. The table has no lock at all.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

#define CLIENTS 3

struct metric {
    char name[32];
    unsigned long count;
    UT_hash_handle hh;
};

static struct metric *metrics;
static atomic_bool quit;
static atomic_uint flushes;

static int metric_bump(const char *name) {
    struct metric *m;
    HASH_FIND_STR(metrics, name, m); // BAD(unlocked-access)
    if (!m) {
        m = calloc(1, sizeof(*m));
        if (!m)
            return -1;
        strncpy(m->name, name, sizeof(m->name) - 1);
        HASH_ADD_STR(metrics, name, m); // BAD(unlocked-access)
    }
    m->count++; // BAD(unlocked-access)
    return 0;
}

static unsigned long metrics_flush(void) {
    struct metric *m, *tmp;
    unsigned long sum = 0;
    HASH_ITER(hh, metrics, m, tmp) { // BAD(unlocked-access)
        sum += m->count; // BAD(unlocked-access)
        m->count = 0; // BAD(unlocked-access)
    }
    return sum;
}

static void *flush_main(void *arg) {
    unsigned long *total = arg;
    while (!atomic_load(&quit)) {
        *total += metrics_flush();
        atomic_fetch_add(&flushes, 1);
        usleep(1000);
    }
    return NULL;
}

static void *client_main(void *arg) {
    int id = (int)(size_t)arg;
    char name[32];
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "client%d.op%d", id % 2, i % 9);
        if (metric_bump(name) != 0)
            break;
    }
    return NULL;
}

static void metrics_free(void) {
    struct metric *m, *tmp;
    HASH_ITER(hh, metrics, m, tmp) {
        HASH_DEL(metrics, m);
        free(m);
    }
}

int main(void) {
    pthread_t flusher, clients[CLIENTS];
    unsigned long total = 0;
    if (pthread_create(&flusher, NULL, flush_main, &total) != 0)
        return 1;
    for (size_t i = 0; i < CLIENTS; i++)
        if (pthread_create(&clients[i], NULL, client_main, (void *)i) != 0)
            abort();
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(clients[i], NULL);
    atomic_store(&quit, true);
    pthread_join(flusher, NULL);
    total += metrics_flush();
    printf("%lu events, %u flushes\n", total, atomic_load(&flushes));
    metrics_free();
    return 0;
}
