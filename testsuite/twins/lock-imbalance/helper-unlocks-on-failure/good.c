/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=a helper gives the lock back when it fails, and so does its
// caller
/*
 * Lease file of a DHCP daemon. check_room() unlocks before it returns an error, as a comment says; the caller
 * goes to its own error label, which unlocks once more.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define LEASES 32

static pthread_mutex_t lease_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
    unsigned ip;
    unsigned client;
} leases[LEASES];
static unsigned lease_count;

/* Entered with the lock; returns with the lock, or with an error and without it. */
static int check_room(void) {
    if (lease_count == LEASES) {
        pthread_mutex_unlock(&lease_mutex);
        return -ENOSPC;
    }
    return 0;
}

static int lease_index(unsigned client) {
    for (unsigned i = 0; i < lease_count; i++)
        if (leases[i].client == client)
            return (int)i;
    return -1;
}

static int lease_offer(unsigned client, unsigned ip) {
    int err, index;

    pthread_mutex_lock(&lease_mutex);
    index = lease_index(client);
    if (index >= 0) {
        err = -EEXIST;
        goto out;
    }
    err = check_room();
    if (err)
        return err;
    leases[lease_count].client = client;
    leases[lease_count++].ip = ip;
out:
    pthread_mutex_unlock(&lease_mutex);
    return err;
}

static int lease_release(unsigned client) {
    int index;
    pthread_mutex_lock(&lease_mutex);
    index = lease_index(client);
    if (index >= 0)
        leases[index] = leases[--lease_count];
    pthread_mutex_unlock(&lease_mutex);
    return index;
}

static void *client_main(void *arg) {
    unsigned base = *(unsigned *)arg;
    long offered = 0;
    for (unsigned i = 0; i < 3000; i++) {
        offered += lease_offer(base + i % 13, i) == 0;
        lease_release(base + (i + 7) % 13);
    }
    printf("%ld offered\n", offered);
    return NULL;
}

int main(void) {
    pthread_t clients[2];
    unsigned bases[2] = {100, 200};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    return 0;
}
