/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
int main(void) {
    int sum = 0, a[100];
#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < 100; i++)
        sum += a[i];
    printf("%d\n", sum);
    return 0;
}
