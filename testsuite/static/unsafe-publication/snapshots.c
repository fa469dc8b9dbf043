/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Snapshots behind an atomic pointer: changed, freed, stored in the wrong order; lists under RCU. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct table {
    int size;
    int weight[8];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct table *) current;
static _Atomic(struct table *) fallback;
static _Atomic(struct table *) early;

int table_weight_ok(int i) {
    struct table *t = atomic_load(&current); // expected-note 0-1 {{it is loaded here without a lock, in table_weight_ok()}}
    return t ? t->weight[i & 7] : 0; // expected-note {{`t->weight[]` is read here, in table_weight_ok(); change a copy and publish that}}
}

int table_fallback_ok(int i) {
    struct table *t = atomic_load(&fallback);
    return t ? t->weight[i & 7] : 0;
}

int table_early_ok(void) {
    struct table *t = atomic_load_explicit(&early, memory_order_acquire); // expected-note {{it is loaded here without a lock}}
    return t ? t->size : 0;
}

void table_set_bad(int i, int weight) {
    pthread_mutex_lock(&lock);
    struct table *t = atomic_load(&current);
    t->weight[i & 7] = weight; // expected-warning {{`t->weight[]` is changed in a snapshot that was published through `current`; its readers take no lock}}
    pthread_mutex_unlock(&lock);
}

static struct table *copy_of(const struct table *from, int i, int weight) {
    struct table *t = calloc(1, sizeof *t);
    if (from)
        *t = *from;
    t->weight[i & 7] = weight;
    return t;
}

void table_replace_bad(int i, int weight) {
    pthread_mutex_lock(&lock);
    struct table *old = atomic_load(&current);
    struct table *t = copy_of(old, i, weight);
    atomic_store(&current, t); // expected-note {{it is replaced here}}
    pthread_mutex_unlock(&lock);
    free(old); // expected-warning {{what `current` pointed to is freed at once; readers that loaded it may still be at work}}
}

/* Readers of this one are waited for. */
extern void wait_for_readers(void);

void table_replace_ok(int i, int weight) {
    pthread_mutex_lock(&lock);
    struct table *old = atomic_load(&fallback);
    struct table *t = copy_of(old, i, weight);
    atomic_store(&fallback, t);
    pthread_mutex_unlock(&lock);
    wait_for_readers();
    free(old);
}

void table_make_bad(void) {
    struct table *t = calloc(1, sizeof *t);
    t->size = 8;
    atomic_store_explicit(&early, t, memory_order_relaxed); // expected-warning {{a new object is published through `early` by a relaxed store, which does not order what was written to it before}}
}

void table_make_ok(void) {
    struct table *t = calloc(1, sizeof *t);
    t->size = 8;
    atomic_store_explicit(&early, t, memory_order_release);
}

void table_make_fence_ok(void) {
    struct table *t = calloc(1, sizeof *t);
    t->size = 8;
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&early, t, memory_order_relaxed);
}

/* ---- RCU lists ---- */

struct link {
    struct link *next, *previous;
};
struct node {
    struct link link;
    int value;
};
extern void rcu_read_lock(void), rcu_read_unlock(void), synchronize_rcu(void);
extern void list_del_rcu(struct link *link);

void node_remove_bad(struct node *n) {
    list_del_rcu(&n->link); // expected-note {{it is taken out here; synchronize_rcu() or call_rcu() comes before the free}}
    free(n); // expected-warning {{an element is freed without a grace period after list_del_rcu() took it out}}
}

void node_remove_ok(struct node *n) {
    list_del_rcu(&n->link);
    synchronize_rcu();
    free(n);
}

int node_value_ok(struct node *n) {
    rcu_read_lock();
    int value = n->value;
    rcu_read_unlock();
    return value;
}
