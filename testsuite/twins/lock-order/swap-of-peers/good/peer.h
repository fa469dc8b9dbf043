/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef PEER_H
#define PEER_H

#include <pthread.h>

typedef struct peer {
    pthread_mutex_t mutex;
    int id;
    long credit;
    struct peer *partner;
} peer_t;

peer_t *peer_new(int id);
void peer_free(peer_t *p);
int peer_transfer(peer_t *from, peer_t *to, long amount);
int peer_refund(peer_t *p, long amount);

#endif
