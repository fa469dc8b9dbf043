/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <stdatomic.h>
_Atomic int c;
atomic_int d;
int e;
void *t(void *arg) {
    c++;
    atomic_fetch_add(&d, 1);
    __sync_fetch_and_add(&e, 1);
    __atomic_fetch_add(&e, 1, __ATOMIC_RELAXED);
    return NULL;
}
int main() {
    pthread_t a;
    pthread_create(&a, NULL, t, NULL);
    c = 3;
    atomic_load(&d);
    __sync_fetch_and_sub(&e, 1);
    return 0;
}
