/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "peer.h"

#include <stdio.h>

static void *peer_main(void *arg) {
    peer_t *p = arg;
    long done = 0;
    for (long i = 0; i < 2000; i++)
        done += peer_refund(p, i % 13);
    return (void *)done;
}

int main(void) {
    pthread_t threads[2];
    peer_t *peers[2] = {peer_new(1), peer_new(2)};
    peers[0]->partner = peers[1];
    peers[1]->partner = peers[0];
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, peer_main, peers[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("%ld\n", peers[0]->credit + peers[1]->credit);
    for (int i = 0; i < 2; i++)
        peer_free(peers[i]);
    return 0;
}
