/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The right field of the wrong object. */
#include <pthread.h>

struct account {
    pthread_mutex_t lock;
    long balance;
};

void deposit_ok(struct account *a, long amount) {
    pthread_mutex_lock(&a->lock);
    a->balance += amount;
    pthread_mutex_unlock(&a->lock);
}

void withdraw_ok(struct account *a, long amount) {
    pthread_mutex_lock(&a->lock);
    a->balance -= amount;
    pthread_mutex_unlock(&a->lock);
}

static void transfer(struct account *from, struct account *to, long amount) {
    pthread_mutex_lock(&from->lock);
    from->balance -= amount;
    to->balance += amount; // expected-warning {{under `from->lock`, but it is guarded by `to->lock`}} expected-note@* 1+{{}}
    pthread_mutex_unlock(&from->lock);
}

static struct account one, other;

static void *move_bad(void *unused) {
    transfer(&one, &other, 5);
    transfer(&other, &one, 5);
    return unused;
}

int main(void) {
    pthread_t a, b;
    pthread_create(&a, NULL, move_bad, NULL);
    pthread_create(&b, NULL, move_bad, NULL);
    deposit_ok(&one, 1);
    withdraw_ok(&other, 1);
    pthread_join(a, NULL);
    return pthread_join(b, NULL);
}
