/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=a caller says that it has the lock, and has not
/*
 * Client table of a file server. client_unlink() takes the table lock unless its caller says that it
 * has it. The session reaper was copied from a place that had the lock; it passes true, and has not.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct nfs_client {
    uint64_t clientid;
    long lease_end;
    bool confirmed;
    struct nfs_client *next;
};

#define CLIENT_BUCKETS 16
static struct {
    pthread_rwlock_t lock;
    struct nfs_client *bucket[CLIENT_BUCKETS];
    unsigned count;
} clients = {.lock = PTHREAD_RWLOCK_INITIALIZER};

static struct nfs_client **client_slot(uint64_t id) {
    struct nfs_client **link = &clients.bucket[id % CLIENT_BUCKETS];
    while (*link && (*link)->clientid != id)
        link = &(*link)->next;
    return link;
}

static struct nfs_client *client_unlink(uint64_t id, bool have_lock) {
    struct nfs_client **link, *clp;

    if (!have_lock)
        pthread_rwlock_wrlock(&clients.lock);
    link = client_slot(id);
    clp = *link;
    if (clp) {
        *link = clp->next; // BAD(guard-bypass,unlocked-access)
        clients.count--; // BAD(guard-bypass,unlocked-access)
    }
    if (!have_lock)
        pthread_rwlock_unlock(&clients.lock);
    return clp;
}

static int client_setid(uint64_t id, long now) {
    struct nfs_client *clp = calloc(1, sizeof(*clp)), *old;
    if (!clp)
        return -1;
    clp->clientid = id;
    clp->lease_end = now + 30;

    pthread_rwlock_wrlock(&clients.lock);
    old = client_unlink(id, true);
    clp->next = clients.bucket[id % CLIENT_BUCKETS];
    clients.bucket[id % CLIENT_BUCKETS] = clp;
    clients.count++;
    pthread_rwlock_unlock(&clients.lock);
    free(old);
    return 0;
}

static int client_renew(uint64_t id, long now) {
    int status = -1;
    pthread_rwlock_wrlock(&clients.lock);
    struct nfs_client *clp = *client_slot(id);
    if (clp) {
        clp->confirmed = true;
        clp->lease_end = now + 30;
        status = 0;
    }
    pthread_rwlock_unlock(&clients.lock);
    return status;
}

static void client_destroy(uint64_t id) { free(client_unlink(id, false)); }

static unsigned collect_expired(long now, uint64_t *ids, unsigned max) {
    unsigned n = 0;
    pthread_rwlock_rdlock(&clients.lock);
    for (int b = 0; b < CLIENT_BUCKETS; b++)
        for (struct nfs_client *clp = clients.bucket[b]; clp && n < max; clp = clp->next)
            if (clp->lease_end < now)
                ids[n++] = clp->clientid;
    pthread_rwlock_unlock(&clients.lock);
    return n;
}

static void reap_expired(long now) {
    uint64_t ids[32];
    unsigned n = collect_expired(now, ids, 32);
    for (unsigned i = 0; i < n; i++)
        free(client_unlink(ids[i], true)); // BAD(guard-bypass,unlocked-access)
}

static void *reaper(void *arg) {
    for (long now = 0; now < *(long *)arg; now++)
        reap_expired(now);
    return NULL;
}

static void *worker(void *arg) {
    long span = *(long *)arg;
    for (long now = 0; now < span; now++) {
        uint64_t id = (uint64_t)(now * 13 % 97);
        if (client_renew(id, now) != 0)
            client_setid(id, now);
        if (now % 11 == 0)
            client_destroy((uint64_t)(now % 97));
    }
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    long span = 2000;

    if (pthread_create(&threads[0], NULL, reaper, &span) || pthread_create(&threads[1], NULL, worker, &span) ||
        pthread_create(&threads[2], NULL, worker, &span))
        return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    printf("%u clients\n", clients.count);
    for (uint64_t id = 0; id < 97; id++)
        client_destroy(id);
    return 0;
}
