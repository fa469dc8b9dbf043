/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=pthread, note=counters in a nested struct updated through a local
// pointer under the read lock
/*
 * Rule table of a packet filter. The match runs under the read lock and counts bytes and packets in the
 * rule, through a local pointer to the rule's statistics. The fix makes them atomics.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct rule_stats {
    _Atomic uint64_t packets, bytes;
};

struct rule {
    struct rule *next;
    uint32_t from, to;
    int verdict;
    struct rule_stats stats;
};

struct chain {
    pthread_rwlock_t lock;
    struct rule *rules;
    int policy;
};

static struct chain input = {.lock = PTHREAD_RWLOCK_INITIALIZER, .policy = 1};

static inline void count_packet(struct rule_stats *st, uint32_t length) {
    atomic_fetch_add_explicit(&st->packets, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&st->bytes, length, memory_order_relaxed);
}

static int chain_verdict(struct chain *c, uint32_t address, uint32_t length) {
    int verdict;

    pthread_rwlock_rdlock(&c->lock);
    verdict = c->policy;
    for (struct rule *r = c->rules; r; r = r->next) {
        if (address < r->from || address > r->to)
            continue;
        struct rule_stats *st = &r->stats;
        count_packet(st, length);
        verdict = r->verdict;
        break;
    }
    pthread_rwlock_unlock(&c->lock);
    return verdict;
}

static int chain_insert(struct chain *c, uint32_t from, uint32_t to, int verdict) {
    struct rule *r = calloc(1, sizeof(*r));
    if (!r)
        return -1;
    r->from = from;
    r->to = to;
    r->verdict = verdict;
    pthread_rwlock_wrlock(&c->lock);
    r->next = c->rules;
    c->rules = r;
    pthread_rwlock_unlock(&c->lock);
    return 0;
}

static uint64_t chain_zero(struct chain *c) {
    uint64_t bytes = 0;
    pthread_rwlock_wrlock(&c->lock);
    for (struct rule *r = c->rules; r; r = r->next) {
        bytes += r->stats.bytes;
        r->stats.packets = 0;
        r->stats.bytes = 0;
    }
    pthread_rwlock_unlock(&c->lock);
    return bytes;
}

static void *rx_main(void *arg) {
    uint32_t seed = *(uint32_t *)arg, accepted = 0;
    for (int i = 0; i < 4000; i++) {
        seed = seed * 1664525u + 1013904223u;
        accepted += (uint32_t)chain_verdict(&input, seed >> 20, seed & 1500);
    }
    printf("%u accepted\n", accepted);
    return NULL;
}

int main(void) {
    pthread_t rx[3];
    uint32_t seeds[3] = {1, 2, 3};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&rx[i], NULL, rx_main, &seeds[i]) != 0)
            return 1;
    for (uint32_t i = 0; i < 10; i++)
        if (chain_insert(&input, i * 300, i * 300 + 150, i % 2 == 0) != 0)
            return 1;
    uint64_t bytes = chain_zero(&input);
    for (int i = 0; i < 3; i++)
        pthread_join(rx[i], NULL);
    bytes += chain_zero(&input);
    printf("%llu bytes\n", (unsigned long long)bytes);
    while (input.rules) {
        struct rule *r = input.rules;
        input.rules = r->next;
        free(r);
    }
    return 0;
}
