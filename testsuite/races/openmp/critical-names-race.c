/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
int main(void) {
    int sum = 0;
#pragma omp parallel sections
    {
#pragma omp section
        {
#pragma omp critical(a)
            sum += 1; // RACE
        }
#pragma omp section
        {
#pragma omp critical(b)
            sum += 2; // RACE
        }
    }
    printf("%d\n", sum);
    return 0;
}
