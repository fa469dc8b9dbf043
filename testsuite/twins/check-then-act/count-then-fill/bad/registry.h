/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef REGISTRY_H
#define REGISTRY_H

#include <stddef.h>

struct node_info {
    unsigned id;
    unsigned load;
};

int registry_join(unsigned id, unsigned load);
int registry_leave(unsigned id);
size_t registry_count(void);
void registry_export(struct node_info *out);

#endif
