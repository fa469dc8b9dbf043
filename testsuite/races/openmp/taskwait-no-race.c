/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int main(void) {
    int i = 0;
#pragma omp parallel
#pragma omp single
    {
#pragma omp task
        i = 1;
#pragma omp taskwait
#pragma omp task
        i = 2;
    }
    return i;
}
