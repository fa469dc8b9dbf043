/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "macros.h"

#include <stdlib.h>

static struct hmap params = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void *element_main(void *arg) {
    int base = *(int *)arg, sum = 0;
    for (int i = 0; i < 1000; i++) {
        hmap_set(&params, base + i % 40, i);
        sum += hmap_get(&params, i % 80, 0);
    }
    printf("%d\n", sum);
    return NULL;
}

int main(void) {
    pthread_t elements[2];
    int bases[2] = {0, 20};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&elements[i], NULL, element_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(elements[i], NULL);
    hmap_freeze(&params, 1);
    printf("%d parameters\n", params.size);
    for (int h = 0; h < 8; h++)
        while (params.heads[h]) {
            struct hmap_entry *e = params.heads[h];
            params.heads[h] = e->next;
            free(e);
        }
    return 0;
}
