/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "policy.h"

#include <pthread.h>
#include <stdio.h>

static void *filter_main(void *arg) {
    unsigned long hits = 0;
    (void)arg;
    for (unsigned i = 0; i < 3000; i++) {
        struct policy *p = policy_get();
        for (unsigned k = 0; p && k < p->count; k++)
            hits += p->ports[k] == i % 100;
        policy_put(p);
    }
    printf("%lu hits\n", hits);
    return NULL;
}

static void *control_main(void *arg) {
    unsigned first = *(unsigned *)arg;
    for (unsigned i = 0; i < 500; i++)
        if (policy_allow(first + i % 90) != 0)
            break;
    return NULL;
}

int main(void) {
    pthread_t threads[4];
    unsigned firsts[2] = {1, 10};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, filter_main, NULL) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[2 + i], NULL, control_main, &firsts[i]) != 0)
            return 1;
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    policy_clear();
    return 0;
}
