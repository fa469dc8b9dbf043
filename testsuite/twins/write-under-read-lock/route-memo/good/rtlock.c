/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=pthread, note=lazily computed field behind lock
// wrappers in another file
/*
 * A router finds the route of a destination in a sorted array under the read side of a wrapped
 * rwlock and memoises the last hit in the table itself: a cached index, written by every reader.
 * Here the memo belongs to the caller, one per forwarding thread.
 */
#include "rtlock.h"
#include <pthread.h>
#include <stdlib.h>

struct rtlock {
    pthread_rwlock_t rw;
};

struct rtlock *rtlock_new(void) {
    struct rtlock *lock = malloc(sizeof(*lock));
    if (lock && pthread_rwlock_init(&lock->rw, NULL) != 0) {
        free(lock);
        lock = NULL;
    }
    return lock;
}

void rtlock_rdlock(struct rtlock *lock) { (void)pthread_rwlock_rdlock(&lock->rw); }
void rtlock_wrlock(struct rtlock *lock) { (void)pthread_rwlock_wrlock(&lock->rw); }
void rtlock_unlock(struct rtlock *lock) { (void)pthread_rwlock_unlock(&lock->rw); }

void rtlock_free(struct rtlock *lock) {
    pthread_rwlock_destroy(&lock->rw);
    free(lock);
}
