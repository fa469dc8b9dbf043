/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
int main(void) {
    int n = 0, limit = 20;
#pragma omp parallel
    {
        int go = 1;
        while (go) {
#pragma omp critical(q)
            {
                if (n < limit)
                    n++;
                else
                    go = 0;
            }
        }
    }
    return n;
}
