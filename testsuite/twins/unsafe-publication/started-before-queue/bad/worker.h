/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef WORKER_H
#define WORKER_H

#include <pthread.h>
#include <stdbool.h>

typedef struct wk_item {
    struct wk_item *next;
    int value;
} wk_item_t;

typedef struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    wk_item_t *queue;
    int batch;
    long (*handler)(int value);
    bool stopping;
    long result;
} worker_t;

worker_t *worker_create(long (*handler)(int), int batch);
int worker_submit(worker_t *w, int value);
long worker_finish(worker_t *w);

#endif
