/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "pool.h"
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static struct pool pool;
static atomic_int running = 1;
static atomic_ulong served;

static void *health_main(void *arg) {
    unsigned round = 0;
    (void)arg;
    while (atomic_load(&running)) {
        const char *address = round % 2 ? "10.1.0.1:80" : "10.1.0.2:80";
        if (round % 3 == 0)
            pool_mark_down(&pool, address);
        else
            pool_mark_up(&pool, address);
        round++;
        usleep(300);
    }
    return NULL;
}

static void *listener_main(void *arg) {
    char address[48];
    (void)arg;
    for (unsigned i = 0; i < 2000; i++)
        if (pool_pick(&pool, i * 7, address, sizeof(address)))
            atomic_fetch_add(&served, 1);
    return NULL;
}

int main(void) {
    pthread_t health, listeners[2];
    if (pool_init(&pool) != 0)
        return 1;
    pool_add(&pool, "10.1.0.1:80", 1);
    pool_add(&pool, "10.1.0.2:80", 2);
    if (pthread_create(&health, NULL, health_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&listeners[i], NULL, listener_main, NULL) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(listeners[i], NULL);
    atomic_store(&running, 0);
    pthread_join(health, NULL);
    printf("%lu served\n", atomic_load(&served));
    pool_destroy(&pool);
    return 0;
}
