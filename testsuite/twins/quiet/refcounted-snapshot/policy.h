/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef POLICY_H
#define POLICY_H

/* A policy is never changed once it is current. */
struct policy {
    int refs; /* guarded by the policy lock */
    unsigned serial;
    unsigned count;
    unsigned ports[16];
};

struct policy *policy_get(void);
void policy_put(struct policy *p);
int policy_allow(unsigned port);
void policy_clear(void);

#endif
