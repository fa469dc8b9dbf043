/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
static int lockvar;
int g;
static void lk(int *l) {
    while (!__sync_bool_compare_and_swap(l, 0, 1))
        ;
}
static void ulk(int *l) { __atomic_store_n(l, 0, __ATOMIC_RELEASE); }
void *t(void *arg) {
    lk(&lockvar);
    g++;
    ulk(&lockvar);
    return 0;
}
int main() {
    pthread_t a;
    pthread_create(&a, 0, t, 0);
    lk(&lockvar);
    g++;
    ulk(&lockvar);
    return 0;
}
