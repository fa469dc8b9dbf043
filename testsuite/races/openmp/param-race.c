/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
void f(int n, double *a, double *out) {
    double t;
#pragma omp parallel for
    for (int i = 0; i < n; i++) {
        t = a[i]; // RACE
        out[i] = t * 2;
    }
}
int main(void) {
    double x[10], y[10];
    f(10, x, y);
    return 0;
}
