/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=copy-on-write snapshot whose plain count is guarded by the lock
/*
 * Firewall policy as an immutable snapshot. Readers take a counted reference under the lock and read the
 * snapshot outside it; the writer copies the current one, changes the copy, and exchanges the two.
 */
#include "policy.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t policy_lock = PTHREAD_MUTEX_INITIALIZER;
static struct policy *current;
static pthread_mutex_t update_lock = PTHREAD_MUTEX_INITIALIZER; /* one writer at a time */

struct policy *policy_get(void) {
    struct policy *p;
    pthread_mutex_lock(&policy_lock);
    p = current;
    if (p)
        p->refs++;
    pthread_mutex_unlock(&policy_lock);
    return p;
}

void policy_put(struct policy *p) {
    int last;
    if (!p)
        return;
    pthread_mutex_lock(&policy_lock);
    last = --p->refs == 0;
    pthread_mutex_unlock(&policy_lock);
    if (last)
        free(p);
}

static void policy_install(struct policy *fresh) {
    struct policy *old;
    fresh->refs = 1;
    pthread_mutex_lock(&policy_lock);
    old = current;
    current = fresh;
    pthread_mutex_unlock(&policy_lock);
    policy_put(old);
}

int policy_allow(unsigned port) {
    struct policy *base, *fresh = calloc(1, sizeof(*fresh));
    if (!fresh)
        return -1;
    pthread_mutex_lock(&update_lock);
    base = policy_get();
    if (base) {
        fresh->serial = base->serial + 1;
        fresh->count = base->count;
        for (unsigned i = 0; i < base->count; i++)
            fresh->ports[i] = base->ports[i];
    }
    fresh->ports[fresh->count++ % 16] = port;
    if (fresh->count > 16)
        fresh->count = 16;
    policy_put(base);
    policy_install(fresh);
    pthread_mutex_unlock(&update_lock);
    return 0;
}

/* After the last thread has ended. */
void policy_clear(void) {
    policy_put(current);
    current = NULL;
}
