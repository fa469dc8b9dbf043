/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
int main(void) {
    int i, tmp, len = 100, a[100];
    for (i = 0; i < len; i++)
        a[i] = i;
#pragma omp parallel for private(tmp)
    for (i = 0; i < len; i++) {
        tmp = a[i] + i;
        a[i] = tmp;
    }
    printf("%d\n", a[50]);
    return 0;
}
