/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=pthread, note=the worker's thread is started before the fields
// that it uses are set
/*
 * Worker threads of an indexing service. The constructor starts the thread and then sets the handler,
 * the batch size and the queue's lock: the thread may find a null handler or an unmade lock.
 */
#include "worker.h"

#include <stdlib.h>

static void *worker_main(void *arg) {
    worker_t *w = arg;

    for (;;) {
        wk_item_t *batch = NULL;
        int n = 0;

        pthread_mutex_lock(&w->lock);
        while (!w->queue && !w->stopping)
            pthread_cond_wait(&w->wake, &w->lock);
        if (!w->queue) {
            pthread_mutex_unlock(&w->lock);
            return NULL;
        }
        while (w->queue && n < w->batch) { // BAD(unsafe-publication,unlocked-access)
            wk_item_t *item = w->queue;
            w->queue = item->next;
            item->next = batch;
            batch = item;
            n++;
        }
        pthread_mutex_unlock(&w->lock);

        while (batch) {
            wk_item_t *next = batch->next;
            w->result += w->handler(batch->value); // BAD(unsafe-publication,unlocked-access)
            free(batch);
            batch = next;
        }
    }
}

worker_t *worker_create(long (*handler)(int), int batch) {
    worker_t *w = calloc(1, sizeof(*w));
    if (!w)
        return NULL;
    if (pthread_create(&w->thread, NULL, worker_main, w) != 0) { // BAD(unsafe-publication)
        free(w);
        return NULL;
    }
    pthread_mutex_init(&w->lock, NULL); // BAD(unsafe-publication,unlocked-access)
    pthread_cond_init(&w->wake, NULL); // BAD(unsafe-publication,unlocked-access)
    w->handler = handler; // BAD(unsafe-publication,unlocked-access,guard-bypass)
    w->batch = batch; // BAD(unsafe-publication,unlocked-access,guard-bypass)
    return w;
}

int worker_submit(worker_t *w, int value) {
    wk_item_t *item = malloc(sizeof(*item));
    if (!item)
        return -1;
    item->value = value;
    pthread_mutex_lock(&w->lock);
    item->next = w->queue;
    w->queue = item;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    return 0;
}

long worker_finish(worker_t *w) {
    long result;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    result = w->result;
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
    return result;
}
