/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "hostcache.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST_SLOTS 32
static pthread_rwlock_t hc_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct host_entry *hc_slots[HOST_SLOTS];

static void hc_rlock(void) { pthread_rwlock_rdlock(&hc_lock); }
static void hc_wlock(void) { pthread_rwlock_wrlock(&hc_lock); }
static void hc_unlock(void) { pthread_rwlock_unlock(&hc_lock); }

static struct host_entry **hc_slot(const char *name) {
    unsigned h = 0;
    while (*name)
        h = h * 31 + (unsigned char)*name++;
    return &hc_slots[h % HOST_SLOTS];
}

static struct host_entry *hc_lookup(const char *name) {
    struct host_entry *e = *hc_slot(name);
    while (e && strcmp(e->name, name) != 0)
        e = e->next;
    return e;
}

int hostcache_store(const char *name, const uint32_t *ip, int addresses, long expires) {
    struct host_entry *e;
    int status = -1;

    hc_wlock();
    e = hc_lookup(name);
    if (!e) {
        struct host_entry **slot = hc_slot(name);
        e = calloc(1, sizeof(*e));
        if (!e)
            goto out;
        snprintf(e->name, sizeof(e->name), "%s", name);
        e->next = *slot;
        *slot = e;
    }
    memcpy(e->ip, ip, (size_t)addresses * sizeof(*ip));
    e->addresses = addresses;
    e->expires = expires;
    status = 0;
out:
    hc_unlock();
    return status;
}

const struct host_entry *hostcache_find(const char *name, long now) {
    struct host_entry *e;

    hc_rlock();
    e = hc_lookup(name);
    if (e && e->expires < now)
        e = NULL;
    hc_unlock();
    return e; // BAD(escaping-reference)
}

int hostcache_expire(long now) {
    int dropped = 0;
    hc_wlock();
    for (int i = 0; i < HOST_SLOTS; i++)
        for (struct host_entry **link = &hc_slots[i], *e; (e = *link);) {
            if (e->expires >= now) {
                link = &e->next;
                continue;
            }
            *link = e->next;
            free(e);
            dropped++;
        }
    hc_unlock();
    return dropped;
}
