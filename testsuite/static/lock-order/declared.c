/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* An order that is declared holds without a second place to prove it. */
#include <pthread.h>

typedef pthread_mutex_t __attribute__((capability("mutex"))) mutex;

#define BEFORE(lock) __attribute__((acquired_before(lock)))
#define AFTER(lock) __attribute__((acquired_after(lock)))

static mutex inner;
static mutex outer BEFORE(inner);
static mutex last AFTER(inner);
static int value;

void declared_ok(void) {
    pthread_mutex_lock(&outer);
    pthread_mutex_lock(&inner);
    pthread_mutex_lock(&last);
    value++;
    pthread_mutex_unlock(&last);
    pthread_mutex_unlock(&inner);
    pthread_mutex_unlock(&outer);
}

static mutex second;
static mutex first BEFORE(second);
static mutex third AFTER(second);

void before_bad(void) {
    pthread_mutex_lock(&second);
    pthread_mutex_lock(&first); // expected-warning {{`first` is taken while `second` is held, but is declared to be taken before it}} expected-note@* {{`second` is taken here}}
    value++;
    pthread_mutex_unlock(&first);
    pthread_mutex_unlock(&second);
}

void after_bad(void) {
    pthread_mutex_lock(&third);
    pthread_mutex_lock(&second); // expected-warning {{`second` is taken while `third` is held, but is declared to be taken before it}} expected-note@* {{`third` is taken here}}
    value++;
    pthread_mutex_unlock(&second);
    pthread_mutex_unlock(&third);
}
