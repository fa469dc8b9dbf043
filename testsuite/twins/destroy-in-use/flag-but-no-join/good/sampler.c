/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=destroy-in-use, libs=uthash+pthread, note=stop sets the flag and frees the table; nobody
// waits for the sampling thread
/*
 * A metrics daemon's sampler visits its table every few microseconds. sampler_stop() asks the thread to
 * end, and frees what it still walks over.
 */
#include "sampler.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <uthash.h>

struct gauge {
    char name[16];
    unsigned long value;
    UT_hash_handle hh;
};

struct sampler {
    pthread_mutex_t lock;
    pthread_t thread;
    bool stopping;
    struct gauge *gauges;
};

static void *sampler_main(void *arg) {
    struct sampler *s = arg;
    struct timespec pause = {0, 50000};

    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        for (struct gauge *g = s->gauges; g; g = g->hh.next)
            g->value = g->value * 3 / 4 + 25;
        pthread_mutex_unlock(&s->lock);
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

struct sampler *sampler_start(void) {
    struct sampler *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    pthread_mutex_init(&s->lock, NULL);
    if (pthread_create(&s->thread, NULL, sampler_main, s) != 0) {
        pthread_mutex_destroy(&s->lock);
        free(s);
        return NULL;
    }
    return s;
}

void sampler_watch(struct sampler *s, const char *name) {
    struct gauge *g;
    pthread_mutex_lock(&s->lock);
    HASH_FIND_STR(s->gauges, name, g);
    if (!g && (g = calloc(1, sizeof(*g)))) {
        snprintf(g->name, sizeof(g->name), "%s", name);
        HASH_ADD_STR(s->gauges, name, g);
    }
    pthread_mutex_unlock(&s->lock);
}

unsigned long sampler_reading(struct sampler *s, const char *name) {
    struct gauge *g;
    unsigned long value = 0;
    pthread_mutex_lock(&s->lock);
    HASH_FIND_STR(s->gauges, name, g);
    if (g)
        value = g->value;
    pthread_mutex_unlock(&s->lock);
    return value;
}

void sampler_stop(struct sampler *s) {
    struct gauge *g, *tmp;

    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);

    HASH_ITER(hh, s->gauges, g, tmp) {
        HASH_DEL(s->gauges, g);
        free(g);
    }
    pthread_mutex_destroy(&s->lock);
    free(s);
}
