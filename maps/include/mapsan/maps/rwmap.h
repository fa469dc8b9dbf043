/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * rwmap: hmap behind a reader/writer lock. Choose it for a map that threads share and mostly read,
 * when every operation must be atomic on the whole map (an exact length, an `each` that sees one
 * moment). Choose another when writes are more than about one in ten and must scale, or when `each`
 * is long and must not keep writers waiting.
 *
 * Sources: hmap.h, rwmutex.h. Invariant: `map` is used under `lock`, shared for operations that
 * operations.def calls READ or ITERATE, exclusive for the others.
 *
 * Thread safety: all operations but new and free, from any thread; each is atomic. A callback runs
 * under the lock and must not use the same map: it would wait for itself. No operation hands out a
 * reference or holds the lock after it has returned; so there is no iterator, only `each`.
 * Ordering: what a thread did before a write happens before what another does after it has read
 * that write. Time and memory: hmap's, and 8.4 KB for the lock.
 */
#ifndef MAPSAN_MAPS_RWMAP_H
#define MAPSAN_MAPS_RWMAP_H

#include <mapsan/maps/hmap.h>
#include <mapsan/maps/rwmutex.h>

struct rwmap {
    struct rwmutex lock;
    struct hmap map;
};

#define RWMAP_OPERATIONS(X, ...)                                                                   \
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
#define rwmap_TYPED(X, ...)                                                                        \
    X(new, __VA_ARGS__) X(free, __VA_ARGS__) RWMAP_OPERATIONS(X, __VA_ARGS__)

#ifdef __cplusplus
extern "C" {
#endif

/* As hmap_new and hmap_free. Free it when no thread can use it any more. */
struct rwmap *rwmap_new(const struct mapsan_map_type *type,
                        const struct mapsan_map_options *options);
void rwmap_free(struct rwmap *self);
/* Gives the memory of an ended map back. */
void rwmap_release(struct rwmap *self);

/* The generic form: rwmap_get(struct rwmap *, const void *key, void *output) and so on, as hmap's.
 */
RWMAP_OPERATIONS(MAPSAN_MAP_DECLARE, rwmap)

#ifdef __cplusplus
}
#endif

#define LOCKED_MAP rwmap
#define LOCKED_READ(self) rwmutex_read_lock(&(self)->lock)
#define LOCKED_READ_END(self) rwmutex_read_unlock(&(self)->lock)
#define LOCKED_WRITE(self) rwmutex_write_lock(&(self)->lock)
#define LOCKED_WRITE_END(self) rwmutex_write_unlock(&(self)->lock)
#include <mapsan/maps/locked_map.h>

#endif
