/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A lock beside the data it guards, pthread names, an interface of external functions. */
#include <pthread.h>
#include <stdlib.h>

struct counter {
    pthread_mutex_t lock;
    long hits;
    long *samples;
};

struct counter *counter_new(void) {
    struct counter *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    pthread_mutex_init(&c->lock, NULL);
    c->hits = 0; /* nobody else knows it yet */
    return c;
}

void counter_add_ok(struct counter *c, long n) {
    pthread_mutex_lock(&c->lock);
    c->hits += n;
    pthread_mutex_unlock(&c->lock);
}

long counter_get_ok(struct counter *c) {
    pthread_mutex_lock(&c->lock);
    long hits = c->hits;
    pthread_mutex_unlock(&c->lock);
    return hits;
}

void counter_reset_ok(struct counter *c) {
    pthread_mutex_lock(&c->lock);
    c->hits = 0;
    pthread_mutex_unlock(&c->lock);
}

void counter_double_bad(struct counter *c) {
    c->hits *= 2; // expected-warning {{write to `c->hits` without holding `c->lock`}} expected-note@* {{held, in}}
}

long counter_early_bad(struct counter *c) {
    long before = c->hits; // expected-warning {{read of `c->hits` without holding `c->lock`}} expected-note@* {{held, in}}
    pthread_mutex_lock(&c->lock);
    before += c->hits;
    pthread_mutex_unlock(&c->lock);
    return before;
}

void counter_free(struct counter *c) {
    c->hits = 0; /* the object ends here */
    pthread_mutex_destroy(&c->lock);
    free(c);
}
