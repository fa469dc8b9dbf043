/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "namespace.h"

#include <stdio.h>

static struct ns store = {.lock = PTHREAD_RWLOCK_INITIALIZER};

static void *client_main(void *arg) {
    int base = *(int *)arg;
    for (int i = 0; i < 2000; i++) {
        char name[24], other[24];
        snprintf(name, sizeof(name), "object-%d", (base + i) % 12);
        snprintf(other, sizeof(other), "object-%d", (base + i * 5) % 12);
        if (ns_append(&store, name, i % 10) < 0)
            ns_create(&store, name);
        if (i % 7 == 0)
            ns_rename(&store, name, other);
    }
    return NULL;
}

int main(void) {
    pthread_t clients[3];
    int bases[3] = {0, 4, 8};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&clients[i], NULL, client_main, &bases[i]) != 0)
            return 1;
    printf("%s\n", ns_total(&store) >= 0 ? "total" : "-");
    for (int i = 0; i < 3; i++)
        pthread_join(clients[i], NULL);
    ns_destroy(&store);
    return 0;
}
