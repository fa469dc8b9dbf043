/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=reference taken under the lock keeps the element after it
/*
 * Correct: a lookup takes a reference while it holds the table's lock, so the element may be
 * used after the unlock; its mutable part has a lock of its own; removal drops the table's
 * reference.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define BUCKETS 32

struct conn {
    struct conn *next; /* under table_lock */
    unsigned id;       /* constant */
    atomic_uint refs;
    pthread_mutex_t lock;
    unsigned long bytes; /* under lock */
};

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct conn *table[BUCKETS];

static struct conn *conn_ref(struct conn *c) {
    atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

static void conn_unref(struct conn *c) {
    if (atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
        return;
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static struct conn *conn_new(unsigned id) {
    struct conn *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    pthread_mutex_init(&c->lock, NULL);
    atomic_init(&c->refs, 1);
    c->id = id;
    return c;
}

static struct conn *table_get(unsigned id) {
    struct conn *c;
    pthread_mutex_lock(&table_lock);
    for (c = table[id % BUCKETS]; c; c = c->next)
        if (c->id == id)
            break;
    if (c)
        conn_ref(c);
    pthread_mutex_unlock(&table_lock);
    return c;
}

/* Returns the connection known by that number, new or not, with a reference for the caller. */
static struct conn *table_get_or_add(unsigned id) {
    struct conn *c = table_get(id), *known;
    if (c)
        return c;
    c = conn_new(id);
    if (!c)
        return NULL;
    pthread_mutex_lock(&table_lock);
    for (known = table[id % BUCKETS]; known; known = known->next)
        if (known->id == id)
            break;
    if (known) {
        conn_ref(known);
    } else {
        c->next = table[id % BUCKETS];
        table[id % BUCKETS] = conn_ref(c);
    }
    pthread_mutex_unlock(&table_lock);
    if (!known)
        return c;
    conn_unref(c);
    return known;
}

static bool table_remove(unsigned id) {
    struct conn **link, *c;
    pthread_mutex_lock(&table_lock);
    for (link = &table[id % BUCKETS]; (c = *link) != NULL; link = &c->next)
        if (c->id == id)
            break;
    if (c)
        *link = c->next;
    pthread_mutex_unlock(&table_lock);
    if (c)
        conn_unref(c);
    return c != NULL;
}

static unsigned long conn_received(struct conn *c, unsigned long bytes) {
    unsigned long sum;
    pthread_mutex_lock(&c->lock);
    sum = c->bytes += bytes;
    pthread_mutex_unlock(&c->lock);
    return sum;
}

static void *worker_main(void *arg) {
    unsigned base = *(unsigned *)arg;
    unsigned long most = 0;
    for (unsigned i = 0; i < 500; i++) {
        struct conn *c = table_get_or_add(base + i % 20);
        if (!c)
            break;
        unsigned long sum = conn_received(c, c->id + 1);
        if (sum > most)
            most = sum;
        conn_unref(c);
        if (i % 6 == 0)
            table_remove(base + (i + 3) % 20);
    }
    return (void *)most;
}

int main(void) {
    pthread_t threads[2];
    unsigned bases[2] = {0, 10};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, worker_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (unsigned id = 0; id < 30; id++)
        table_remove(id);
    return 0;
}
