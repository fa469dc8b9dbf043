/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef STORE_H
#define STORE_H
#include <pthread.h>

struct item {
    struct item *next;
    int key, value;
};

struct store {
    pthread_mutex_t lock;
    struct item *first;
    unsigned count;
};

struct store *store_new(void);
void store_free(struct store *store);
void store_lock(struct store *s);
void store_unlock(struct store *s);
/* The caller holds the lock. */
struct item *store_find(const struct store *the_store, int key);
int store_put(struct store *store, int key, int value);
#endif
