/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Decision and act in helpers, each of which locks; and a callee that drops the caller's lock. */
#include <glib.h>
#include <stdlib.h>

struct job {
    struct job *next;
    int cost;
};

struct queue {
    GMutex mutex;
    struct job *first;
    guint length;
    GHashTable *names;
};

gboolean queue_is_empty(struct queue *q) {
    g_mutex_lock(&q->mutex);
    gboolean empty = q->length == 0;
    g_mutex_unlock(&q->mutex);
    return empty;
}

static struct job *queue_pop(struct queue *q) {
    g_mutex_lock(&q->mutex);
    struct job *job = q->first;
    q->first = job->next;
    q->length--;
    g_mutex_unlock(&q->mutex);
    return job;
}

struct job *queue_try_pop(struct queue *q) {
    struct job *job = NULL;
    g_mutex_lock(&q->mutex);
    if (q->length > 0) {
        job = q->first;
        q->first = job->next;
        q->length--;
    }
    g_mutex_unlock(&q->mutex);
    return job;
}

void queue_push(struct queue *q, struct job *job) {
    g_mutex_lock(&q->mutex);
    job->next = q->first;
    q->first = job;
    q->length++;
    g_mutex_unlock(&q->mutex);
}

struct job *next_bad(struct queue *q) {
    if (queue_is_empty(q))
        return NULL;
    return queue_pop(q); // expected-warning {{queue_pop() relies on what `q->length` was before `q->mutex` was given back}} expected-note@* 0+{{}}
}

int cost_of_next_bad(struct queue *q) {
    if (queue_is_empty(q))
        return 0;
    struct job *job = queue_try_pop(q); // expected-warning {{queue_try_pop() relies on what `q->length` was}} expected-note@* 0+{{}}
    int cost = job->cost;
    free(job);
    return cost;
}

int cost_of_next_ok(struct queue *q) {
    if (queue_is_empty(q))
        return 0;
    struct job *job = queue_try_pop(q);
    int cost = job ? job->cost : 0;
    free(job);
    return cost;
}

/* ---- a map that locks itself ---- */

static gboolean names_have(struct queue *q, const char *name) {
    g_mutex_lock(&q->mutex);
    gboolean have = g_hash_table_contains(q->names, name);
    g_mutex_unlock(&q->mutex);
    return have;
}

static void names_put(struct queue *q, char *name, void *value) {
    g_mutex_lock(&q->mutex);
    g_hash_table_replace(q->names, name, value);
    g_mutex_unlock(&q->mutex);
}

static gboolean names_put_new(struct queue *q, char *name, void *value) {
    g_mutex_lock(&q->mutex);
    gboolean new = !g_hash_table_contains(q->names, name);
    if (new)
        g_hash_table_insert(q->names, name, value);
    g_mutex_unlock(&q->mutex);
    return new;
}

void put_bad(struct queue *q, char *name, void *value) {
    if (!names_have(q, name))
        names_put(q, name, value); // expected-warning {{names_put() relies on what `q->names` was}} expected-note@* 0+{{}}
}

void put_ok(struct queue *q, char *name, void *value) {
    if (!names_have(q, name))
        names_put_new(q, name, value);
}

/* The outcome of an operation is no answer to decide on. */
void put_back_ok(struct queue *q) {
    struct job *job = queue_try_pop(q);
    if (job)
        queue_push(q, job);
}

/* ---- a callee that drops the lock ---- */

static void rest(struct queue *q) {
    g_mutex_unlock(&q->mutex);
    g_usleep(10);
    g_mutex_lock(&q->mutex);
}

struct job *take_bad(struct queue *q) {
    struct job *job = NULL;
    g_mutex_lock(&q->mutex);
    if (q->length > 0) {
        rest(q);
        job = q->first;
        q->first = job->next;
        q->length--; // expected-warning {{this write to `q->length` relies on}} expected-note@* 0+{{}}
    }
    g_mutex_unlock(&q->mutex);
    return job;
}

struct job *take_ok(struct queue *q) {
    struct job *job = NULL;
    g_mutex_lock(&q->mutex);
    if (q->length > 0)
        rest(q);
    if (q->length > 0) {
        job = q->first;
        q->first = job->next;
        q->length--;
    }
    g_mutex_unlock(&q->mutex);
    return job;
}
