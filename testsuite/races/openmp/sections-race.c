/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int main(void) {
    int i = 0;
#pragma omp parallel sections
    {
#pragma omp section
        i = 1; // RACE
#pragma omp section
        i = 2; // RACE
    }
    return i;
}
