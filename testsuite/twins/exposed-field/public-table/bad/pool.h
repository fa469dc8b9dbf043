/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef POOL_H
#define POOL_H
#include <pthread.h>
#include <stdbool.h>
#include <uthash.h>

struct pooled {
    int id;
    bool busy;
    UT_hash_handle hh;
};

struct session_pool {
    pthread_rwlock_t rwlock;
    struct pooled *sessions;
    unsigned created;
};

int pool_init(struct session_pool *pool);
bool pool_create(struct session_pool *pool, int id);
bool pool_take(struct session_pool *pool, int id);
void pool_give(struct session_pool *pool, int id);
unsigned pool_busy(struct session_pool *pool);
void pool_clear(struct session_pool *pool);
#endif
