/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Two locks in both orders; what keeps them apart, or makes them wait for nothing. */
#include <pthread.h>

static pthread_mutex_t config, stats, gate, first, second, third, log_lock, file_lock;
static pthread_rwlock_t names, sizes;
static int value;

static void config_touch(void) {
    pthread_mutex_lock(&config); // expected-warning {{`config` is taken while `stats` is held; reload_bad() takes them the other way round}} expected-note@* 1+{{}}
    value++;
    pthread_mutex_unlock(&config);
}

void report_bad(void) {
    pthread_mutex_lock(&stats);
    config_touch();
    pthread_mutex_unlock(&stats);
}

void reload_bad(void) {
    pthread_mutex_lock(&config);
    pthread_mutex_lock(&stats);
    value++;
    pthread_mutex_unlock(&stats);
    pthread_mutex_unlock(&config);
}

/* A third lock is held by both. */
void gated_ok(void) {
    pthread_mutex_lock(&gate);
    pthread_mutex_lock(&first);
    pthread_mutex_lock(&second);
    pthread_mutex_unlock(&second);
    pthread_mutex_unlock(&first);
    pthread_mutex_unlock(&gate);
}

void gated_too_ok(void) {
    pthread_mutex_lock(&gate);
    pthread_mutex_lock(&second);
    pthread_mutex_lock(&first);
    pthread_mutex_unlock(&first);
    pthread_mutex_unlock(&second);
    pthread_mutex_unlock(&gate);
}

/* Who only tries does not wait. */
void tries_ok(void) {
    pthread_mutex_lock(&third);
    if (pthread_mutex_trylock(&log_lock) == 0) {
        value++;
        pthread_mutex_unlock(&log_lock);
    }
    pthread_mutex_unlock(&third);
}

void waits_ok(void) {
    pthread_mutex_lock(&log_lock);
    pthread_mutex_lock(&third);
    value++;
    pthread_mutex_unlock(&third);
    pthread_mutex_unlock(&log_lock);
}

/* Readers let each other in. */
int readers_ok(void) {
    pthread_rwlock_rdlock(&names);
    pthread_rwlock_rdlock(&sizes);
    int sum = value;
    pthread_rwlock_unlock(&sizes);
    pthread_rwlock_unlock(&names);
    return sum;
}

int readers_too_ok(void) {
    pthread_rwlock_rdlock(&sizes);
    pthread_rwlock_rdlock(&names);
    int sum = value;
    pthread_rwlock_unlock(&names);
    pthread_rwlock_unlock(&sizes);
    return sum;
}

/* Given back before the other is taken. */
void one_by_one_ok(void) {
    pthread_mutex_lock(&file_lock);
    value++;
    pthread_mutex_unlock(&file_lock);
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
}

void other_way_ok(void) {
    pthread_mutex_lock(&gate);
    pthread_mutex_lock(&file_lock);
    pthread_mutex_unlock(&file_lock);
    pthread_mutex_unlock(&gate);
}
