/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "rtlock.h"
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAX_ROUTES 64

struct route {
    uint32_t prefix, mask;
    int port;
};

struct route_table {
    struct rtlock *lock;
    struct route routes[MAX_ROUTES];
    unsigned count;
};

static int route_find_locked(struct route_table *t, uint32_t address, unsigned *last_hit) {
    unsigned i = *last_hit;
    if (i < t->count && (address & t->routes[i].mask) == t->routes[i].prefix)
        return t->routes[i].port;
    for (i = 0; i < t->count; i++) {
        if ((address & t->routes[i].mask) != t->routes[i].prefix)
            continue;
        *last_hit = i;
        return t->routes[i].port;
    }
    return -1;
}

static int route_forward(struct route_table *t, uint32_t address, unsigned *last_hit) {
    rtlock_rdlock(t->lock);
    int port = route_find_locked(t, address, last_hit);
    rtlock_unlock(t->lock);
    return port;
}

static int route_add(struct route_table *t, uint32_t prefix, uint32_t mask, int port) {
    int status = -1;
    rtlock_wrlock(t->lock);
    if (t->count < MAX_ROUTES) {
        struct route *r = &t->routes[t->count++];
        r->prefix = prefix & mask;
        r->mask = mask;
        r->port = port;
        status = 0;
    }
    rtlock_unlock(t->lock);
    return status;
}

static void route_drop_port(struct route_table *t, int port) {
    rtlock_wrlock(t->lock);
    for (unsigned i = 0; i < t->count;) {
        if (t->routes[i].port == port)
            t->routes[i] = t->routes[--t->count];
        else
            i++;
    }
    rtlock_unlock(t->lock);
}

static struct route_table table;

static void *forward_main(void *arg) {
    uint32_t base = *(uint32_t *)arg;
    size_t dropped = 0;
    unsigned last_hit = 0;
    for (uint32_t i = 0; i < 2000; i++)
        dropped += route_forward(&table, base + (i << 6), &last_hit) < 0;
    return (void *)dropped;
}

static void *control_main(void *arg) {
    (void)arg;
    for (uint32_t i = 0; i < 40; i++) {
        route_add(&table, 0x0a000000 + (i << 8), 0xffffff00, (int)(i % 4));
        if (i % 10 == 9)
            route_drop_port(&table, 3);
    }
    return NULL;
}

int main(void) {
    pthread_t forward[2], control;
    uint32_t base = 0x0a000000;
    memset(&table, 0, sizeof(table));
    table.lock = rtlock_new();
    if (!table.lock)
        return 1;
    if (pthread_create(&control, NULL, control_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&forward[i], NULL, forward_main, &base) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(forward[i], NULL);
    pthread_join(control, NULL);
    printf("%u routes\n", table.count);
    rtlock_free(table.lock);
    return 0;
}
