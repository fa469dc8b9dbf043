/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=raw-internals, libs=uthash+pthread, note=the key of an element is changed while it is in
// the table
/*
 * Order book of a restaurant daemon, hashed by table number. Moving guests changes the number of the
 * order in place, under the lock, so that the order is in the wrong bucket and is never found again.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct order {
    int table;
    int items;
    UT_hash_handle hh;
};

static struct order *orders;
static pthread_mutex_t orders_mutex = PTHREAD_MUTEX_INITIALIZER;

static struct order *order_lookup(int table) {
    struct order *o;
    HASH_FIND_INT(orders, &table, o);
    return o;
}

static int order_item(int table) {
    struct order *o;
    int items = -1;

    pthread_mutex_lock(&orders_mutex);
    o = order_lookup(table);
    if (!o && (o = calloc(1, sizeof(*o)))) {
        o->table = table;
        HASH_ADD_INT(orders, table, o);
    }
    if (o)
        items = ++o->items;
    pthread_mutex_unlock(&orders_mutex);
    return items;
}

static int order_move(int from, int to) {
    struct order *o;
    int moved = 0;

    pthread_mutex_lock(&orders_mutex);
    o = order_lookup(from);
    if (o && !order_lookup(to)) {
        HASH_DEL(orders, o);
        o->table = to;
        HASH_ADD_INT(orders, table, o);
        moved = 1;
    }
    pthread_mutex_unlock(&orders_mutex);
    return moved;
}

static int order_pay(int table) {
    int items = 0;
    struct order *o;

    pthread_mutex_lock(&orders_mutex);
    o = order_lookup(table);
    if (o) {
        items = o->items;
        HASH_DEL(orders, o);
    }
    pthread_mutex_unlock(&orders_mutex);
    free(o);
    return items;
}

static void *waiter_main(void *arg) {
    int start = *(int *)arg;
    long sold = 0;
    for (int i = 0; i < 2000; i++) {
        order_item((start + i) % 12);
        if (i % 5 == 0)
            order_move((start + i) % 12, (start + i * 7) % 12);
        if (i % 9 == 0)
            sold += order_pay((start + i) % 12);
    }
    printf("%ld sold\n", sold);
    return NULL;
}

int main(void) {
    pthread_t waiters[2];
    struct order *o, *tmp;
    int starts[2] = {0, 6};

    for (int i = 0; i < 2; i++)
        if (pthread_create(&waiters[i], NULL, waiter_main, &starts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(waiters[i], NULL);
    HASH_ITER(hh, orders, o, tmp) {
        HASH_DEL(orders, o);
        free(o);
    }
    return 0;
}
