/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
static int sum0 = 0;
#pragma omp threadprivate(sum0)
int main(void) {
#pragma omp parallel for
    for (int i = 0; i < 10; i++)
        sum0 = sum0 + i;
    return 0;
}
