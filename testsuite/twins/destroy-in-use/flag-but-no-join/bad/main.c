/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "sampler.h"

#include <stdio.h>
#include <unistd.h>

int main(void) {
    for (int round = 0; round < 5; round++) {
        struct sampler *s = sampler_start();
        if (!s)
            return 1;
        sampler_watch(s, "cpu");
        sampler_watch(s, "memory");
        usleep(500);
        printf("%lu\n", sampler_reading(s, "cpu"));
        sampler_stop(s);
    }
    return 0;
}
