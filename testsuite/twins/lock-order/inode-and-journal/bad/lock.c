/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "fs.h"

#include <stdio.h>
#include <stdlib.h>

void fs_mutex_lock(pthread_mutex_t *m) {
    if (pthread_mutex_lock(m) != 0) {
        fprintf(stderr, "lock failed\n");
        abort();
    }
}

void fs_mutex_unlock(pthread_mutex_t *m) {
    if (pthread_mutex_unlock(m) != 0) {
        fprintf(stderr, "unlock failed\n");
        abort();
    }
}
