/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <stdatomic.h>
atomic_int ready;
int data;
void *t(void *arg) {
    data = 42;
    atomic_store(&ready, 1);
    return 0;
}
int main() {
    pthread_t a;
    pthread_create(&a, 0, t, 0);
    while (!atomic_load(&ready))
        ;
    return data;
}
