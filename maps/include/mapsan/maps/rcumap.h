/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * rcumap: immutable snapshots behind one pointer. Choose it for a map that is read all the time and
 * written now and then, above all when `each` must see one moment, may take long, and must keep
 * nobody waiting; or when many changes must become visible at once (batches). Choose shardmap when
 * writes are more than about one in twenty.
 *
 * Sources: read-copy-update (McKenney and Slingwine, 1998) by liburcu (Desnoyers and others, 2012),
 * its `bp` flavour, which needs no registration of threads; the tree is a hash-array mapped trie
 * (Bagwell, 2001) with leaves of up to 32 entries; a batch changes what it has itself made, as the
 * transients of Clojure do (Hickey, 2008).
 *
 * Invariant: whatever can be reached from `current` never changes. A write copies a leaf and the
 * nodes above it, about 1 KB, publishes the new root with one store, and gives what it
 * replaced to a grace period.
 *
 * Thread safety: all operations but new and free, from any thread; each is atomic, each, len and
 * clear too. Readers are in an RCU section and take no lock; writers take a mutex. The callback of
 * `each` may use the map, and sees what was there when `each` began. That of `update` must not. A
 * batch belongs to the thread that began it, which until its end writes with the batch's functions
 * only. Ordering: what a thread did before a write happens before what another does after it has
 * seen that write.
 *
 * Reclamation: replaced nodes are gathered and handed to call_rcu, 256 KB at a time. Bound on
 * garbage: 2 MB, after which a writer waits for readers to leave; a writer that is itself in an RCU
 * section (in a callback) cannot, and goes beyond. Bytes that a removed key points to may be freed
 * after rcumap_quiesce().
 *
 * Time: O(log n) to base 16 and one leaf. All writes can answer MAPSAN_MAP_NO_MEMORY. Memory:
 * 16-byte entries take 20 to 60 bytes. Link with -lurcu-bp; no header of liburcu's is needed.
 */
#ifndef MAPSAN_MAPS_RCUMAP_H
#define MAPSAN_MAPS_RCUMAP_H

#include <mapsan/maps/define.h>
#include <mapsan/mapsan.h>
#include <pthread.h>

/* What operations.def's operations rcumap has, in both forms. */
#define RCUMAP_OPERATIONS(X, ...)                                                                  \
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
#define rcumap_TYPED(X, ...)                                                                       \
    X(new, __VA_ARGS__) X(free, __VA_ARGS__) X(batch, __VA_ARGS__) RCUMAP_OPERATIONS(X, __VA_ARGS__)

#ifdef __cplusplus
extern "C" {
#endif

/* The fields are here for the typed form's inlined code: leave them to it. */
struct rcumap {
    struct rcumap_node *current; /* atomic: the root that readers see; NULL if there is nothing */
    uint64_t seed;
    const struct mapsan_map_type *type;
    struct mapsan_map_allocator allocator;
    struct mapsan_tag tag;        /* used where MAPSAN_ENABLED is */
    struct rcumap_writer *writer; /* what only writers need */
};

/* A new empty map, or NULL if there is no memory. `type` and `options` are described in
 * vocabulary.h; type must outlive the map. Of the options' capacity only this holds: more than
 * memory can ever have is refused. The caller owns the map. */
struct rcumap *rcumap_new(const struct mapsan_map_type *type,
                          const struct mapsan_map_options *options);
/* Frees the map, not what keys and values point to. NULL is allowed. No thread may use it any more;
 * not from a callback of rcumap's, nor from an RCU section. */
void rcumap_free(struct rcumap *self);

/* The generic form: rcumap_get(struct rcumap *, const void *key, void *output) and so on;
 * operations.def says what each does. */
RCUMAP_OPERATIONS(MAPSAN_MAP_DECLARE, rcumap)

/* Between begin and end, put and remove of this thread are gathered: other threads see all of them
 * at the end, or none before. They see the batch's own changes. Each answers as its namesake does,
 * and an error leaves the batch as it was before the call. */
void rcumap_batch_begin(struct rcumap *self);
int rcumap_batch_put(struct rcumap *self, const void *key, const void *value);
int rcumap_batch_remove(struct rcumap *self, const void *key);
void rcumap_batch_end(struct rcumap *self);

/* Returns when every reader that was running has left. Not from a callback. */
void rcumap_quiesce(void);

#ifdef __cplusplus
}
#endif

/* The typed form of batches. */
#define MAPSAN_MAP_TYPED_batch(design, name, K, V)                                                 \
    MAPSAN_MAP_INLINE void name##_batch_begin(struct name *self) {                                 \
        design##_batch_begin(&self->map);                                                          \
    }                                                                                              \
    MAPSAN_MAP_INLINE int name##_batch_put(struct name *self, K key, V value) {                    \
        return design##_batch_put(&self->map, &key, &value);                                       \
    }                                                                                              \
    MAPSAN_MAP_INLINE int name##_batch_remove(struct name *self, K key) {                          \
        return design##_batch_remove(&self->map, &key);                                            \
    }                                                                                              \
    MAPSAN_MAP_INLINE void name##_batch_end(struct name *self) { design##_batch_end(&self->map); }

#include <mapsan/maps/rcumap_core.h>

#endif
