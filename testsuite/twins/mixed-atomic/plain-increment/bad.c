/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=mixed-atomic, libs=pthread, note=__atomic builtins on one side, ++ on the other
/*
 * A bloom filter counts its insertions with __atomic builtins in the hot path. The bulk loader,
 * which runs on a thread of its own, increments the same counter with a plain +=.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define BITS 4096

struct bloom {
    uint64_t words[BITS / 64]; /* __atomic builtins only */
    uint64_t insertions;       /* __atomic builtins only */
};

static struct bloom filter;

static uint32_t mix(uint32_t key, uint32_t round) {
    key ^= round * 0x9e3779b9u;
    key *= 0x85ebca6bu;
    return key ^ key >> 13;
}

static void bloom_set(struct bloom *f, uint32_t bit) {
    bit %= BITS;
    __atomic_fetch_or(&f->words[bit / 64], 1ull << (bit % 64), __ATOMIC_RELAXED);
}

static bool bloom_test(const struct bloom *f, uint32_t bit) {
    bit %= BITS;
    return __atomic_load_n(&f->words[bit / 64], __ATOMIC_RELAXED) >> (bit % 64) & 1;
}

static void bloom_add(struct bloom *f, uint32_t key) {
    for (uint32_t round = 0; round < 3; round++)
        bloom_set(f, mix(key, round));
    __atomic_fetch_add(&f->insertions, 1, __ATOMIC_RELAXED);
}

static bool bloom_may_contain(const struct bloom *f, uint32_t key) {
    for (uint32_t round = 0; round < 3; round++)
        if (!bloom_test(f, mix(key, round)))
            return false;
    return true;
}

static void bloom_load(struct bloom *f, const uint32_t *keys, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        for (uint32_t round = 0; round < 3; round++)
            bloom_set(f, mix(keys[i], round));
    f->insertions += count; // BAD(mixed-atomic)
}

static uint64_t bloom_insertions(const struct bloom *f) {
    return __atomic_load_n(&f->insertions, __ATOMIC_RELAXED);
}

static void *loader_main(void *arg) {
    uint32_t keys[32];
    uint32_t base = *(uint32_t *)arg;
    for (uint32_t block = 0; block < 10; block++) {
        for (uint32_t i = 0; i < 32; i++)
            keys[i] = base + block * 32 + i;
        bloom_load(&filter, keys, 32);
    }
    return NULL;
}

static void *query_main(void *arg) {
    uint32_t base = *(uint32_t *)arg;
    size_t hits = 0;
    for (uint32_t i = 0; i < 400; i++) {
        if (bloom_may_contain(&filter, base + i))
            hits++;
        else
            bloom_add(&filter, base + i);
    }
    return (void *)hits;
}

int main(void) {
    pthread_t loader, queries[2];
    uint32_t base = 1000;
    if (pthread_create(&loader, NULL, loader_main, &base) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&queries[i], NULL, query_main, &base) != 0)
            return 1;
    pthread_join(loader, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(queries[i], NULL);
    printf("%llu insertions\n", (unsigned long long)bloom_insertions(&filter));
    return 0;
}
