/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=detached threads count themselves out under a global lock as the last
// thing; the shutdown waits for zero and then frees
/*
 * Connection handlers run on detached threads. A handler's last act is to count itself out under a static lock;
 * the shutdown waits on that condition for zero, and then uses and frees the table that they shared without
 * its lock.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct table {
    pthread_mutex_t lock;
    unsigned *hits;
    unsigned size;
};

struct handler {
    struct table *table;
    unsigned seed;
};

static pthread_mutex_t handlers_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t handlers_gone = PTHREAD_COND_INITIALIZER;
static unsigned handlers;

static void handler_enter(void) {
    pthread_mutex_lock(&handlers_lock);
    handlers++;
    pthread_mutex_unlock(&handlers_lock);
}

static void handler_leave(void) {
    pthread_mutex_lock(&handlers_lock);
    if (--handlers == 0)
        pthread_cond_signal(&handlers_gone);
    pthread_mutex_unlock(&handlers_lock);
}

static void handlers_wait(void) {
    pthread_mutex_lock(&handlers_lock);
    while (handlers > 0)
        pthread_cond_wait(&handlers_gone, &handlers_lock);
    pthread_mutex_unlock(&handlers_lock);
}

static void *handler_main(void *arg) {
    struct handler *h = arg;
    for (int i = 0; i < 200; i++) {
        h->seed = h->seed * 1664525u + 1013904223u;
        pthread_mutex_lock(&h->table->lock);
        h->table->hits[(h->seed >> 16) % h->table->size]++;
        pthread_mutex_unlock(&h->table->lock);
    }
    free(h);
    handler_leave();
    return NULL;
}

static bool handler_start(struct table *t, unsigned seed) {
    struct handler *h = malloc(sizeof(*h));
    pthread_t thread;
    if (!h)
        return false;
    h->table = t;
    h->seed = seed;
    handler_enter();
    if (pthread_create(&thread, NULL, handler_main, h) != 0) {
        handler_leave();
        free(h);
        return false;
    }
    pthread_detach(thread);
    return true;
}

int main(void) {
    struct table *t = malloc(sizeof(*t));
    unsigned long sum = 0;
    if (!t)
        return 1;
    pthread_mutex_init(&t->lock, NULL);
    t->size = 32;
    t->hits = calloc(t->size, sizeof(*t->hits));
    if (!t->hits)
        return 1;
    for (unsigned i = 0; i < 30; i++)
        handler_start(t, i);
    handlers_wait();
    for (unsigned i = 0; i < t->size; i++)
        sum += t->hits[i];
    printf("%lu hits\n", sum);
    free(t->hits);
    pthread_mutex_destroy(&t->lock);
    free(t);
    return 0;
}
