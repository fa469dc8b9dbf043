/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int g;
void *t(void *p) {
    g++;
    return p;
}
int main(void) {
    pthread_t id;
    int s = 0;
    pthread_create(&id, 0, t, 0);
#pragma omp parallel for reduction(+ : s)
    for (int i = 0; i < 10; i++)
        s += i;
    pthread_join(id, 0);
    return g + s;
}
