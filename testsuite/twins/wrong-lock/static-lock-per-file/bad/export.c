/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=wrong-lock, libs=pthread, note=each file has a static lock of the same name
/*
 * Flow exporter of a router daemon, split off from the flow table into a file of its own. The lock came
 * along as a second static with the same name: each file locks its own.
 */
#include "lock.h"

#include <stdlib.h>

static pthread_mutex_t flow_lock = PTHREAD_MUTEX_INITIALIZER; // BAD(wrong-lock,guard-bypass,unlocked-access)

unsigned flow_export(unsigned long threshold) {
    struct flow *done = NULL;
    unsigned exported = 0;

    lock_acquire(&flow_lock);
    for (struct flow **link = &flow_list, *f; (f = *link);) { // BAD(wrong-lock,guard-bypass,unlocked-access)
        if (f->bytes < threshold) { // BAD(wrong-lock,guard-bypass,unlocked-access)
            link = &f->next;
            continue;
        }
        *link = f->next; // BAD(wrong-lock,guard-bypass,unlocked-access)
        f->next = done; // BAD(wrong-lock,guard-bypass,unlocked-access)
        done = f;
        flow_count--; // BAD(wrong-lock,guard-bypass,unlocked-access)
    }
    lock_release(&flow_lock);

    while (done) {
        struct flow *next = done->next;
        free(done);
        done = next;
        exported++;
    }
    return exported;
}
