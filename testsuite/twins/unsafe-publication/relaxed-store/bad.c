/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=pthread, note=a new rule set is published by a relaxed store
/*
 * A filter's rule set is made once and replaced seldom; readers take no lock. The pointer is stored with
 * relaxed order, so that a reader may see it before it sees the rules.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct rules {
    struct rules *older; /* freed at the end */
    unsigned count;
    unsigned limit[8];
};

static _Atomic(struct rules *) rules;

static int rules_publish(unsigned limit) {
    struct rules *made = calloc(1, sizeof(*made));
    if (!made)
        return -1;
    for (unsigned i = 0; i < 8; i++)
        made->limit[i] = limit + i;
    made->count = 8;
    made->older = atomic_load_explicit(&rules, memory_order_relaxed); /* one writer */
    atomic_store_explicit(&rules, made, memory_order_relaxed); // BAD(unsafe-publication)
    return 0;
}

static unsigned rules_check(unsigned value) {
    const struct rules *now = atomic_load_explicit(&rules, memory_order_acquire);
    unsigned passed = 0;
    for (unsigned i = 0; now && i < now->count; i++)
        passed += value < now->limit[i];
    return passed;
}

static void *filter_main(void *arg) {
    size_t passed = 0;
    unsigned first = *(unsigned *)arg;
    for (unsigned i = 0; i < 1000; i++)
        passed += rules_check(first + i % 50);
    return (void *)passed;
}

int main(void) {
    pthread_t filters[2];
    unsigned firsts[2] = {1, 7};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&filters[i], NULL, filter_main, &firsts[i]) != 0)
            return 1;
    for (unsigned i = 0; i < 20; i++)
        if (rules_publish(i * 3) != 0)
            break;
    for (int i = 0; i < 2; i++)
        pthread_join(filters[i], NULL);
    for (struct rules *r = atomic_load(&rules), *older; r; r = older) {
        older = r->older;
        free(r);
    }
    return 0;
}
