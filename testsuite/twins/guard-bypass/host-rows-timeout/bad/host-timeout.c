/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "host-table.h"

#include <stdlib.h>

static unsigned HostRowTimeout(HostHashRow *hb, uint32_t now, uint32_t limit) {
    unsigned cnt = 0;
    Host *h = hb->tail; // BAD(guard-bypass,unlocked-access)

    while (h != NULL) {
        Host *prev = h->hprev; // BAD(guard-bypass,unlocked-access)
        if (now - h->last_seen > limit) { // BAD(guard-bypass,unlocked-access)
            if (h->hprev != NULL)
                h->hprev->hnext = h->hnext;
            if (h->hnext != NULL)
                h->hnext->hprev = h->hprev;
            if (hb->head == h) // BAD(guard-bypass,unlocked-access)
                hb->head = h->hnext; // BAD(guard-bypass,unlocked-access)
            if (hb->tail == h) // BAD(guard-bypass,unlocked-access)
                hb->tail = h->hprev; // BAD(guard-bypass,unlocked-access)
            free(h);
            cnt++;
        }
        h = prev;
    }
    return cnt;
}

unsigned HostTimeoutSweep(uint32_t now, uint32_t limit) {
    unsigned cnt = 0;
    for (int i = 0; i < HOST_ROWS; i++) {
        HostHashRow *hb = &host_hash[i];
        cnt += HostRowTimeout(hb, now, limit); // BAD(guard-bypass,unlocked-access)
    }
    return cnt;
}
