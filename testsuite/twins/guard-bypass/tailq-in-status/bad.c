/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=a TAILQ walked by the status command without the mutex
/*
 * Transfer queue of a backup daemon, a TAILQ under a mutex. The status command, which only reads, as its
 * author said, walks it bare while workers take elements off and free them.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

struct transfer {
    int id;
    long size, sent;
    TAILQ_ENTRY(transfer) entries;
};

TAILQ_HEAD(transfer_head, transfer);

static struct transfer_head transfers = TAILQ_HEAD_INITIALIZER(transfers);
static pthread_mutex_t transfers_mtx = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool finished;

static int transfer_queue(int id, long size) {
    struct transfer *t = calloc(1, sizeof(*t));
    if (!t)
        return -1;
    t->id = id;
    t->size = size;
    pthread_mutex_lock(&transfers_mtx);
    TAILQ_INSERT_TAIL(&transfers, t, entries);
    pthread_mutex_unlock(&transfers_mtx);
    return 0;
}

/* One step of whatever is first. */
static int transfer_step(void) {
    struct transfer *t, *done = NULL;

    pthread_mutex_lock(&transfers_mtx);
    t = TAILQ_FIRST(&transfers);
    if (t) {
        t->sent += 64;
        TAILQ_REMOVE(&transfers, t, entries);
        if (t->sent < t->size)
            TAILQ_INSERT_TAIL(&transfers, t, entries);
        else
            done = t;
    }
    pthread_mutex_unlock(&transfers_mtx);
    free(done);
    return t != NULL;
}

static int transfer_cancel(int id) {
    struct transfer *t;
    pthread_mutex_lock(&transfers_mtx);
    TAILQ_FOREACH(t, &transfers, entries)
        if (t->id == id)
            break;
    if (t)
        TAILQ_REMOVE(&transfers, t, entries);
    pthread_mutex_unlock(&transfers_mtx);
    if (!t)
        return -1;
    free(t);
    return 0;
}

static long status_remaining(void) {
    struct transfer *t;
    long remaining = 0;

    TAILQ_FOREACH(t, &transfers, entries) // BAD(guard-bypass,unlocked-access)
        remaining += t->size - t->sent; // BAD(guard-bypass,unlocked-access)
    return remaining;
}

static void *sender_main(void *arg) {
    (void)arg;
    while (transfer_step() || !atomic_load(&finished))
        ;
    return NULL;
}

static void *status_main(void *arg) {
    long most = 0;
    (void)arg;
    while (!atomic_load(&finished)) {
        long remaining = status_remaining();
        most = remaining > most ? remaining : most;
    }
    printf("at most %s\n", most ? "some" : "nothing");
    return NULL;
}

int main(void) {
    pthread_t senders[2], status;
    if (pthread_create(&status, NULL, status_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&senders[i], NULL, sender_main, NULL) != 0)
            return 1;
    for (int i = 0; i < 1000; i++) {
        transfer_queue(i, i % 300);
        if (i % 5 == 0)
            transfer_cancel(i - 2);
    }
    atomic_store(&finished, 1);
    for (int i = 0; i < 2; i++)
        pthread_join(senders[i], NULL);
    pthread_join(status, NULL);
    return 0;
}
