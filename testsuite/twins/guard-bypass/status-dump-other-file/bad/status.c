/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "leasedb.h"

#include <stdio.h>

size_t status_dump(char *out, size_t size) {
    size_t used = 0;

    for (int b = 0; b < 16; b++)
        for (struct lease *l = leasedb.buckets[b]; l && used < size; l = l->next) { // BAD(guard-bypass,unlocked-access,exposed-field)
            int n = snprintf(out + used, size - used, "%u %s\n", l->ip, l->hostname); // BAD(guard-bypass,unlocked-access,exposed-field)
            if (n < 0)
                break;
            used += (size_t)n;
        }
    return used < size ? used : size;
}
