/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=pthread, note=users before jobs, jobs before mail, mail before users
/*
 * Three modules of a batch daemon, each with its own lock, each asking the next for a number while it holds
 * its own. No two of them are taken both ways; the three together close a circle. The fix asks before
 * locking in one of them.
 */
#include "daemon.h"

#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mail_mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned letters, recipients;

unsigned mail_count(void) {
    pthread_mutex_lock(&mail_mutex);
    unsigned n = letters;
    pthread_mutex_unlock(&mail_mutex);
    return n;
}

void mail_deliver(unsigned uid) {
    unsigned users = users_count();
    pthread_mutex_lock(&mail_mutex);
    letters += uid;
    recipients = users;
    pthread_mutex_unlock(&mail_mutex);
}

static void *repeat(void *arg) {
    void (*const *work)(unsigned) = arg;
    for (unsigned i = 0; i < 500; i++)
        (*work)(i);
    return NULL;
}

int main(void) {
    static void (*const works[3])(unsigned) = {users_login, jobs_submit, mail_deliver};
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, repeat, (void *)&works[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    printf("%u %u %u\n", users_count(), jobs_count(), mail_count());
    return 0;
}
