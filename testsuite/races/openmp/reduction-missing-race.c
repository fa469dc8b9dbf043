/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
double u[100][100];
int main(void) {
    double sum = 0;
    int i, j;
#pragma omp parallel for private(j)
    for (i = 0; i < 100; i++)
        for (j = 0; j < 100; j++)
            sum += u[i][j] * u[i][j]; // RACE
    printf("%f\n", sum);
    return 0;
}
