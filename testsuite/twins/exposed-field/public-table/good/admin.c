/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "pool.h"
#include <stdio.h>

static struct session_pool pool;

static unsigned admin_busy(struct session_pool *p) { return pool_busy(p); }

static void *client_main(void *arg) {
    int base = *(int *)arg;
    for (int i = 0; i < 300; i++) {
        pool_create(&pool, base + i % 25);
        if (pool_take(&pool, base + i % 25))
            pool_give(&pool, base + i % 25);
    }
    return NULL;
}

static void *admin_main(void *arg) {
    unsigned *peak = arg;
    for (int i = 0; i < 50; i++) {
        unsigned busy = admin_busy(&pool);
        if (busy > *peak)
            *peak = busy;
    }
    return NULL;
}

int main(void) {
    pthread_t clients[2], admin;
    int bases[2] = {0, 15};
    unsigned peak = 0;
    if (pool_init(&pool) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, &bases[i]) != 0)
            return 1;
    if (pthread_create(&admin, NULL, admin_main, &peak) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    pthread_join(admin, NULL);
    printf("peak %u busy\n", peak);
    pool_clear(&pool);
    pthread_rwlock_destroy(&pool.rwlock);
    return 0;
}
