/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "host-table.h"

#include <stdlib.h>

static unsigned HostRowTimeout(HostHashRow *hb, uint32_t now, uint32_t limit) {
    unsigned cnt = 0;
    Host *h = hb->tail;

    while (h != NULL) {
        Host *prev = h->hprev;
        if (now - h->last_seen > limit) {
            if (h->hprev != NULL)
                h->hprev->hnext = h->hnext;
            if (h->hnext != NULL)
                h->hnext->hprev = h->hprev;
            if (hb->head == h)
                hb->head = h->hnext;
            if (hb->tail == h)
                hb->tail = h->hprev;
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
        HRLOCK_LOCK(hb);
        cnt += HostRowTimeout(hb, now, limit);
        HRLOCK_UNLOCK(hb);
    }
    return cnt;
}
