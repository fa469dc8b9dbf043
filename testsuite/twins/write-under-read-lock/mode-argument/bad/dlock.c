/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "dlock.h"

void dict_lock_init(struct dict_lock *l) { pthread_rwlock_init(&l->rw, NULL); }

void dict_lock_acquire(struct dict_lock *l, enum lock_mode mode) {
    if (mode == LM_EXCLUSIVE)
        pthread_rwlock_wrlock(&l->rw);
    else
        pthread_rwlock_rdlock(&l->rw);
}

void dict_lock_release(struct dict_lock *l) { pthread_rwlock_unlock(&l->rw); }
