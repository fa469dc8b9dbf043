/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reading triemap, written once for the typed and the generic form (define.h). Writing, which
 * allocates anyway, is in triemap.c and goes by the type that the map remembers.
 */
#ifndef MAPSAN_MAPS_TRIEMAP_CORE_H
#define MAPSAN_MAPS_TRIEMAP_CORE_H

#include <mapsan/maps/triemap.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TRIEMAP_NODE ((uintptr_t)1) /* of a child: it is a node */

struct triemap_entry {
    struct mapsan_retired retired;
    uint64_t hash;
    uintptr_t overflow; /* atomic: the next entry with this hash, or 0 */
    /* then the entry as mapsan_map_type describes it */
};

/* Inside the caller's section. */
int triemap_write_put(struct triemap *self, const void *key, const void *value);
int triemap_write_get_or_put(struct triemap *self, const void *key, void *value);
int triemap_write_take(struct triemap *self, const void *key, void *old_key, void *output);
int triemap_write_update(struct triemap *self, const void *key, mapsan_map_update decide,
                         void *context);
int triemap_write_compare_and_swap(struct triemap *self, const void *key, const void *expected,
                                   const void *desired);
bool triemap_visit(const struct mapsan_map_type *type, const struct triemap_node *node,
                   mapsan_map_visit visit, void *context);
void triemap_clear_all(struct triemap *self);
void triemap_release(struct triemap *self);

MAPSAN_MAP_INLINE struct triemap_node *triemap_node_of(uintptr_t child) {
    return (struct triemap_node *)(child & ~TRIEMAP_NODE);
}

MAPSAN_MAP_INLINE uintptr_t triemap_child(const uintptr_t *child) {
    return __atomic_load_n(child, __ATOMIC_ACQUIRE);
}

/* Which child of a node of this level is on the way of a hash; the root's level is 0. */
MAPSAN_MAP_INLINE unsigned triemap_index(uint64_t hash, unsigned level) {
    return (unsigned)(hash >> (64 - TRIEMAP_BITS * (level + 1))) % TRIEMAP_FANOUT;
}

MAPSAN_MAP_INLINE void *triemap_key_of(const struct mapsan_map_type *type,
                                       const struct triemap_entry *entry) {
    size_t align = type->entry_align;
    return (char *)(uintptr_t)entry + ((sizeof *entry + align - 1) & ~(align - 1));
}

MAPSAN_MAP_INLINE void *triemap_value_of(const struct mapsan_map_type *type,
                                         const struct triemap_entry *entry) {
    return (char *)triemap_key_of(type, entry) + type->value_offset;
}

MAPSAN_MAP_INLINE bool triemap_is(const struct mapsan_map_type *type,
                                  const struct triemap_entry *entry, uint64_t hash,
                                  const void *key) {
    return entry->hash == hash && type->equal(type, key, triemap_key_of(type, entry));
}

MAPSAN_MAP_INLINE bool triemap_core_get(const struct mapsan_map_type *type, struct triemap *self,
                                        const void *key, void *output) {
    uint64_t hash = type->hash(type, key, self->seed);
    const struct triemap_entry *entry = NULL;
    MAPSAN_READ_BEGIN(self, &self->tag, "triemap");
    mapsan_epoch_enter();
    uintptr_t child = triemap_child(&self->root.children[triemap_index(hash, 0)]);
    for (uint64_t bits = hash << TRIEMAP_BITS; (child & TRIEMAP_NODE) != 0; bits <<= TRIEMAP_BITS)
        child = triemap_child(&triemap_node_of(child)->children[triemap_index(bits, 0)]);
    for (; child != 0; child = triemap_child(&entry->overflow)) {
        entry = (const struct triemap_entry *)child;
        if (triemap_is(type, entry, hash, key))
            break;
    }
    if (child != 0 && output != NULL)
        mapsan_map_copy(output, triemap_value_of(type, entry), type->value_size);
    mapsan_epoch_leave();
    MAPSAN_READ_END(&self->tag);
    return child != 0;
}

/* An operation that writes. Threads may share it: to the runtime it is a use, like a read. */
#define TRIEMAP_WRITE(type, self, call)                                                            \
    (void)(type);                                                                                  \
    MAPSAN_READ_BEGIN(self, &(self)->tag, "triemap");                                              \
    mapsan_epoch_enter();                                                                          \
    int result = call;                                                                             \
    mapsan_epoch_leave();                                                                          \
    MAPSAN_READ_END(&(self)->tag);                                                                 \
    return result

MAPSAN_MAP_INLINE int triemap_core_put(const struct mapsan_map_type *type, struct triemap *self,
                                       const void *key, const void *value) {
    TRIEMAP_WRITE(type, self, triemap_write_put(self, key, value));
}

/* A key that is there, the frequent case, costs a read. */
MAPSAN_MAP_INLINE int triemap_core_get_or_put(const struct mapsan_map_type *type,
                                              struct triemap *self, const void *key, void *value) {
    if (triemap_core_get(type, self, key, value))
        return MAPSAN_MAP_NO;
    TRIEMAP_WRITE(type, self, triemap_write_get_or_put(self, key, value));
}

MAPSAN_MAP_INLINE int triemap_core_take(const struct mapsan_map_type *type, struct triemap *self,
                                        const void *key, void *old_key, void *output) {
    TRIEMAP_WRITE(type, self, triemap_write_take(self, key, old_key, output));
}

MAPSAN_MAP_INLINE int triemap_core_update(const struct mapsan_map_type *type, struct triemap *self,
                                          const void *key, mapsan_map_update decide,
                                          void *context) {
    TRIEMAP_WRITE(type, self, triemap_write_update(self, key, decide, context));
}

MAPSAN_MAP_INLINE int triemap_core_compare_and_swap(const struct mapsan_map_type *type,
                                                    struct triemap *self, const void *key,
                                                    const void *expected, const void *desired) {
    TRIEMAP_WRITE(type, self, triemap_write_compare_and_swap(self, key, expected, desired));
}

MAPSAN_MAP_INLINE bool triemap_core_each(const struct mapsan_map_type *type, struct triemap *self,
                                         mapsan_map_visit visit, void *context) {
    MAPSAN_READ_BEGIN(self, &self->tag, "triemap");
    mapsan_epoch_enter();
    bool complete = triemap_visit(type, &self->root, visit, context);
    mapsan_epoch_leave();
    MAPSAN_READ_END(&self->tag);
    return complete;
}

MAPSAN_MAP_INLINE uint64_t triemap_core_len(struct triemap *self) {
    MAPSAN_READ_BEGIN(self, &self->tag, "triemap");
    uint64_t count = __atomic_load_n(&self->count, __ATOMIC_RELAXED);
    MAPSAN_READ_END(&self->tag);
    return count;
}

MAPSAN_MAP_INLINE void triemap_core_clear(struct triemap *self) {
    MAPSAN_READ_BEGIN(self, &self->tag, "triemap");
    triemap_clear_all(self);
    MAPSAN_READ_END(&self->tag);
}

MAPSAN_MAP_INLINE void triemap_core_free(struct triemap *self) {
    if (self == NULL)
        return;
    MAPSAN_DESTROY_BEGIN(self, &self->tag, "triemap");
    triemap_clear_all(self);
    MAPSAN_DESTROY_END(&self->tag);
    triemap_release(self);
}

#ifdef __cplusplus
}
#endif
#endif
