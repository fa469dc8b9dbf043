/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * rwmap_pthread: rwmap with the plain pthread_rwlock_t, for comparison and for tools that know
 * pthread's locks. Its contract is rwmap's; glibc's lock prefers readers, who can keep a writer
 * waiting for ever. Choose rwmap, unless the lock's 8.4 KB are too much: one is 56 bytes here.
 */
#ifndef MAPSAN_MAPS_RWMAP_PTHREAD_H
#define MAPSAN_MAPS_RWMAP_PTHREAD_H

#include <mapsan/maps/hmap.h>
#include <pthread.h>

struct rwmap_pthread {
    pthread_rwlock_t lock;
    struct hmap map;
};

#define RWMAP_PTHREAD_OPERATIONS(X, ...)                                                           \
    X(get, __VA_ARGS__)                                                                            \
    X(put, __VA_ARGS__)                                                                            \
    X(get_or_put, __VA_ARGS__)                                                                     \
    X(remove, __VA_ARGS__)                                                                         \
    X(take, __VA_ARGS__)                                                                           \
    X(update, __VA_ARGS__)                                                                         \
    X(compare_and_swap, __VA_ARGS__)                                                               \
    X(each, __VA_ARGS__)                                                                           \
    X(len, __VA_ARGS__)                                                                            \
    X(clear, __VA_ARGS__)
#define rwmap_pthread_TYPED(X, ...)                                                                \
    X(new, __VA_ARGS__) X(free, __VA_ARGS__) RWMAP_PTHREAD_OPERATIONS(X, __VA_ARGS__)

#ifdef __cplusplus
extern "C" {
#endif

/* As hmap_new and hmap_free. Free it when no thread can use it any more. */
struct rwmap_pthread *rwmap_pthread_new(const struct mapsan_map_type *type,
                                        const struct mapsan_map_options *options);
void rwmap_pthread_free(struct rwmap_pthread *self);
/* Gives the memory of an ended map back. */
void rwmap_pthread_release(struct rwmap_pthread *self);

/* The generic form: rwmap_pthread_get(struct rwmap_pthread *, const void *key, void *output) and so
 * on, as hmap's. */
RWMAP_PTHREAD_OPERATIONS(MAPSAN_MAP_DECLARE, rwmap_pthread)

#ifdef __cplusplus
}
#endif

#define LOCKED_MAP rwmap_pthread
#define LOCKED_READ(self) pthread_rwlock_rdlock(&(self)->lock)
#define LOCKED_READ_END(self) pthread_rwlock_unlock(&(self)->lock)
#define LOCKED_WRITE(self) pthread_rwlock_wrlock(&(self)->lock)
#define LOCKED_WRITE_END(self) pthread_rwlock_unlock(&(self)->lock)
#include <mapsan/maps/locked_map.h>

#endif
