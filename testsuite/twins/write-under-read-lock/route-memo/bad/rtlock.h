/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef RTLOCK_H
#define RTLOCK_H
struct rtlock;
struct rtlock *rtlock_new(void);
void rtlock_rdlock(struct rtlock *lock);
void rtlock_wrlock(struct rtlock *lock);
void rtlock_unlock(struct rtlock *lock);
void rtlock_free(struct rtlock *lock);
#endif
