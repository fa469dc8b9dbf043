/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "worker.h"

#include <stdio.h>

static long square(int value) { return (long)value * value; }
static long twice(int value) { return 2L * value; }

int main(void) {
    worker_t *workers[2] = {worker_create(square, 4), worker_create(twice, 16)};

    if (!workers[0] || !workers[1])
        return 1;
    for (int i = 0; i < 2000; i++)
        if (worker_submit(workers[i % 2], i) != 0)
            break;
    for (int i = 0; i < 2; i++)
        printf("%ld\n", worker_finish(workers[i]));
    return 0;
}
