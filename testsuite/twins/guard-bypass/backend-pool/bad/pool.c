/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "pool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void pool_lock_read(struct pool *pool) { sync_rw_read(&pool->lock); }
static void pool_lock_write(struct pool *pool) { sync_rw_write(&pool->lock); }
static void pool_unlock(struct pool *pool) { sync_rw_done(&pool->lock); }

int pool_init(struct pool *pool) {
    memset(pool, 0, sizeof(*pool));
    return sync_rw_init(&pool->lock, "pool");
}

static struct backend *pool_find(struct pool *pool, const char *address) {
    struct backend *b;
    for (b = pool->backends; b; b = b->next)
        if (strcmp(b->address, address) == 0)
            break;
    return b;
}

int pool_add(struct pool *pool, const char *address, int weight) {
    struct backend *b = calloc(1, sizeof(*b));
    if (!b)
        return -1;
    snprintf(b->address, sizeof(b->address), "%s", address);
    b->weight = weight;
    b->up = true;
    pool_lock_write(pool);
    b->next = pool->backends;
    pool->backends = b;
    pool->live++;
    pool_unlock(pool);
    return 0;
}

bool pool_pick(struct pool *pool, unsigned hash, char *address, unsigned size) {
    bool found = false;
    pool_lock_read(pool);
    if (pool->live > 0) {
        int skip = (int)(hash % (unsigned)pool->live);
        for (struct backend *b = pool->backends; b; b = b->next) {
            if (!b->up || skip-- > 0)
                continue;
            snprintf(address, size, "%s", b->address);
            found = true;
            break;
        }
    }
    pool_unlock(pool);
    return found;
}

void pool_mark_down(struct pool *pool, const char *address) {
    struct backend *b;
    b = pool_find(pool, address); // BAD(guard-bypass,unlocked-access)
    if (b && b->up) { // BAD(guard-bypass,unlocked-access)
        b->up = false; // BAD(guard-bypass,unlocked-access)
        b->failures++; // BAD(guard-bypass,unlocked-access)
        pool->live--; // BAD(guard-bypass,unlocked-access)
    }
}

void pool_mark_up(struct pool *pool, const char *address) {
    struct backend *b;
    pool_lock_write(pool);
    b = pool_find(pool, address);
    if (b && !b->up) {
        b->up = true;
        pool->live++;
    }
    pool_unlock(pool);
}

void pool_destroy(struct pool *pool) {
    while (pool->backends) {
        struct backend *b = pool->backends;
        pool->backends = b->next;
        free(b);
    }
    sync_rw_destroy(&pool->lock);
}
