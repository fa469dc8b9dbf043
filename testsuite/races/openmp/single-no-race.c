/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
int main(void) {
    int x = 0;
    for (int k = 0; k < 3; k++) {
#pragma omp parallel
        {
#pragma omp single
            x = x + 4;
            int y = x;
            (void)y;
        }
    }
    printf("%d\n", x);
    return 0;
}
