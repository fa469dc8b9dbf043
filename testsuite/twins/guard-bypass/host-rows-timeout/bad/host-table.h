/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef HOST_TABLE_H
#define HOST_TABLE_H

#include <pthread.h>
#include <stdint.h>

/* Row locks can be spin locks or mutexes, by configuration. */
#ifdef HRLOCK_SPIN
#define HRLOCK_TYPE pthread_spinlock_t
#define HRLOCK_INIT(fb) pthread_spin_init(&(fb)->lock, 0)
#define HRLOCK_LOCK(fb) pthread_spin_lock(&(fb)->lock)
#define HRLOCK_UNLOCK(fb) pthread_spin_unlock(&(fb)->lock)
#else
#define HRLOCK_TYPE pthread_mutex_t
#define HRLOCK_INIT(fb) pthread_mutex_init(&(fb)->lock, NULL)
#define HRLOCK_LOCK(fb) pthread_mutex_lock(&(fb)->lock)
#define HRLOCK_UNLOCK(fb) pthread_mutex_unlock(&(fb)->lock)
#endif

typedef struct Host_ {
    uint32_t addr;
    uint32_t last_seen;
    unsigned packets;
    struct Host_ *hnext;
    struct Host_ *hprev;
} Host;

typedef struct HostHashRow_ {
    HRLOCK_TYPE lock;
    Host *head;
    Host *tail;
} HostHashRow;

#define HOST_ROWS 64
extern HostHashRow *host_hash;

void HostTableInit(void);
void HostTableShutdown(void);
void HostHandlePacket(uint32_t addr, uint32_t now);
unsigned HostPackets(uint32_t addr);
unsigned HostTimeoutSweep(uint32_t now, uint32_t limit);

#endif
