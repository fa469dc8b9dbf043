/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef DLOCK_H
#define DLOCK_H

#include <pthread.h>

enum lock_mode { LM_SHARED, LM_EXCLUSIVE };

struct dict_lock {
    pthread_rwlock_t rw;
};

void dict_lock_init(struct dict_lock *l);
void dict_lock_acquire(struct dict_lock *l, enum lock_mode mode);
void dict_lock_release(struct dict_lock *l);

#endif
