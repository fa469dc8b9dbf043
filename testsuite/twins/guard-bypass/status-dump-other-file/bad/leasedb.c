/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "leasedb.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct leasedb leasedb;
static pthread_mutex_t leasedb_mutex = PTHREAD_MUTEX_INITIALIZER;

void leasedb_lock(void) { pthread_mutex_lock(&leasedb_mutex); }

void leasedb_unlock(void) { pthread_mutex_unlock(&leasedb_mutex); }

static struct lease **lease_link(unsigned ip) {
    struct lease **link = &leasedb.buckets[ip % 16];
    while (*link && (*link)->ip != ip)
        link = &(*link)->next;
    return link;
}

bool leasedb_bind(unsigned ip, const char *hostname, long expires) {
    leasedb_lock();
    struct lease **link = lease_link(ip), *l = *link;
    if (!l && (l = calloc(1, sizeof(*l)))) {
        l->ip = ip;
        *link = l;
        leasedb.count++;
    }
    if (l) {
        snprintf(l->hostname, sizeof(l->hostname), "%s", hostname);
        l->expires = expires;
    }
    leasedb_unlock();
    return l != NULL;
}

bool leasedb_release(unsigned ip) {
    leasedb_lock();
    struct lease **link = lease_link(ip), *l = *link;
    if (l) {
        *link = l->next;
        leasedb.count--;
    }
    leasedb_unlock();
    free(l);
    return l != NULL;
}

unsigned leasedb_expire(long now) {
    unsigned n = 0;
    leasedb_lock();
    for (int b = 0; b < 16; b++)
        for (struct lease **link = &leasedb.buckets[b], *l; (l = *link);) {
            if (l->expires > now) {
                link = &l->next;
                continue;
            }
            *link = l->next;
            leasedb.count--;
            free(l);
            n++;
        }
    leasedb_unlock();
    return n;
}
