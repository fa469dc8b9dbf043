/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * btreemap: a map in the order of its keys. Choose it for ranges, neighbours, the least and the
 * greatest, for iteration in order, or when no operation may depend on a hash. Choose a hash table
 * when you only look keys up: it is several times faster. One thread uses it, or you lock it.
 *
 * Sources: the B-tree of Bayer and McCreight (1972), with the single pass from the root that Guibas
 * and Sedgewick (1978) and Cormen and others (chapter 18) describe: a full node is split, and a
 * node that could not spare an entry is filled, before it is entered, so that no change ever goes
 * back up.
 *
 * Invariant: in a tree of degree t every node but the root has t - 1 to 2t - 1 entries in order, an
 * inner node one child more than entries, each child's keys lie between the entries beside it, and
 * all leaves are equally deep. Each put is prepared by splits that keep this, so running out of
 * memory half-way leaves a right tree with the same entries. A node that several trees share does
 * not change: whoever wants to change it goes on with a copy.
 *
 * Clones: clone is O(1) and shares all nodes (copy on write with a count per node, as in Rodeh's
 * B-trees, Shadowing and Clones, 2008). A clone is a map of its own: it may be read by other
 * threads, with no lock, while the map that it was made of is written, and the other way round. A
 * write then copies the nodes on its way that are still shared.
 *
 * Thread safety: none; operations that operations.def calls READ may run at the same time, and so
 * may seek, min, max, range and clone; all others need the map alone (not its clones). Time: O(log
 * n) comparisons; at most one node per level is split, merged or moved. Memory: 16-byte entries
 * take 18 to 37 bytes each between full and half-full nodes; removing gives empty nodes back at
 * once, and allocates only what is shared with a clone.
 *
 * There is no iterator that changes could break: the position in an iteration is a key, and
 * seek(map, key, BTREEMAP_ABOVE, ...) is the next entry, whatever has happened since. Keys that
 * `compare` calls equal are one key: all NaNs are.
 */
#ifndef MAPSAN_MAPS_BTREEMAP_H
#define MAPSAN_MAPS_BTREEMAP_H

#include <mapsan/maps/define.h>
#include <mapsan/mapsan.h>

/* What operations.def's operations btreemap has, in both forms. */
#define BTREEMAP_OPERATIONS(X, ...)                                                                \
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
#define btreemap_TYPED(X, ...)                                                                     \
    X(new, __VA_ARGS__)                                                                            \
    X(free, __VA_ARGS__) X(order, __VA_ARGS__) BTREEMAP_OPERATIONS(X, __VA_ARGS__)

#ifdef __cplusplus
extern "C" {
#endif

#define BTREEMAP_DEGREE_MIN 2
#define BTREEMAP_DEGREE_MAX 1024

/* The fields are here for the typed form's inlined code: leave them to it. */
struct btreemap {
    struct btreemap_node *root; /* NULL if there are no entries */
    uint64_t count;
    uint32_t degree;
    bool cloned; /* atomic: nodes may be shared */
    const struct mapsan_map_type *type;
    struct mapsan_map_allocator allocator;
    struct mapsan_tag tag; /* used where MAPSAN_ENABLED is */
};

/* Which entry a seek is for, seen from its key. */
enum btreemap_relation {
    BTREEMAP_BELOW,    /* the greatest key less than it */
    BTREEMAP_AT_MOST,  /* the greatest key not above it */
    BTREEMAP_AT_LEAST, /* the least key not below it */
    BTREEMAP_ABOVE,    /* the least key greater than it */
};

/* A new empty map, or NULL if there is no memory. `type` and `options` are described in
 * vocabulary.h; type must outlive the map and needs `compare`. Of the options' capacity only this
 * holds: more than memory can ever have is refused. The caller owns the map. */
struct btreemap *btreemap_new(const struct mapsan_map_type *type,
                              const struct mapsan_map_options *options);
/* Frees the map, not what keys and values point to. NULL is allowed. */
void btreemap_free(struct btreemap *self);
/* Sets t for a map that is empty; false if it is not, or t is out of range. By default a node's
 * entries take about 512 bytes. */
bool btreemap_set_degree(struct btreemap *self, uint32_t degree);

/* The generic form: btreemap_get(struct btreemap *, const void *key, void *output) and so on;
 * operations.def says what each does. Only put, get_or_put and update can answer
 * MAPSAN_MAP_NO_MEMORY, and, once the map has been cloned, the other writes. each goes in order. */
BTREEMAP_OPERATIONS(MAPSAN_MAP_DECLARE, btreemap)

/* Copies an entry out (either part may be NULL); false if there is none. `found` may be `key`. */
bool btreemap_seek(struct btreemap *self, const void *key, enum btreemap_relation relation,
                   void *found, void *value);
bool btreemap_min(struct btreemap *self, void *found, void *value);
bool btreemap_max(struct btreemap *self, void *found, void *value);
/* Visits the entries from `from` (NULL: the least) to before `to` (NULL: to the end), in order or,
 * with `reverse`, against it; false if the visitor ended it. */
bool btreemap_range(struct btreemap *self, const void *from, const void *to, bool reverse,
                    mapsan_map_visit visit, void *context);

/* A map with the same entries, in O(1); NULL if there is no memory. It is the caller's, and lives
 * as long as that wants, whatever becomes of `self`. If maps and clones are used by several
 * threads, the allocator must bear it. */
struct btreemap *btreemap_clone(struct btreemap *self);
/* Fills an empty map with `count` entries in ascending order of their keys, which differ; keys and
 * values are arrays. O(count), and all nodes are as full as can be. 0, and the map stays empty, if
 * it was not empty or the keys are not so; 1 if it is done. */
int btreemap_load(struct btreemap *self, const void *keys, const void *values, uint64_t count);
/* Takes out all entries from `from` (NULL: the least) to before `to` (NULL: to the end), or, if
 * there is no memory, none; 1 if there were any. Takes memory, for a copy of what changes. */
int btreemap_remove_range(struct btreemap *self, const void *from, const void *to);

#ifdef __cplusplus
}
#endif

/* The typed form of what only ordered maps have: name_seek, name_min, name_max, name_range,
 * name_clone, name_load, name_remove_range. */
#define MAPSAN_MAP_TYPED_order(design, name, K, V)                                                 \
    MAPSAN_MAP_INLINE struct name *name##_clone(struct name *self) {                               \
        return (struct name *)btreemap_clone(&self->map);                                          \
    }                                                                                              \
    MAPSAN_MAP_INLINE int name##_load(struct name *self, K const *keys, V const *values,           \
                                      uint64_t count) {                                            \
        return btreemap_load(&self->map, keys, values, count);                                     \
    }                                                                                              \
    MAPSAN_MAP_INLINE int name##_remove_range(struct name *self, K const *from, K const *to) {     \
        return btreemap_remove_range(&self->map, from, to);                                        \
    }                                                                                              \
    MAPSAN_MAP_INLINE bool name##_seek(struct name *self, K key, enum btreemap_relation relation,  \
                                       K *found, V *value) {                                       \
        return btreemap_core_seek(&name##_type, &self->map, &key, relation, (void *)found, value); \
    }                                                                                              \
    MAPSAN_MAP_INLINE bool name##_min(struct name *self, K *found, V *value) {                     \
        return btreemap_min(&self->map, (void *)found, value);                                     \
    }                                                                                              \
    MAPSAN_MAP_INLINE bool name##_max(struct name *self, K *found, V *value) {                     \
        return btreemap_max(&self->map, (void *)found, value);                                     \
    }                                                                                              \
    struct name##_ranger {                                                                         \
        bool (*visit)(void *context, K const *key, V const *value);                                \
        void *context;                                                                             \
    };                                                                                             \
    MAPSAN_MAP_INLINE bool name##_visit_range(void *ranger, const void *key, const void *value) {  \
        struct name##_ranger *self = (struct name##_ranger *)ranger;                               \
        return self->visit(self->context, (K const *)key, (V const *)value);                       \
    }                                                                                              \
    MAPSAN_MAP_INLINE bool name##_range(                                                           \
        struct name *self, K const *from, K const *to, bool reverse,                               \
        bool (*visit)(void *context, K const *key, V const *value), void *context) {               \
        struct name##_ranger ranger = {visit, context};                                            \
        return btreemap_range(&self->map, from, to, reverse, name##_visit_range, &ranger);         \
    }

#include <mapsan/maps/btreemap_core.h>

#endif
