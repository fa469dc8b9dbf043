/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int u[100][100];
int main(void) {
    int i, j;
#pragma omp parallel for
    for (i = 0; i < 100; i++)
        for (j = 0; j < 100; j++) // RACE
            u[i][j] = 0;          // RACE
    return 0;
}
