/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef SYNC_H
#define SYNC_H
#include <pthread.h>

typedef struct sync_rw {
    pthread_rwlock_t native;
    const char *name;
} sync_rw_t;

int sync_rw_init(sync_rw_t *lock, const char *name);
void sync_rw_read(sync_rw_t *lock);
void sync_rw_write(sync_rw_t *lock);
void sync_rw_done(sync_rw_t *lock);
void sync_rw_destroy(sync_rw_t *lock);
#endif
