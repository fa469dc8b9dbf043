/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Clang's thread-safety attributes for C programs, in the form that `mapsan annotate` writes, and
 * what Clang must be told for them to work: that the locks of pthread, C11 and GLib are
 * capabilities, and what their functions do. Include it after the headers of the locks; then
 *
 *     clang -Wthread-safety
 *
 * checks what the macros say. In C, Clang matches a field with its lock by the lock's address:
 * MAPSAN_GUARDED_BY(&lock) on a field, MAPSAN_GUARDED_BY(lock) on a variable. A field that stands
 * before its lock needs Clang 19, -fexperimental-late-parse-attributes and
 * -DMAPSAN_LATE_ATTRIBUTES. Other compilers see nothing.
 */
#ifndef MAPSAN_THREAD_SAFETY_H
#define MAPSAN_THREAD_SAFETY_H

#include <mapsan/mapsan.h> /* MAPSAN_GUARDED_BY */
#include <pthread.h>

#if defined(__clang__)
#define MAPSAN_SAFETY_(attribute) __attribute__((attribute))
#else
#define MAPSAN_SAFETY_(attribute)
#endif

#ifdef MAPSAN_LATE_ATTRIBUTES
#define MAPSAN_GUARDED_BY_LATER(lock) MAPSAN_SAFETY_(guarded_by(lock))
#else
#define MAPSAN_GUARDED_BY_LATER(lock)
#endif
#define MAPSAN_REQUIRES(...) MAPSAN_SAFETY_(requires_capability(__VA_ARGS__))
#define MAPSAN_REQUIRES_SHARED(...) MAPSAN_SAFETY_(requires_shared_capability(__VA_ARGS__))
#define MAPSAN_TAKES(...) MAPSAN_SAFETY_(acquire_capability(__VA_ARGS__))
#define MAPSAN_TAKES_SHARED(...) MAPSAN_SAFETY_(acquire_shared_capability(__VA_ARGS__))
#define MAPSAN_GIVES_BACK(...) MAPSAN_SAFETY_(release_generic_capability(__VA_ARGS__))
#define MAPSAN_NO_THREAD_SAFETY MAPSAN_SAFETY_(no_thread_safety_analysis)

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wtypedef-redefinition"
#pragma clang diagnostic ignored "-Wredundant-decls"
#define MAPSAN_CAPABILITY_(type) typedef type type MAPSAN_SAFETY_(capability("mutex"))
#define MAPSAN_TRIES_(...) MAPSAN_SAFETY_(try_acquire_capability(__VA_ARGS__))
#define MAPSAN_TRIES_SHARED_(...) MAPSAN_SAFETY_(try_acquire_shared_capability(__VA_ARGS__))

MAPSAN_CAPABILITY_(pthread_mutex_t);
MAPSAN_CAPABILITY_(pthread_rwlock_t);
MAPSAN_CAPABILITY_(pthread_spinlock_t);
int pthread_mutex_lock(pthread_mutex_t *lock) MAPSAN_TAKES(*lock);
int pthread_mutex_trylock(pthread_mutex_t *lock) MAPSAN_TRIES_(0, *lock);
int pthread_mutex_unlock(pthread_mutex_t *lock) MAPSAN_GIVES_BACK(*lock);
int pthread_rwlock_rdlock(pthread_rwlock_t *lock) MAPSAN_TAKES_SHARED(*lock);
int pthread_rwlock_wrlock(pthread_rwlock_t *lock) MAPSAN_TAKES(*lock);
int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock) MAPSAN_TRIES_SHARED_(0, *lock);
int pthread_rwlock_trywrlock(pthread_rwlock_t *lock) MAPSAN_TRIES_(0, *lock);
int pthread_rwlock_unlock(pthread_rwlock_t *lock) MAPSAN_GIVES_BACK(*lock);
int pthread_spin_lock(pthread_spinlock_t *lock) MAPSAN_TAKES(*lock);
int pthread_spin_trylock(pthread_spinlock_t *lock) MAPSAN_TRIES_(0, *lock);
int pthread_spin_unlock(pthread_spinlock_t *lock) MAPSAN_GIVES_BACK(*lock);

#ifdef thread_local /* <threads.h> was included */
MAPSAN_CAPABILITY_(mtx_t);
int mtx_lock(mtx_t *lock) MAPSAN_TAKES(*lock);
int mtx_trylock(mtx_t *lock) MAPSAN_TRIES_(0, *lock);
int mtx_unlock(mtx_t *lock) MAPSAN_GIVES_BACK(*lock);
#endif

#ifdef __G_LIB_H__
MAPSAN_CAPABILITY_(GMutex);
MAPSAN_CAPABILITY_(GRecMutex);
MAPSAN_CAPABILITY_(GRWLock);
void g_mutex_lock(GMutex *lock) MAPSAN_TAKES(*lock);
gboolean g_mutex_trylock(GMutex *lock) MAPSAN_TRIES_(1, *lock);
void g_mutex_unlock(GMutex *lock) MAPSAN_GIVES_BACK(*lock);
void g_rec_mutex_lock(GRecMutex *lock) MAPSAN_TAKES(*lock);
gboolean g_rec_mutex_trylock(GRecMutex *lock) MAPSAN_TRIES_(1, *lock);
void g_rec_mutex_unlock(GRecMutex *lock) MAPSAN_GIVES_BACK(*lock);
void g_rw_lock_reader_lock(GRWLock *lock) MAPSAN_TAKES_SHARED(*lock);
gboolean g_rw_lock_reader_trylock(GRWLock *lock) MAPSAN_TRIES_SHARED_(1, *lock);
void g_rw_lock_reader_unlock(GRWLock *lock) MAPSAN_GIVES_BACK(*lock);
void g_rw_lock_writer_lock(GRWLock *lock) MAPSAN_TAKES(*lock);
gboolean g_rw_lock_writer_trylock(GRWLock *lock) MAPSAN_TRIES_(1, *lock);
void g_rw_lock_writer_unlock(GRWLock *lock) MAPSAN_GIVES_BACK(*lock);
#endif

#undef MAPSAN_CAPABILITY_
#undef MAPSAN_TRIES_
#undef MAPSAN_TRIES_SHARED_
#pragma clang diagnostic pop
#endif

#endif
