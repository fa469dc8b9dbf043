/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* "The caller holds the lock", without annotations: one caller forgets. */
#include <pthread.h>

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static int table[64];
static int used;

static void table_put(int value) {
    table[used] = value;
    used++;
}

void add_ok(int value) {
    pthread_mutex_lock(&table_lock);
    table_put(value);
    pthread_mutex_unlock(&table_lock);
}

void add_twice_ok(int value) {
    pthread_mutex_lock(&table_lock);
    table_put(value);
    table_put(value);
    pthread_mutex_unlock(&table_lock);
}

static void *worker(void *unused) {
    for (int i = 0; i < 8; i++)
        add_ok(i);
    table_put(9); // expected-warning {{table_put() is called without `table_lock`, which its other callers hold}} expected-note@* 1+{{}}
    return unused;
}

int start(pthread_t *threads) {
    return pthread_create(&threads[0], NULL, worker, NULL) ||
           pthread_create(&threads[1], NULL, worker, NULL);
}
