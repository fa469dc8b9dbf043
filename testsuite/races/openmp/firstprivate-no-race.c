/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int main(void) {
    int x = 3, a[10];
#pragma omp parallel for firstprivate(x)
    for (int i = 0; i < 10; i++) {
        x += i;
        a[i] = x;
    }
    return a[3];
}
