/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
int main(void) {
    int i, error, len = 100, a[100], b = 5;
#pragma omp parallel shared(b, error)
    {
#pragma omp for nowait
        for (i = 0; i < len; i++)
            a[i] = b + a[i] * 5;
#pragma omp single
        error = a[9] + 1;
    }
    printf("%d\n", error);
    return 0;
}
