/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int main(void) {
    int i = 0, j = 0;
#pragma omp parallel
    {
#pragma omp sections
        {
#pragma omp section
            i = 1;
#pragma omp section
            j = 2;
        }
    }
    return i + j;
}
