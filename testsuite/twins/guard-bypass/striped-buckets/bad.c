/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=array of spinlocks, one path without
/*
 * A connection tracker has one spinlock per stripe of its bucket array. Insertion and lookup
 * take the stripe's lock; the flush command empties the buckets without any of them.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BUCKETS 256
#define STRIPES 16
#define STRIPE(b) ((b) % STRIPES)

struct track {
    struct track *next;
    uint64_t tuple;
    uint32_t packets;
};

struct tracker {
    struct track *buckets[BUCKETS];
    pthread_spinlock_t stripes[STRIPES];
    uint32_t seed; /* chosen at start */
};

static unsigned bucket_of(const struct tracker *t, uint64_t tuple) {
    return (unsigned)((tuple ^ t->seed) * 0x9e3779b97f4a7c15ull >> 56) % BUCKETS;
}

static int tracker_packet(struct tracker *t, uint64_t tuple) {
    unsigned b = bucket_of(t, tuple);
    struct track *fresh = NULL, *e;
retry:
    pthread_spin_lock(&t->stripes[STRIPE(b)]);
    for (e = t->buckets[b]; e; e = e->next)
        if (e->tuple == tuple)
            break;
    if (!e && !fresh) {
        pthread_spin_unlock(&t->stripes[STRIPE(b)]);
        fresh = calloc(1, sizeof(*fresh)); /* not under a spinlock */
        if (!fresh)
            return -1;
        fresh->tuple = tuple;
        goto retry;
    }
    if (!e) {
        e = fresh;
        fresh = NULL;
        e->next = t->buckets[b];
        t->buckets[b] = e;
    }
    e->packets++;
    pthread_spin_unlock(&t->stripes[STRIPE(b)]);
    free(fresh);
    return 0;
}

static uint32_t tracker_packets(struct tracker *t, uint64_t tuple) {
    unsigned b = bucket_of(t, tuple);
    uint32_t packets = 0;
    pthread_spin_lock(&t->stripes[STRIPE(b)]);
    for (struct track *e = t->buckets[b]; e; e = e->next)
        if (e->tuple == tuple)
            packets = e->packets;
    pthread_spin_unlock(&t->stripes[STRIPE(b)]);
    return packets;
}

static unsigned tracker_flush(struct tracker *t) {
    unsigned freed = 0;
    for (unsigned b = 0; b < BUCKETS; b++) {
        struct track *e = t->buckets[b]; // BAD(guard-bypass,unlocked-access)
        t->buckets[b] = NULL; // BAD(guard-bypass,unlocked-access)
        while (e) {
            struct track *next = e->next;
            free(e);
            e = next;
            freed++;
        }
    }
    return freed;
}

static struct tracker tracker;

static void *rx_main(void *arg) {
    uint64_t base = (uint64_t)(size_t)arg;
    uint32_t seen = 0;
    for (uint64_t i = 0; i < 400; i++) {
        if (tracker_packet(&tracker, base + i % 50) != 0)
            break;
        seen += tracker_packets(&tracker, base + i % 50);
    }
    return (void *)(size_t)seen;
}

static void *admin_main(void *arg) {
    unsigned freed = 0;
    (void)arg;
    for (int i = 0; i < 3; i++)
        freed += tracker_flush(&tracker);
    printf("flushed %u\n", freed);
    return NULL;
}

int main(void) {
    pthread_t rx[2], admin;
    tracker.seed = 77;
    for (unsigned i = 0; i < STRIPES; i++)
        pthread_spin_init(&tracker.stripes[i], PTHREAD_PROCESS_PRIVATE);
    for (size_t i = 0; i < 2; i++)
        if (pthread_create(&rx[i], NULL, rx_main, (void *)(i * 25)) != 0)
            return 1;
    if (pthread_create(&admin, NULL, admin_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(rx[i], NULL);
    pthread_join(admin, NULL);
    tracker_flush(&tracker);
    return 0;
}
