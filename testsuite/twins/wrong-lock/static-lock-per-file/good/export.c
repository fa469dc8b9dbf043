/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=wrong-lock, libs=pthread, note=each file has a static lock of the same name
/*
 * Flow exporter of a router daemon, split off from the flow table into a file of its own. The lock came
 * along as a second static with the same name: each file locks its own.
 */
#include "lock.h"

#include <stdlib.h>

unsigned flow_export(unsigned long threshold) {
    struct flow *done = NULL;
    unsigned exported = 0;

    lock_acquire(&flow_lock);
    for (struct flow **link = &flow_list, *f; (f = *link);) {
        if (f->bytes < threshold) {
            link = &f->next;
            continue;
        }
        *link = f->next;
        f->next = done;
        done = f;
        flow_count--;
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
