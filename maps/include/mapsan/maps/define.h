/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The typed form of a map. Every design writes its operations once, as always-inlined functions
 * over a struct mapsan_map_type (`hmap_core_get`, ...). Called with a constant type they compile to
 * code in which sizes, hash and equality are known: the same source as the generic form, without
 * its indirect calls. This file makes the thin functions that do so:
 *
 *   MAPSAN_MAP_DEFINE(hmap, sessions, MAPSAN_KEY_U64, struct session *)
 *
 * defines struct sessions and sessions_new, sessions_get, ... for the operations that hmap lists in
 * HMAP_OPERATIONS. Use it once per type and source file; all that it makes is static.
 */
#ifndef MAPSAN_MAPS_DEFINE_H
#define MAPSAN_MAPS_DEFINE_H

#include <mapsan/maps/keys.h>

#define MAPSAN_MAP_INLINE static inline __attribute__((always_inline, unused))
#define MAPSAN_MAP_OUTLINE static __attribute__((noinline, unused))

#ifdef __cplusplus
#define MAPSAN_MAP_ALIGN_OF(type) alignof(type)
#else
#define MAPSAN_MAP_ALIGN_OF(type) _Alignof(type)
#endif

/* One more round of expansion, so that a key kind becomes its five parts. */
#define MAPSAN_MAP_DEFINE(design, name, ...) MAPSAN_MAP_DEFINE_PARTS(design, name, __VA_ARGS__)

#define MAPSAN_MAP_DEFINE_PARTS(design, name, K, key_hash, key_equal, key_compare, key_flags, ...) \
    struct name {                                                                                  \
        struct design map;                                                                         \
    };                                                                                             \
    struct name##_entry {                                                                          \
        K key;                                                                                     \
        __VA_ARGS__ value;                                                                         \
    };                                                                                             \
    MAPSAN_MAP_INLINE uint64_t name##_hash(const struct mapsan_map_type *type, const void *key,    \
                                           uint64_t seed) {                                        \
        (void)type;                                                                                \
        return key_hash((K const *)key, seed);                                                     \
    }                                                                                              \
    MAPSAN_MAP_INLINE bool name##_equal(const struct mapsan_map_type *type, const void *left,      \
                                        const void *right) {                                       \
        (void)type;                                                                                \
        return key_equal((K const *)left, (K const *)right);                                       \
    }                                                                                              \
    MAPSAN_MAP_INLINE int name##_compare(const struct mapsan_map_type *type, const void *left,     \
                                         const void *right) {                                      \
        (void)type;                                                                                \
        return key_compare((K const *)left, (K const *)right);                                     \
    }                                                                                              \
    static const struct mapsan_map_type name##_type = {sizeof(K),                                  \
                                                       sizeof(__VA_ARGS__),                        \
                                                       offsetof(struct name##_entry, value),       \
                                                       sizeof(struct name##_entry),                \
                                                       MAPSAN_MAP_ALIGN_OF(struct name##_entry),   \
                                                       name##_hash,                                \
                                                       name##_equal,                               \
                                                       name##_compare,                             \
                                                       key_flags};                                 \
    design##_TYPED(MAPSAN_MAP_TYPED, design, name, K, __VA_ARGS__)

#define MAPSAN_MAP_TYPED(operation, design, name, K, V)                                            \
    MAPSAN_MAP_TYPED_##operation(design, name, K, V)

/* For kinds of keys without an order, in hashed maps: every two keys are alike. */
#define mapsan_unordered(left, right) ((void)(left), (void)(right), 0)

#define MAPSAN_MAP_TYPED_new(design, name, K, V)                                                   \
    MAPSAN_MAP_INLINE struct name *name##_new(const struct mapsan_map_options *options) {          \
        return (struct name *)design##_new(&name##_type, options);                                 \
    }
#define MAPSAN_MAP_TYPED_free(design, name, K, V)                                                  \
    MAPSAN_MAP_INLINE void name##_free(struct name *self) {                                        \
        design##_core_free((struct design *)self);                                                 \
    }
#define MAPSAN_MAP_TYPED_get(design, name, K, V)                                                   \
    MAPSAN_MAP_INLINE bool name##_get(struct name *self, K key, V *output) {                       \
        return design##_core_get(&name##_type, &self->map, &key, output);                          \
    }
#define MAPSAN_MAP_TYPED_put(design, name, K, V)                                                   \
    MAPSAN_MAP_INLINE int name##_put(struct name *self, K key, V value) {                          \
        return design##_core_put(&name##_type, &self->map, &key, &value);                          \
    }
#define MAPSAN_MAP_TYPED_get_or_put(design, name, K, V)                                            \
    MAPSAN_MAP_INLINE int name##_get_or_put(struct name *self, K key, V *value) {                  \
        return design##_core_get_or_put(&name##_type, &self->map, &key, value);                    \
    }
#define MAPSAN_MAP_TYPED_remove(design, name, K, V)                                                \
    MAPSAN_MAP_INLINE int name##_remove(struct name *self, K key) {                                \
        return design##_core_take(&name##_type, &self->map, &key, NULL, NULL);                     \
    }
#define MAPSAN_MAP_TYPED_take(design, name, K, V)                                                  \
    MAPSAN_MAP_INLINE int name##_take(struct name *self, K key, K *old_key, V *output) {           \
        return design##_core_take(&name##_type, &self->map, &key, (void *)old_key, output);        \
    }
#define MAPSAN_MAP_TYPED_compare_and_swap(design, name, K, V)                                      \
    MAPSAN_MAP_INLINE int name##_compare_and_swap(struct name *self, K key, V expected,            \
                                                  V desired) {                                     \
        return design##_core_compare_and_swap(&name##_type, &self->map, &key, &expected,           \
                                              &desired);                                           \
    }
#define MAPSAN_MAP_TYPED_update(design, name, K, V)                                                \
    struct name##_updater {                                                                        \
        enum mapsan_map_decision (*decide)(void *context, K const *key, V *value, bool present);   \
        void *context;                                                                             \
    };                                                                                             \
    MAPSAN_MAP_INLINE enum mapsan_map_decision name##_decide(void *updater, const void *key,       \
                                                             void *value, bool present) {          \
        struct name##_updater *self = (struct name##_updater *)updater;                            \
        return self->decide(self->context, (K const *)key, (V *)value, present);                   \
    }                                                                                              \
    MAPSAN_MAP_INLINE int name##_update(                                                           \
        struct name *self, K key,                                                                  \
        enum mapsan_map_decision (*decide)(void *context, K const *key, V *value, bool present),   \
        void *context) {                                                                           \
        struct name##_updater updater = {decide, context};                                         \
        return design##_core_update(&name##_type, &self->map, &key, name##_decide, &updater);      \
    }
#define MAPSAN_MAP_TYPED_each(design, name, K, V)                                                  \
    struct name##_visitor {                                                                        \
        bool (*visit)(void *context, K const *key, V const *value);                                \
        void *context;                                                                             \
    };                                                                                             \
    MAPSAN_MAP_INLINE bool name##_visit(void *visitor, const void *key, const void *value) {       \
        struct name##_visitor *self = (struct name##_visitor *)visitor;                            \
        return self->visit(self->context, (K const *)key, (V const *)value);                       \
    }                                                                                              \
    MAPSAN_MAP_INLINE bool name##_each(struct name *self,                                          \
                                       bool (*visit)(void *context, K const *key, V const *value), \
                                       void *context) {                                            \
        struct name##_visitor visitor = {visit, context};                                          \
        return design##_core_each(&name##_type, &self->map, name##_visit, &visitor);               \
    }
#define MAPSAN_MAP_TYPED_iter(design, name, K, V)                                                  \
    struct name##_iter {                                                                           \
        struct design##_iter iter;                                                                 \
    };                                                                                             \
    MAPSAN_MAP_INLINE void name##_iter_init(struct name##_iter *iter, struct name *self) {         \
        design##_core_iter_init(&iter->iter, &self->map);                                          \
    }                                                                                              \
    MAPSAN_MAP_INLINE bool name##_iter_next(struct name##_iter *iter, K *key, V *value) {          \
        return design##_core_iter_next(&name##_type, &iter->iter, (void *)key, value);             \
    }                                                                                              \
    MAPSAN_MAP_INLINE void name##_iter_end(struct name##_iter *iter) {                             \
        design##_iter_end(&iter->iter);                                                            \
    }
#define MAPSAN_MAP_TYPED_len(design, name, K, V)                                                   \
    MAPSAN_MAP_INLINE uint64_t name##_len(struct name *self) {                                     \
        return design##_core_len(&self->map);                                                      \
    }
#define MAPSAN_MAP_TYPED_clear(design, name, K, V)                                                 \
    MAPSAN_MAP_INLINE void name##_clear(struct name *self) { design##_core_clear(&self->map); }

/* The generic form, declared by OPERATIONS(MAPSAN_MAP_DECLARE, design); src/generic.h defines it.
 */
#define MAPSAN_MAP_DECLARE(operation, design) MAPSAN_MAP_DECLARE_##operation(design)
#define MAPSAN_MAP_DECLARE_get(design)                                                             \
    bool design##_get(struct design *self, const void *key, void *output);
#define MAPSAN_MAP_DECLARE_put(design)                                                             \
    int design##_put(struct design *self, const void *key, const void *value);
#define MAPSAN_MAP_DECLARE_get_or_put(design)                                                      \
    int design##_get_or_put(struct design *self, const void *key, void *value);
#define MAPSAN_MAP_DECLARE_remove(design) int design##_remove(struct design *self, const void *key);
#define MAPSAN_MAP_DECLARE_take(design)                                                            \
    int design##_take(struct design *self, const void *key, void *old_key, void *output);
#define MAPSAN_MAP_DECLARE_update(design)                                                          \
    int design##_update(struct design *self, const void *key, mapsan_map_update decide,            \
                        void *context);
#define MAPSAN_MAP_DECLARE_compare_and_swap(design)                                                \
    int design##_compare_and_swap(struct design *self, const void *key, const void *expected,      \
                                  const void *desired);
#define MAPSAN_MAP_DECLARE_each(design)                                                            \
    bool design##_each(struct design *self, mapsan_map_visit visit, void *context);
#define MAPSAN_MAP_DECLARE_len(design) uint64_t design##_len(struct design *self);
#define MAPSAN_MAP_DECLARE_clear(design) void design##_clear(struct design *self);

#endif
