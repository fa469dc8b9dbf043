/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Collisions that hardly ever happen by themselves: two threads write one map for an instant each
 * millisecond.
 *     delay race      without a lock
 *     delay locked    with one; must never be reported
 *     delay once      without, and once only: a near miss, which a second run with the plan meets
 *     delay alone     one thread: nothing to wait for
 *     delay check     looks and acts in two critical sections; `whole` does it in one
 * Says how long it took, in milliseconds.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "hooked.h"

static struct hooked_map map;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool locked;
static int rounds = 100;
static int first_pause_us;

static void pause_us(long us) {
    const struct timespec pause = {.tv_nsec = us * 1000};
    nanosleep(&pause, NULL);
}

static void touch(void) {
    if (locked)
        pthread_mutex_lock(&lock);
    WRITE_BEGIN(&map);
    WRITE_END(&map);
    if (locked)
        pthread_mutex_unlock(&lock);
}

static void *one(void *unused) {
    for (int i = 0; i < rounds; i++) {
        pause_us(1000);
        touch();
    }
    return unused;
}

static void *other(void *unused) {
    pause_us(first_pause_us);
    for (int i = 0; i < rounds; i++) {
        pause_us(1300);
        if (locked)
            pthread_mutex_lock(&lock);
        WRITE_BEGIN(&map);
        WRITE_END(&map);
        if (locked)
            pthread_mutex_unlock(&lock);
    }
    return unused;
}

/* Two critical sections, or one. */
static bool whole;

static void *check_and_act(void *unused) {
    for (int i = 0; i < rounds; i++) {
        pause_us(500);
        pthread_mutex_lock(&lock);
        READ_BEGIN(&map);
        READ_END(&map);
        if (!whole) {
            pthread_mutex_unlock(&lock);
            pthread_mutex_lock(&lock);
        }
        WRITE_BEGIN(&map);
        WRITE_END(&map);
        pthread_mutex_unlock(&lock);
    }
    return unused;
}

static void run(void *(*first)(void *), void *(*second)(void *)) {
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, first, NULL);
    if (second)
        pthread_create(&threads[1], NULL, second, NULL);
    pthread_join(threads[0], NULL);
    if (second)
        pthread_join(threads[1], NULL);
}

int main(int count, char **arguments) {
    const char *mode = count > 1 ? arguments[1] : "";
    struct timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    locked = strcmp(mode, "locked") == 0;
    whole = strcmp(mode, "whole") == 0;
    if (strcmp(mode, "once") == 0) {
        rounds = 1;
        first_pause_us = 4000;
    }
    if (strcmp(mode, "alone") == 0) {
        for (int i = 0; i < rounds; i++)
            touch();
    } else if (whole || strcmp(mode, "check") == 0) {
        run(check_and_act, check_and_act);
    } else {
        run(one, other);
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    printf("%ld\n",
           (ended.tv_sec - began.tv_sec) * 1000 + (ended.tv_nsec - began.tv_nsec) / 1000000);
    return 0;
}
