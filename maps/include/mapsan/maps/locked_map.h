/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A template: hmap behind a reader/writer lock. Included by rwmap.h and rwmap_pthread.h, after they
 * have defined the map's name, its struct (with members `map` and `lock`), and the lock's four
 * operations: LOCKED_MAP, LOCKED_READ(self), LOCKED_READ_END(self), LOCKED_WRITE(self),
 * LOCKED_WRITE_END(self) There is no iterator: it would have to hold the lock between calls. `each`
 * holds it shared.
 */
#define LOCKED_JOIN_(a, b) a##b
#define LOCKED_JOIN(a, b) LOCKED_JOIN_(a, b)
#define LOCKED(function) LOCKED_JOIN(LOCKED_MAP, function)

MAPSAN_MAP_INLINE bool LOCKED(_core_get)(const struct mapsan_map_type *type,
                                         struct LOCKED_MAP *self, const void *key, void *output) {
    LOCKED_READ(self);
    bool found = hmap_core_get(type, &self->map, key, output);
    LOCKED_READ_END(self);
    return found;
}

MAPSAN_MAP_INLINE int LOCKED(_core_put)(const struct mapsan_map_type *type, struct LOCKED_MAP *self,
                                        const void *key, const void *value) {
    LOCKED_WRITE(self);
    int result = hmap_core_put(type, &self->map, key, value);
    LOCKED_WRITE_END(self);
    return result;
}

/* A key that is there, the frequent case, costs a read. */
MAPSAN_MAP_INLINE int LOCKED(_core_get_or_put)(const struct mapsan_map_type *type,
                                               struct LOCKED_MAP *self, const void *key,
                                               void *value) {
    if (LOCKED(_core_get)(type, self, key, value))
        return MAPSAN_MAP_NO;
    LOCKED_WRITE(self);
    int result = hmap_core_get_or_put(type, &self->map, key, value);
    LOCKED_WRITE_END(self);
    return result;
}

MAPSAN_MAP_INLINE int LOCKED(_core_take)(const struct mapsan_map_type *type,
                                         struct LOCKED_MAP *self, const void *key, void *old_key,
                                         void *output) {
    LOCKED_WRITE(self);
    int result = hmap_core_take(type, &self->map, key, old_key, output);
    LOCKED_WRITE_END(self);
    return result;
}

MAPSAN_MAP_INLINE int LOCKED(_core_update)(const struct mapsan_map_type *type,
                                           struct LOCKED_MAP *self, const void *key,
                                           mapsan_map_update decide, void *context) {
    LOCKED_WRITE(self);
    int result = hmap_core_update(type, &self->map, key, decide, context);
    LOCKED_WRITE_END(self);
    return result;
}

MAPSAN_MAP_INLINE int LOCKED(_core_compare_and_swap)(const struct mapsan_map_type *type,
                                                     struct LOCKED_MAP *self, const void *key,
                                                     const void *expected, const void *desired) {
    LOCKED_WRITE(self);
    int result = hmap_core_compare_and_swap(type, &self->map, key, expected, desired);
    LOCKED_WRITE_END(self);
    return result;
}

MAPSAN_MAP_INLINE bool LOCKED(_core_each)(const struct mapsan_map_type *type,
                                          struct LOCKED_MAP *self, mapsan_map_visit visit,
                                          void *context) {
    LOCKED_READ(self);
    bool complete = hmap_core_each(type, &self->map, visit, context);
    LOCKED_READ_END(self);
    return complete;
}

MAPSAN_MAP_INLINE uint64_t LOCKED(_core_len)(struct LOCKED_MAP *self) {
    LOCKED_READ(self);
    uint64_t count = hmap_core_len(&self->map);
    LOCKED_READ_END(self);
    return count;
}

MAPSAN_MAP_INLINE void LOCKED(_core_clear)(struct LOCKED_MAP *self) {
    LOCKED_WRITE(self);
    hmap_core_clear(&self->map);
    LOCKED_WRITE_END(self);
}

MAPSAN_MAP_INLINE void LOCKED(_core_free)(struct LOCKED_MAP *self) {
    if (self == NULL)
        return;
    hmap_core_destroy(&self->map);
    LOCKED(_release)(self);
}

#undef LOCKED_JOIN_
#undef LOCKED_JOIN
#undef LOCKED
#undef LOCKED_MAP
#undef LOCKED_READ
#undef LOCKED_READ_END
#undef LOCKED_WRITE
#undef LOCKED_WRITE_END
