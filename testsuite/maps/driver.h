/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One table of functions per map under test, generated from operations.def, so that every test runs
 * on every map. Tests name keys by number; a driver's kind of key turns the number into a key of
 * its type. Values are uint64_t throughout. An operation that a design does not offer is NULL.
 */
#ifndef MAPSAN_TEST_MAPS_DRIVER_H
#define MAPSAN_TEST_MAPS_DRIVER_H

#include <mapsan/maps/vocabulary.h>

#define KEY_ROOM 64       /* the biggest key of any kind, in bytes */
#define ITERATOR_ROOM 256 /* the biggest iterator of any map, in bytes */

struct map_driver {
    const char *name;
    uint64_t keys; /* how many different ones a test should use: few where they all collide */
    void (*make_key)(uint64_t number, void *key);
    uint64_t (*key_number)(const void *key);
    /* Checks the structure from inside; NULL if there is nothing to check. */
    void (*verify)(void *self);
    void *(*create)(const struct mapsan_map_options *options);
    void (*destroy)(void *self);
    void (*iter_init)(void *iter, void *self);
    bool (*iter_next)(void *iter, void *key, uint64_t *value);
    void (*iter_end)(void *iter);
#define MAPSAN_MAP_OPERATION(name, kind, result, parameters, meaning) result(*name) parameters;
#include <mapsan/maps/operations.def>
#undef MAPSAN_MAP_OPERATION
};

/* All drivers of one design; each design's drivers are in a file of their own. */
struct map_drivers {
    const struct map_driver *list;
    size_t count;
};
struct map_drivers hmap_drivers(void);

/* Functions of a driver for a typed map: DRIVER_TYPED(HMAP_OPERATIONS, name, K). */
#define DRIVER_TYPED(operations, name, K)                                                          \
    static void *name##_driver_create(const struct mapsan_map_options *options) {                  \
        return name##_new(options);                                                                \
    }                                                                                              \
    static void name##_driver_destroy(void *self) { name##_free(self); }                           \
    operations(DRIVER_TYPED_OPERATION, name, K)
#define DRIVER_TYPED_OPERATION(operation, name, K) DRIVER_TYPED_##operation(name, K)
#define DRIVER_TYPED_get(name, K)                                                                  \
    static bool name##_driver_get(void *self, const void *key, void *output) {                     \
        return name##_get(self, *(K const *)key, output);                                          \
    }
#define DRIVER_TYPED_put(name, K)                                                                  \
    static int name##_driver_put(void *self, const void *key, const void *value) {                 \
        return name##_put(self, *(K const *)key, *(const uint64_t *)value);                        \
    }
#define DRIVER_TYPED_get_or_put(name, K)                                                           \
    static int name##_driver_get_or_put(void *self, const void *key, void *value) {                \
        return name##_get_or_put(self, *(K const *)key, value);                                    \
    }
#define DRIVER_TYPED_remove(name, K)                                                               \
    static int name##_driver_remove(void *self, const void *key) {                                 \
        return name##_remove(self, *(K const *)key);                                               \
    }
#define DRIVER_TYPED_take(name, K)                                                                 \
    static int name##_driver_take(void *self, const void *key, void *old_key, void *output) {      \
        return name##_take(self, *(K const *)key, old_key, output);                                \
    }
#define DRIVER_TYPED_update(name, K)                                                               \
    struct name##_driver_updater {                                                                 \
        mapsan_map_update decide;                                                                  \
        void *context;                                                                             \
    };                                                                                             \
    static enum mapsan_map_decision name##_driver_decide(void *updater, K const *key,              \
                                                         uint64_t *value, bool present) {          \
        struct name##_driver_updater *self = updater;                                              \
        return self->decide(self->context, key, value, present);                                   \
    }                                                                                              \
    static int name##_driver_update(void *self, const void *key, mapsan_map_update decide,         \
                                    void *context) {                                               \
        struct name##_driver_updater updater = {decide, context};                                  \
        return name##_update(self, *(K const *)key, name##_driver_decide, &updater);               \
    }
#define DRIVER_TYPED_compare_and_swap(name, K)                                                     \
    static int name##_driver_compare_and_swap(void *self, const void *key, const void *expected,   \
                                              const void *desired) {                               \
        return name##_compare_and_swap(self, *(K const *)key, *(const uint64_t *)expected,         \
                                       *(const uint64_t *)desired);                                \
    }
#define DRIVER_TYPED_each(name, K)                                                                 \
    struct name##_driver_visitor {                                                                 \
        mapsan_map_visit visit;                                                                    \
        void *context;                                                                             \
    };                                                                                             \
    static bool name##_driver_visit(void *visitor, K const *key, uint64_t const *value) {          \
        struct name##_driver_visitor *self = visitor;                                              \
        return self->visit(self->context, key, value);                                             \
    }                                                                                              \
    static bool name##_driver_each(void *self, mapsan_map_visit visit, void *context) {            \
        struct name##_driver_visitor visitor = {visit, context};                                   \
        return name##_each(self, name##_driver_visit, &visitor);                                   \
    }
#define DRIVER_TYPED_len(name, K)                                                                  \
    static uint64_t name##_driver_len(void *self) { return name##_len(self); }
#define DRIVER_TYPED_clear(name, K)                                                                \
    static void name##_driver_clear(void *self) { name##_clear(self); }

/* For designs whose iterators survive changes. */
#define DRIVER_TYPED_ITERATOR(name)                                                                \
    static void name##_driver_iter_init(void *iter, void *self) {                                  \
        _Static_assert(sizeof(struct name##_iter) <= ITERATOR_ROOM, "ITERATOR_ROOM is too small"); \
        name##_iter_init(iter, self);                                                              \
    }                                                                                              \
    static bool name##_driver_iter_next(void *iter, void *key, uint64_t *value) {                  \
        return name##_iter_next(iter, key, value);                                                 \
    }                                                                                              \
    static void name##_driver_iter_end(void *iter) { name##_iter_end(iter); }

/* The fields of the driver's initialiser. */
#define DRIVER_OPERATION_FIELD(operation, name) .operation = name##_driver_##operation,
#define DRIVER_FIELDS(operations, driver)                                                          \
    .destroy = driver##_driver_destroy, operations(DRIVER_OPERATION_FIELD, driver)
#define DRIVER_ITERATOR_FIELDS(name)                                                               \
    .iter_init = name##_driver_iter_init, .iter_next = name##_driver_iter_next,                    \
    .iter_end = name##_driver_iter_end

#endif
