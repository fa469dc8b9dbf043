/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "lock.h"

#include <stdlib.h>

static pthread_mutex_t flow_lock = PTHREAD_MUTEX_INITIALIZER;
struct flow *flow_list;
unsigned flow_count;

static struct flow *flow_find(unsigned id) {
    struct flow *f = flow_list;
    while (f && f->id != id)
        f = f->next;
    return f;
}

void flow_account(unsigned id, unsigned bytes) {
    struct flow *f;

    lock_acquire(&flow_lock);
    f = flow_find(id);
    if (!f && (f = calloc(1, sizeof(*f)))) {
        f->id = id;
        f->next = flow_list;
        flow_list = f;
        flow_count++;
    }
    if (f)
        f->bytes += bytes;
    lock_release(&flow_lock);
}
