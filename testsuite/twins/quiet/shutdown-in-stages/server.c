/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=shutdown refuses, drains, joins, and only then walks and frees
// without the lock
/*
 * Shutdown of a connection server. It refuses new work under the lock, wakes the workers, which drain the
 * queue, waits for them to end, and then reads and frees everything without the lock.
 */
#include "server.h"

#include <stdlib.h>

static struct conn *take_locked(struct server *s) {
    while (!s->waiting && s->accepting)
        pthread_cond_wait(&s->changed, &s->lock);
    struct conn *c = s->waiting;
    if (c)
        s->waiting = c->next;
    return c;
}

static void serve(struct conn *c) {
    for (int i = 0; i < 10; i++)
        c->served += (unsigned)(c->id ^ i) & 1;
}

static void *worker_main(void *arg) {
    struct server *s = arg;
    struct conn *c;

    pthread_mutex_lock(&s->lock);
    while ((c = take_locked(s))) {
        s->active++;
        pthread_mutex_unlock(&s->lock);
        serve(c); /* off every list: the worker's own */
        pthread_mutex_lock(&s->lock);
        s->active--;
        c->next = s->finished;
        s->finished = c;
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

struct server *server_start(void) {
    struct server *s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->accepting = true;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&s->workers[i], NULL, worker_main, s) != 0)
            abort();
    return s;
}

bool server_accept(struct server *s, int id) {
    struct conn *c = calloc(1, sizeof(*c));
    bool accepted;

    if (!c)
        return false;
    c->id = id;
    pthread_mutex_lock(&s->lock);
    accepted = s->accepting;
    if (accepted) {
        c->next = s->waiting;
        s->waiting = c;
        pthread_cond_signal(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    if (!accepted)
        free(c);
    return accepted;
}

unsigned server_shutdown(struct server *s) {
    unsigned served = 0;

    pthread_mutex_lock(&s->lock);
    s->accepting = false;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; i < 2; i++)
        pthread_join(s->workers[i], NULL);

    while (s->finished) {
        struct conn *c = s->finished;
        s->finished = c->next;
        served += c->served;
        free(c);
    }
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return served;
}
