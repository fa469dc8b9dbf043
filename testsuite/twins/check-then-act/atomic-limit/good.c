/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=atomic load compared with the limit, then an atomic
// increment: two steps
/*
 * Connection limit of a database's listener. Both steps are atomic, and still more connections come in
 * than allowed, and then index a table of the size of the limit. The fix is a compare-and-swap loop.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#define MAX_BACKENDS 4

static atomic_int backends;
static atomic_int high_water;

static bool backend_admit(void) {
    int n = atomic_load(&backends);
    do {
        if (n >= MAX_BACKENDS)
            return false;
    } while (!atomic_compare_exchange_weak(&backends, &n, n + 1));
    return true;
}

static void backend_leave(void) { atomic_fetch_sub(&backends, 1); }

static void note_high_water(void) {
    int n = atomic_load(&backends);
    int high = atomic_load(&high_water);
    while (n > high && !atomic_compare_exchange_weak(&high_water, &high, n))
        ;
}

static void *client(void *arg) {
    long refused = 0;
    (void)arg;
    for (int i = 0; i < 2000; i++) {
        if (!backend_admit()) {
            refused++;
            continue;
        }
        note_high_water();
        backend_leave();
    }
    return (void *)refused;
}

int main(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        if (pthread_create(&threads[i], NULL, client, NULL) != 0)
            return 1;
    for (int i = 0; i < 8; i++) {
        void *refused;
        pthread_join(threads[i], &refused);
        printf("%ld refused\n", (long)refused);
    }
    printf("at most %d at once\n", atomic_load(&high_water));
    return 0;
}
