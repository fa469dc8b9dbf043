/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
int main(void) {
    int i, x = 0;
#pragma omp parallel for
    for (i = 0; i < 100; i++)
        x = i; // RACE
    printf("%d", x);
    return 0;
}
