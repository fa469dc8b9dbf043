/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <stdatomic.h>
static atomic_flag f = ATOMIC_FLAG_INIT;
static int sl;
static _Atomic int cl;
int g, h, k;
static void lk(void) {
    while (atomic_flag_test_and_set(&f))
        ;
}
static void ulk(void) { atomic_flag_clear(&f); }
static void lk2(void) {
    while (__sync_lock_test_and_set(&sl, 1))
        while (sl)
            ;
}
static void ulk2(void) { __sync_lock_release(&sl); }
static void lk3(void) {
    int e;
    do {
        e = 0;
    } while (!atomic_compare_exchange_weak(&cl, &e, 1));
}
static void ulk3(void) { atomic_store(&cl, 0); }
void *t(void *arg) {
    lk();
    g++;
    ulk();
    lk2();
    h++;
    ulk2();
    lk3();
    k++;
    ulk3();
    return 0;
}
int main() {
    pthread_t a;
    pthread_create(&a, 0, t, 0);
    lk();
    g++;
    ulk();
    lk2();
    h++;
    ulk2();
    lk3();
    k++;
    ulk3();
    return 0;
}
