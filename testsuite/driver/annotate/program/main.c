/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "store.h"
#include <stdio.h>

static pthread_rwlock_t totals_lock = PTHREAD_RWLOCK_INITIALIZER;
static long totals[4], rounds;

static void add_total(int place, long value) {
    totals[place & 3] += value;
    rounds++;
}

static long average(void) {
    long sum;
    pthread_rwlock_rdlock(&totals_lock);
    sum = rounds ? totals[0] / rounds : 0;
    pthread_rwlock_unlock(&totals_lock);
    return sum;
}

static int value_of(struct store *store, int key) {
    store_lock(store);
    struct item *item = store_find(store, key);
    int value = item ? item->value : 0;
    store_unlock(store);
    return value;
}

static void *work(void *data) {
    struct store *store = data;
    for (int i = 0; i < 1000; i++) {
        store_put(store, i % 16, i);
        pthread_rwlock_wrlock(&totals_lock);
        add_total(i, value_of(store, i % 16));
        pthread_rwlock_unlock(&totals_lock);
    }
    return NULL;
}

int main(void) {
    struct store *store = store_new();
    pthread_t threads[2];
    if (!store)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, work, store) != 0)
            return 1;
    printf("%ld\n", average());
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    store_free(store);
    return 0;
}
