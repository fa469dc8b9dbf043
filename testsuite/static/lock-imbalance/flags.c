/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Functions that are told in the bits of a flag whether their caller holds the lock. */
#include <pthread.h>

enum { NO_LOCK = 1, CREATE = 2 };

struct table {
    pthread_mutex_t lock;
    int first;
};

static int table_find(struct table *table, int flags) {
    if (!(flags & NO_LOCK))
        pthread_mutex_lock(&table->lock);
    if (flags & CREATE)
        table->first++;
    int first = table->first;
    if (!(flags & NO_LOCK))
        pthread_mutex_unlock(&table->lock);
    return first;
}

int told_ok(struct table *table) {
    pthread_mutex_lock(&table->lock);
    int first = table_find(table, NO_LOCK | CREATE);
    pthread_mutex_unlock(&table->lock);
    return first + table_find(table, CREATE) + table_find(table, 0);
}

static void table_enter(struct table *table, int flags) {
    if (!(flags & NO_LOCK))
        pthread_mutex_lock(&table->lock);
}

int told_wrongly_bad(struct table *table) {
    pthread_mutex_lock(&table->lock); // expected-note {{it was taken here before}}
    table_enter(table, NO_LOCK);
    table_enter(table, CREATE); // expected-warning {{`table->lock` is taken again by the thread that holds it: it waits for itself}}
    int first = table->first;
    pthread_mutex_unlock(&table->lock);
    return first;
}
