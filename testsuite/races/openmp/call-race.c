/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
static int counter;
static void bump(void) { counter++; } // RACE
int main(void) {
#pragma omp parallel
    bump();
    return counter;
}
