/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef POOL_H
#define POOL_H
#include "sync.h"
#include <stdbool.h>

struct backend {
    struct backend *next;
    char address[48];
    int weight;
    bool up;
    unsigned failures;
};

struct pool {
    sync_rw_t lock;
    struct backend *backends;
    int live;
};

int pool_init(struct pool *pool);
int pool_add(struct pool *pool, const char *address, int weight);
bool pool_pick(struct pool *pool, unsigned hash, char *address, unsigned size);
void pool_mark_down(struct pool *pool, const char *address);
void pool_mark_up(struct pool *pool, const char *address);
void pool_destroy(struct pool *pool);
#endif
