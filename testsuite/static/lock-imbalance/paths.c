/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct queue {
    pthread_mutex_t lock;
    pthread_rwlock_t rw;
    int *items;
    int used;
    bool threaded;
};

int push_bad(struct queue *q, int item) {
    pthread_mutex_lock(&q->lock); // expected-note {{it is taken here}}
    int *grown = realloc(q->items, sizeof *grown * (size_t)(q->used + 1));
    if (!grown)
        return -1; // expected-warning {{push_bad() returns here with `q->lock` held; on other paths it gives it back}}
    q->items = grown;
    q->items[q->used++] = item;
    pthread_mutex_unlock(&q->lock); // expected-note {{and given back here, on another path}}
    return 0;
}

int push_ok(struct queue *q, int item) {
    int result = -1;
    pthread_mutex_lock(&q->lock);
    int *grown = realloc(q->items, sizeof *grown * (size_t)(q->used + 1));
    if (!grown)
        goto out;
    q->items = grown;
    q->items[q->used++] = item;
    result = 0;
out:
    pthread_mutex_unlock(&q->lock);
    return result;
}

void twice_bad(struct queue *q) {
    pthread_mutex_lock(&q->lock); // expected-note {{it was taken here before}}
    pthread_mutex_lock(&q->lock); // expected-warning {{`q->lock` is taken again by the thread that holds it: it waits for itself}}
    pthread_mutex_unlock(&q->lock);
}

void unlock_twice_bad(struct queue *q) {
    pthread_mutex_lock(&q->lock);
    q->used = 0;
    pthread_mutex_unlock(&q->lock); // expected-note {{it was given back here before}}
    pthread_mutex_unlock(&q->lock); // expected-warning {{`q->lock` is given back twice}}
}

void upgrade_bad(struct queue *q) {
    pthread_rwlock_rdlock(&q->rw); // expected-note {{it was taken here before}}
    if (q->used)
        pthread_rwlock_wrlock(&q->rw); // expected-warning {{`q->rw` is taken exclusively while this thread holds it shared: it waits for itself}}
    pthread_rwlock_unlock(&q->rw);
}

/* Correct, and full of temptations. */

static void queue_lock(struct queue *q) { pthread_mutex_lock(&q->lock); }
static void queue_unlock(struct queue *q) { pthread_mutex_unlock(&q->lock); }

void conditional_ok(struct queue *q) {
    if (q->threaded)
        queue_lock(q);
    q->used++;
    if (q->threaded)
        queue_unlock(q);
}

int try_ok(struct queue *q) {
    if (pthread_mutex_trylock(&q->lock) != 0)
        return -1;
    q->used--;
    pthread_mutex_unlock(&q->lock);
    return 0;
}

int checked_ok(struct queue *q) {
    int error = pthread_mutex_lock(&q->lock);
    if (error)
        return error;
    q->used++;
    pthread_mutex_unlock(&q->lock);
    return 0;
}

static int lock_if_any(struct queue *q) {
    pthread_mutex_lock(&q->lock);
    if (q->used == 0) {
        pthread_mutex_unlock(&q->lock);
        return -1;
    }
    return 0;
}

int pop_ok(struct queue *q) {
    if (lock_if_any(q) < 0)
        return -1;
    int item = q->items[--q->used];
    queue_unlock(q);
    return item;
}

void each_ok(struct queue **queues, int count) {
    for (int i = 0; i < count; i++) {
        pthread_mutex_lock(&queues[i]->lock);
        queues[i]->used = 0;
        pthread_mutex_unlock(&queues[i]->lock);
    }
}

void drop_and_retake_ok(struct queue *q) {
    pthread_mutex_lock(&q->lock);
    while (q->used) {
        q->used--;
        pthread_mutex_unlock(&q->lock);
        free(NULL);
        pthread_mutex_lock(&q->lock);
    }
    pthread_mutex_unlock(&q->lock);
}
