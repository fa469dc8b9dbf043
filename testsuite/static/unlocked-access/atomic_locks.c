/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Locks made of atomics are known by what is done to the word: by exchange, by compare-and-swap,
 * through a wrapper that is given the word. */
#include <pthread.h>
#include <stdatomic.h>

static atomic_flag flag = ATOMIC_FLAG_INIT;
static int word;
static _Atomic int claimed;
static int hits, misses, starts, total;

static void flag_enter(void) {
    while (atomic_flag_test_and_set(&flag))
        ;
}

static void flag_leave(void) {
    atomic_flag_clear(&flag);
}

static void spin_enter(int *lock) {
    while (!__sync_bool_compare_and_swap(lock, 0, 1))
        while (*lock)
            ;
}

static void spin_leave(int *lock) {
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

static int try_claim(void) {
    int expected = 0;
    return atomic_compare_exchange_strong(&claimed, &expected, 1);
}

static void *worker(void *data) {
    flag_enter();
    hits++;
    flag_leave();
    spin_enter(&word);
    misses++;
    spin_leave(&word);
    if (try_claim()) {
        total++;
        atomic_store(&claimed, 0);
    }
    starts++; // expected-warning {{`starts` is modified here while another thread may}} expected-note@* 1+{{}}
    return data;
}

int main(void) {
    pthread_t a, b;
    pthread_create(&a, NULL, worker, NULL);
    pthread_create(&b, NULL, worker, NULL);
    flag_enter();
    hits--;
    flag_leave();
    spin_enter(&word);
    misses += 2;
    spin_leave(&word);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    return 0;
}
