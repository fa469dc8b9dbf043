/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reading rcumap, written once for the typed and the generic form (define.h). A leaf's tags, one
 * byte of each entry's hash, are compared sixteen at a time. Writing is in rcumap.c: next to the
 * copying, calls through the type cost nothing.
 */
#ifndef MAPSAN_MAPS_RCUMAP_CORE_H
#define MAPSAN_MAPS_RCUMAP_CORE_H

#include <mapsan/maps/rcumap.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define RCUMAP_BITS 4
#define RCUMAP_FANOUT (1u << RCUMAP_BITS)
#define RCUMAP_LEAF_MAX 32u /* entries, unless their hashes are all alike */

struct rcumap_node {
    struct rcumap_node *next_garbage; /* once it is replaced */
    uint64_t version;                 /* the batch or write that made it */
    uint64_t size;                    /* in bytes */
    uint32_t count;                   /* of a leaf's entries, or of children that are not NULL */
    uint32_t is_leaf;
    /* then a leaf's tags, padded to sixteens, and its entries; or RCUMAP_FANOUT children */
};

#ifndef urcu_bp_read_lock
/* liburcu's; declared here so that users of typed maps need not have its headers. */
void urcu_bp_read_lock(void);
void urcu_bp_read_unlock(void);
#endif

/* liburcu is not built with ThreadSanitizer, which therefore has to be told what a grace period
 * orders: all that readers did in their sections, and what follows it. By an address that nothing
 * else orders. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
void __tsan_release(void *address);
#define RCUMAP_READER_LEAVES(self) __tsan_release(&(self)->writer)
#endif
#endif
#ifndef RCUMAP_READER_LEAVES
#define RCUMAP_READER_LEAVES(self) ((void)0)
#endif

bool rcumap_visit(const struct mapsan_map_type *type, const struct rcumap_node *node,
                  mapsan_map_visit visit, void *context);
int rcumap_write_put(struct rcumap *self, const void *key, const void *value);
int rcumap_write_get_or_put(struct rcumap *self, const void *key, void *value);
int rcumap_write_take(struct rcumap *self, const void *key, void *old_key, void *output);
int rcumap_write_update(struct rcumap *self, const void *key, mapsan_map_update decide,
                        void *context);
int rcumap_write_compare_and_swap(struct rcumap *self, const void *key, const void *expected,
                                  const void *desired);
uint64_t rcumap_read_len(struct rcumap *self);
void rcumap_clear_all(struct rcumap *self);
/* All nodes; for who knows that there are no readers. */
void rcumap_drop_all(struct rcumap *self);
void rcumap_release(struct rcumap *self);

MAPSAN_MAP_INLINE struct rcumap_node **rcumap_children(const struct rcumap_node *node) {
    return (struct rcumap_node **)(void *)((char *)(uintptr_t)node + sizeof *node);
}

MAPSAN_MAP_INLINE uint8_t *rcumap_tags(const struct rcumap_node *leaf) {
    return (uint8_t *)(uintptr_t)leaf + sizeof *leaf;
}

MAPSAN_MAP_INLINE uint8_t rcumap_tag(uint64_t hash) { return (uint8_t)(hash >> 56); }

MAPSAN_MAP_INLINE size_t rcumap_entries_offset(const struct mapsan_map_type *type, uint32_t count) {
    size_t tags = sizeof(struct rcumap_node) + (((size_t)count + 15) & ~(size_t)15);
    return (tags + type->entry_align - 1) & ~(type->entry_align - 1);
}

MAPSAN_MAP_INLINE void *rcumap_entry_at(const struct mapsan_map_type *type,
                                        const struct rcumap_node *leaf, uint32_t index) {
    return (char *)(uintptr_t)leaf + rcumap_entries_offset(type, leaf->count) +
           index * type->entry_size;
}

/* Bit i is set where tags[i] is `tag`, of sixteen. */
MAPSAN_MAP_INLINE uint32_t rcumap_match(const uint8_t *tags, uint8_t tag) {
#if defined(__SSE2__)
    __m128i group = _mm_loadu_si128((const __m128i *)(const void *)tags);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(group, _mm_set1_epi8((char)tag)));
#else
    uint32_t match = 0;
    for (unsigned i = 0; i < 16; i++)
        match |= (uint32_t)(tags[i] == tag) << i;
    return match;
#endif
}

/* The key's index in the leaf; its count if it is not there. */
MAPSAN_MAP_INLINE uint32_t rcumap_index_of(const struct mapsan_map_type *type,
                                           const struct rcumap_node *leaf, uint64_t hash,
                                           const void *key) {
    for (uint32_t first = 0; first < leaf->count; first += 16) {
        uint32_t match = rcumap_match(rcumap_tags(leaf) + first, rcumap_tag(hash));
        for (; match != 0; match &= match - 1) {
            uint32_t index = first + (uint32_t)__builtin_ctz(match);
            /* The padding's tags match too. */
            if (index >= leaf->count)
                break;
            if (type->equal(type, key, rcumap_entry_at(type, leaf, index)))
                return index;
        }
    }
    return leaf->count;
}

/* The key's entry below a root, or NULL. */
MAPSAN_MAP_INLINE const void *rcumap_find(const struct mapsan_map_type *type,
                                          const struct rcumap_node *node, uint64_t hash,
                                          const void *key) {
    for (uint64_t bits = hash; node != NULL && !node->is_leaf; bits >>= RCUMAP_BITS)
        node = rcumap_children(node)[bits % RCUMAP_FANOUT];
    if (node == NULL)
        return NULL;
    uint32_t index = rcumap_index_of(type, node, hash, key);
    return index < node->count ? rcumap_entry_at(type, node, index) : NULL;
}

MAPSAN_MAP_INLINE bool rcumap_core_get(const struct mapsan_map_type *type, struct rcumap *self,
                                       const void *key, void *output) {
    uint64_t hash = type->hash(type, key, self->seed);
    MAPSAN_READ_BEGIN(self, &self->tag, "rcumap");
    urcu_bp_read_lock();
    const struct rcumap_node *root = __atomic_load_n(&self->current, __ATOMIC_ACQUIRE);
    const void *entry = rcumap_find(type, root, hash, key);
    if (entry != NULL && output != NULL)
        mapsan_map_copy(output, mapsan_map_value_of(type, entry), type->value_size);
    RCUMAP_READER_LEAVES(self);
    urcu_bp_read_unlock();
    MAPSAN_READ_END(&self->tag);
    return entry != NULL;
}

MAPSAN_MAP_INLINE bool rcumap_core_each(const struct mapsan_map_type *type, struct rcumap *self,
                                        mapsan_map_visit visit, void *context) {
    MAPSAN_READ_BEGIN(self, &self->tag, "rcumap");
    urcu_bp_read_lock();
    const struct rcumap_node *root = __atomic_load_n(&self->current, __ATOMIC_ACQUIRE);
    bool complete = rcumap_visit(type, root, visit, context);
    RCUMAP_READER_LEAVES(self);
    urcu_bp_read_unlock();
    MAPSAN_READ_END(&self->tag);
    return complete;
}

MAPSAN_MAP_INLINE uint64_t rcumap_core_len(struct rcumap *self) {
    MAPSAN_READ_BEGIN(self, &self->tag, "rcumap");
    uint64_t count = rcumap_read_len(self);
    MAPSAN_READ_END(&self->tag);
    return count;
}

/* An operation that writes. Threads may share it: to the runtime it is a use, like a read. */
#define RCUMAP_WRITE(type, self, call)                                                             \
    (void)(type);                                                                                  \
    MAPSAN_READ_BEGIN(self, &(self)->tag, "rcumap");                                               \
    int result = call;                                                                             \
    MAPSAN_READ_END(&(self)->tag);                                                                 \
    return result

MAPSAN_MAP_INLINE int rcumap_core_put(const struct mapsan_map_type *type, struct rcumap *self,
                                      const void *key, const void *value) {
    RCUMAP_WRITE(type, self, rcumap_write_put(self, key, value));
}

/* A key that is there, the frequent case, costs a read. */
MAPSAN_MAP_INLINE int rcumap_core_get_or_put(const struct mapsan_map_type *type,
                                             struct rcumap *self, const void *key, void *value) {
    if (rcumap_core_get(type, self, key, value))
        return MAPSAN_MAP_NO;
    RCUMAP_WRITE(type, self, rcumap_write_get_or_put(self, key, value));
}

MAPSAN_MAP_INLINE int rcumap_core_take(const struct mapsan_map_type *type, struct rcumap *self,
                                       const void *key, void *old_key, void *output) {
    RCUMAP_WRITE(type, self, rcumap_write_take(self, key, old_key, output));
}

MAPSAN_MAP_INLINE int rcumap_core_update(const struct mapsan_map_type *type, struct rcumap *self,
                                         const void *key, mapsan_map_update decide, void *context) {
    RCUMAP_WRITE(type, self, rcumap_write_update(self, key, decide, context));
}

MAPSAN_MAP_INLINE int rcumap_core_compare_and_swap(const struct mapsan_map_type *type,
                                                   struct rcumap *self, const void *key,
                                                   const void *expected, const void *desired) {
    RCUMAP_WRITE(type, self, rcumap_write_compare_and_swap(self, key, expected, desired));
}

MAPSAN_MAP_INLINE void rcumap_core_clear(struct rcumap *self) {
    MAPSAN_READ_BEGIN(self, &self->tag, "rcumap");
    rcumap_clear_all(self);
    MAPSAN_READ_END(&self->tag);
}

MAPSAN_MAP_INLINE void rcumap_core_free(struct rcumap *self) {
    if (self == NULL)
        return;
    MAPSAN_DESTROY_BEGIN(self, &self->tag, "rcumap");
    rcumap_drop_all(self);
    MAPSAN_DESTROY_END(&self->tag);
    rcumap_release(self);
}

#ifdef __cplusplus
}
#endif
#endif
