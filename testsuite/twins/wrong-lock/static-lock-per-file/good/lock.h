/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LOCK_H
#define LOCK_H

#include <pthread.h>

#define lock_acquire(l) pthread_mutex_lock(l)
#define lock_release(l) pthread_mutex_unlock(l)

extern pthread_mutex_t flow_lock;

struct flow {
    struct flow *next;
    unsigned id;
    unsigned long bytes;
};

extern struct flow *flow_list;
extern unsigned flow_count;

void flow_account(unsigned id, unsigned bytes);
unsigned flow_export(unsigned long threshold);

#endif
