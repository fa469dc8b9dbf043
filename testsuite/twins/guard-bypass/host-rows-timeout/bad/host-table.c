/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=the manager thread trims a hash row without its row lock
/*
 * Host table of an intrusion detection system: hash rows with a lock each. Packet threads lock the
 * row; the flow manager, in its own file, times hosts out.
 */
#include "host-table.h"

#include <stdlib.h>

HostHashRow *host_hash;

static inline uint32_t HostKey(uint32_t addr) { return (addr * 2654435761u >> 16) % HOST_ROWS; }

void HostTableInit(void) {
    host_hash = calloc(HOST_ROWS, sizeof(*host_hash));
    if (host_hash == NULL)
        abort();
    for (int i = 0; i < HOST_ROWS; i++)
        HRLOCK_INIT(&host_hash[i]);
}

void HostTableShutdown(void) {
    for (int i = 0; i < HOST_ROWS; i++) {
        Host *h = host_hash[i].head;
        while (h != NULL) {
            Host *n = h->hnext;
            free(h);
            h = n;
        }
    }
    free(host_hash);
    host_hash = NULL;
}

static Host *HostLookupRow(HostHashRow *hb, uint32_t addr) {
    for (Host *h = hb->head; h != NULL; h = h->hnext)
        if (h->addr == addr)
            return h;
    return NULL;
}

void HostHandlePacket(uint32_t addr, uint32_t now) {
    HostHashRow *hb = &host_hash[HostKey(addr)];

    HRLOCK_LOCK(hb);
    Host *h = HostLookupRow(hb, addr);
    if (h == NULL) {
        h = calloc(1, sizeof(*h));
        if (h == NULL) {
            HRLOCK_UNLOCK(hb);
            return;
        }
        h->addr = addr;
        h->hnext = hb->head;
        if (hb->head != NULL)
            hb->head->hprev = h;
        else
            hb->tail = h;
        hb->head = h;
    }
    h->packets++;
    h->last_seen = now;
    HRLOCK_UNLOCK(hb);
}

unsigned HostPackets(uint32_t addr) {
    HostHashRow *hb = &host_hash[HostKey(addr)];
    unsigned packets = 0;

    HRLOCK_LOCK(hb);
    Host *h = HostLookupRow(hb, addr);
    if (h != NULL)
        packets = h->packets;
    HRLOCK_UNLOCK(hb);
    return packets;
}
