/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <stdatomic.h>
static atomic_flag f = ATOMIC_FLAG_INIT;
int g;
static void lk(void) {
    while (atomic_flag_test_and_set(&f))
        ;
}
static void ulk(void) { atomic_flag_clear(&f); }
void *t(void *arg) {
    lk();
    g++;
    ulk();
    return 0;
}
int main() {
    pthread_t a;
    pthread_create(&a, 0, t, 0);
    lk();
    g++;
    ulk();
    g--; // RACE
    return 0;
}
