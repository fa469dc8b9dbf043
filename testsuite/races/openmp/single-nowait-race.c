/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
int main(void) {
    int x = 0;
#pragma omp parallel
    {
#pragma omp single nowait
        x = x + 4; // RACE
        int y = x; // RACE
        (void)y;
    }
    printf("%d\n", x);
    return 0;
}
