/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ptrvec.h"

#include <stdio.h>

static ptrvec_t jobs;
static int slots[64];

static void *runner_main(void *arg) {
    long done = 0;
    (void)arg;
    for (int i = 0; i < 2000; i++) {
        if (ptrvec_push(&jobs, &slots[i % 64]) != 0)
            break;
        done += ptrvec_pop(&jobs) != NULL;
    }
    return (void *)done;
}

int main(void) {
    pthread_t runners[3];
    ptrvec_init(&jobs);
    for (int i = 0; i < 3; i++)
        if (pthread_create(&runners[i], NULL, runner_main, NULL) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *done;
        pthread_join(runners[i], &done);
        printf("%ld done\n", (long)done);
    }
    ptrvec_clear(&jobs);
    return 0;
}
