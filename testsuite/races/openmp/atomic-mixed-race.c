/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
int main(void) {
    int sum = 0;
#pragma omp parallel
    {
#pragma omp atomic
        sum += 1;
        sum += 1; // RACE
    }
    printf("%d\n", sum);
    return 0;
}
