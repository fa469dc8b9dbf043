/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Two objects of one kind: in the order of the arguments, of their numbers, of the list they are in. */
#include <pthread.h>

struct account {
    pthread_mutex_t lock;
    struct account *next;
    long balance;
    int number;
};

static struct account accounts[16];

static void transfer(struct account *from, struct account *to) {
    pthread_mutex_lock(&from->lock);
    pthread_mutex_lock(&to->lock); // expected-warning {{`to->lock` is taken while `from->lock` is held, in the order in which they were passed}} expected-note@* 1+{{}}
    to->balance += from->balance;
    from->balance = 0;
    pthread_mutex_unlock(&to->lock);
    pthread_mutex_unlock(&from->lock);
}

void transfer_bad(int from, int to) {
    if (from != to)
        transfer(&accounts[from], &accounts[to]);
}

static void lock_both(struct account *a, struct account *b) {
    if (a->number < b->number) {
        pthread_mutex_lock(&a->lock);
        pthread_mutex_lock(&b->lock);
    } else {
        pthread_mutex_lock(&b->lock);
        pthread_mutex_lock(&a->lock);
    }
}

void compare_ok(int from, int to) {
    struct account *a = &accounts[from], *b = &accounts[to];
    lock_both(a, b);
    b->balance += a->balance;
    a->balance = 0;
    pthread_mutex_unlock(&a->lock);
    pthread_mutex_unlock(&b->lock);
}

static void merge(struct account *into, struct account *from) {
    pthread_mutex_lock(&into->lock);
    pthread_mutex_lock(&from->lock);
    into->balance += from->balance;
    pthread_mutex_unlock(&from->lock);
    pthread_mutex_unlock(&into->lock);
}

void merge_first_ok(void) {
    merge(&accounts[0], &accounts[1]);
}

long walk_ok(struct account *a) {
    long sum = 0;
    pthread_mutex_lock(&a->lock);
    while (a->next) {
        struct account *next = a->next;
        pthread_mutex_lock(&next->lock);
        sum += next->balance;
        pthread_mutex_unlock(&a->lock);
        a = next;
    }
    pthread_mutex_unlock(&a->lock);
    return sum;
}
