/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=_locked helper called without the lock
/*
 * A DHCP lease table has helpers whose names end in _locked and expect their caller to hold the
 * lock. All callers do, but the expiry thread calls lease_drop_locked without it. Here the
 * expiry thread takes the lock around its round.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LEASE_BUCKETS 64

struct lease {
    struct lease *next;
    uint64_t mac;
    uint32_t address;
    unsigned expires;
};

struct lease_table {
    pthread_mutex_t lock;
    struct lease *buckets[LEASE_BUCKETS];
    unsigned count;
    uint32_t next_address;
};

static atomic_uint now;

static struct lease **lease_slot_locked(struct lease_table *t, uint64_t mac) {
    struct lease **slot = &t->buckets[mac % LEASE_BUCKETS];
    while (*slot && (*slot)->mac != mac)
        slot = &(*slot)->next;
    return slot;
}

static bool lease_drop_locked(struct lease_table *t, uint64_t mac, bool only_expired) {
    struct lease **slot = lease_slot_locked(t, mac);
    struct lease *lease = *slot;
    if (!lease || (only_expired && lease->expires > atomic_load(&now)))
        return false;
    *slot = lease->next;
    t->count--;
    free(lease);
    return true;
}

static uint32_t lease_renew(struct lease_table *t, uint64_t mac) {
    uint32_t address = 0;
    pthread_mutex_lock(&t->lock);
    struct lease **slot = lease_slot_locked(t, mac);
    if (!*slot) {
        struct lease *lease = calloc(1, sizeof(*lease));
        if (!lease)
            goto out;
        lease->mac = mac;
        lease->address = t->next_address++;
        *slot = lease;
        t->count++;
    }
    (*slot)->expires = atomic_load(&now) + 3;
    address = (*slot)->address;
out:
    pthread_mutex_unlock(&t->lock);
    return address;
}

static bool lease_release(struct lease_table *t, uint64_t mac) {
    pthread_mutex_lock(&t->lock);
    bool dropped = lease_drop_locked(t, mac, false);
    pthread_mutex_unlock(&t->lock);
    return dropped;
}

static bool lease_replace(struct lease_table *t, uint64_t old_mac, uint64_t new_mac) {
    lease_release(t, old_mac);
    return lease_renew(t, new_mac) != 0;
}

static unsigned lease_expire_round(struct lease_table *t, uint64_t first, uint64_t last) {
    unsigned dropped = 0;
    pthread_mutex_lock(&t->lock);
    for (uint64_t mac = first; mac <= last; mac++)
        dropped += lease_drop_locked(t, mac, true);
    pthread_mutex_unlock(&t->lock);
    return dropped;
}

static void *expiry_main(void *arg) {
    struct lease_table *t = arg;
    size_t total = 0;
    for (int i = 0; i < 30; i++) {
        atomic_fetch_add(&now, 1);
        total += lease_expire_round(t, 100, 120);
    }
    return (void *)total;
}

static void *server_main(void *arg) {
    struct lease_table *t = arg;
    for (uint64_t i = 0; i < 500; i++) {
        lease_renew(t, 100 + i % 20);
        if (i % 7 == 0)
            lease_release(t, 100 + i % 20);
        if (i % 31 == 0)
            lease_replace(t, 100 + i % 20, 100 + (i + 1) % 20);
    }
    return NULL;
}

int main(void) {
    struct lease_table *t = calloc(1, sizeof(*t));
    pthread_t expiry, server;
    if (!t || pthread_mutex_init(&t->lock, NULL) != 0)
        return 1;
    t->next_address = 0xc0a80002;
    pthread_create(&server, NULL, server_main, t);
    pthread_create(&expiry, NULL, expiry_main, t);
    pthread_join(server, NULL);
    pthread_join(expiry, NULL);
    printf("%u leases\n", t->count);
    for (uint64_t mac = 100; mac <= 120; mac++)
        lease_drop_locked(t, mac, false);
    pthread_mutex_destroy(&t->lock);
    free(t);
    return 0;
}
