/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
int main(void) {
    int sum = 0;
#pragma omp parallel
    {
        int mine = 3;
#pragma omp critical
        sum += mine;
    }
    printf("%d\n", sum);
    return 0;
}
