/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "daemon.h"

#include <pthread.h>

static pthread_mutex_t users_mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned logged_in[8];
static unsigned users;

unsigned users_count(void) {
    pthread_mutex_lock(&users_mutex); // BAD(lock-order)
    unsigned n = users;
    pthread_mutex_unlock(&users_mutex);
    return n;
}

void users_login(unsigned uid) {
    pthread_mutex_lock(&users_mutex);
    if (logged_in[uid % 8]++ == 0)
        users++;
    if (jobs_count() > 100) // BAD(lock-order)
        logged_in[uid % 8] = 0;
    pthread_mutex_unlock(&users_mutex);
}
