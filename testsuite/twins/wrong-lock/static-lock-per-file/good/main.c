/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "lock.h"

#include <stdio.h>

static void *capture_main(void *arg) {
    unsigned id = *(unsigned *)arg;
    for (int i = 0; i < 4000; i++) {
        id = id * 1664525u + 1013904223u;
        flow_account(id >> 25, id & 1023);
    }
    return NULL;
}

static void *export_main(void *arg) {
    unsigned long exported = 0;
    (void)arg;
    for (int i = 0; i < 300; i++)
        exported += flow_export(8000);
    printf("%lu exported\n", exported);
    return NULL;
}

int main(void) {
    pthread_t capture[2], export;
    unsigned ids[2] = {3, 8};
    if (pthread_create(&export, NULL, export_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&capture[i], NULL, capture_main, &ids[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(capture[i], NULL);
    pthread_join(export, NULL);
    flow_export(0);
    return 0;
}
