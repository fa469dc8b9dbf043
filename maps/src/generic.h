/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The generic form of a map: its core with the type that the map remembers.
 * OPERATIONS(MAPSAN_MAP_GENERIC, design) defines what OPERATIONS(MAPSAN_MAP_DECLARE, design)
 * declares; `design`_TYPE(self) must give the type.
 */
#ifndef MAPSAN_MAPS_GENERIC_H
#define MAPSAN_MAPS_GENERIC_H

#include <mapsan/maps/define.h>

#define MAPSAN_MAP_GENERIC(operation, design) MAPSAN_MAP_GENERIC_##operation(design)
#define MAPSAN_MAP_GENERIC_get(design)                                                             \
    bool design##_get(struct design *self, const void *key, void *output) {                        \
        return design##_core_get(design##_TYPE(self), self, key, output);                          \
    }
#define MAPSAN_MAP_GENERIC_put(design)                                                             \
    int design##_put(struct design *self, const void *key, const void *value) {                    \
        return design##_core_put(design##_TYPE(self), self, key, value);                           \
    }
#define MAPSAN_MAP_GENERIC_get_or_put(design)                                                      \
    int design##_get_or_put(struct design *self, const void *key, void *value) {                   \
        return design##_core_get_or_put(design##_TYPE(self), self, key, value);                    \
    }
#define MAPSAN_MAP_GENERIC_remove(design)                                                          \
    int design##_remove(struct design *self, const void *key) {                                    \
        return design##_core_take(design##_TYPE(self), self, key, NULL, NULL);                     \
    }
#define MAPSAN_MAP_GENERIC_take(design)                                                            \
    int design##_take(struct design *self, const void *key, void *old_key, void *output) {         \
        return design##_core_take(design##_TYPE(self), self, key, old_key, output);                \
    }
#define MAPSAN_MAP_GENERIC_update(design)                                                          \
    int design##_update(struct design *self, const void *key, mapsan_map_update decide,            \
                        void *context) {                                                           \
        return design##_core_update(design##_TYPE(self), self, key, decide, context);              \
    }
#define MAPSAN_MAP_GENERIC_compare_and_swap(design)                                                \
    int design##_compare_and_swap(struct design *self, const void *key, const void *expected,      \
                                  const void *desired) {                                           \
        return design##_core_compare_and_swap(design##_TYPE(self), self, key, expected, desired);  \
    }
#define MAPSAN_MAP_GENERIC_each(design)                                                            \
    bool design##_each(struct design *self, mapsan_map_visit visit, void *context) {               \
        return design##_core_each(design##_TYPE(self), self, visit, context);                      \
    }
#define MAPSAN_MAP_GENERIC_len(design)                                                             \
    uint64_t design##_len(struct design *self) { return design##_core_len(self); }
#define MAPSAN_MAP_GENERIC_clear(design)                                                           \
    void design##_clear(struct design *self) { design##_core_clear(self); }

#endif
