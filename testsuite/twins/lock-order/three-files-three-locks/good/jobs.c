/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "daemon.h"

#include <pthread.h>

static pthread_mutex_t jobs_mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned jobs, mailed;

unsigned jobs_count(void) {
    pthread_mutex_lock(&jobs_mutex);
    unsigned n = jobs;
    pthread_mutex_unlock(&jobs_mutex);
    return n;
}

void jobs_submit(unsigned uid) {
    pthread_mutex_lock(&jobs_mutex);
    jobs += 1 + uid % 2;
    mailed = mail_count();
    if (jobs > 200)
        jobs = 0;
    pthread_mutex_unlock(&jobs_mutex);
}
