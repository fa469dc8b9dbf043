/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int main(void) {
    int i, a[100];
#pragma omp parallel for
    for (i = 0; i < 100; i++)
        a[i] = i * 2;
    return a[3];
}
