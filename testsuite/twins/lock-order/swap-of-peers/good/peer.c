/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=pthread, note=each peer locks itself and then its partner
/*
 * Two peers of a file-sharing daemon hold pointers to each other. A refund locks the peer and then its partner;
 * both sides refund, so that the order is whatever side began. The fix goes by the peer's number.
 */
#include "peer.h"

#include <stdlib.h>

peer_t *peer_new(int id) {
    peer_t *p = calloc(1, sizeof(*p));
    if (!p)
        abort();
    pthread_mutex_init(&p->mutex, NULL);
    p->id = id;
    p->credit = 1000;
    return p;
}

void peer_free(peer_t *p) {
    pthread_mutex_destroy(&p->mutex);
    free(p);
}

static void lock_two(peer_t *a, peer_t *b) {
    if (a->id < b->id) {
        pthread_mutex_lock(&a->mutex);
        pthread_mutex_lock(&b->mutex);
    } else {
        pthread_mutex_lock(&b->mutex);
        pthread_mutex_lock(&a->mutex);
    }
}

int peer_transfer(peer_t *from, peer_t *to, long amount) {
    int done = 0;
    lock_two(from, to);
    if (from->credit >= amount) {
        from->credit -= amount;
        to->credit += amount;
        done = 1;
    }
    pthread_mutex_unlock(&to->mutex);
    pthread_mutex_unlock(&from->mutex);
    return done;
}

int peer_refund(peer_t *p, long amount) { return peer_transfer(p, p->partner, amount); }
