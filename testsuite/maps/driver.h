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
    uint64_t keys;    /* how many different ones a test should use: few where they all collide */
    bool threads;     /* operations may be called by several threads at once */
    uint64_t garbage; /* blocks that may wait to be freed, as the map's header says */
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
struct map_drivers swissmap_drivers(void);
struct map_drivers btreemap_drivers(void);
struct map_drivers rawmap_drivers(void);
struct map_drivers rwmap_drivers(void);
struct map_drivers rwmap_pthread_drivers(void);
struct map_drivers syncmap_drivers(void);
struct map_drivers shardmap_drivers(void);
struct map_drivers rcumap_drivers(void);
struct map_drivers triemap_drivers(void);

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

/* Functions of a driver for the generic form: DRIVER_GENERIC(HMAP_OPERATIONS, hmap), with driver
 * name hmap_generic. How to create it is up to the driver: there is a type to choose. */
#define DRIVER_GENERIC(operations, design)                                                         \
    static void design##_generic_driver_destroy(void *self) { design##_free(self); }               \
    operations(DRIVER_GENERIC_OPERATION, design)
#define DRIVER_GENERIC_OPERATION(operation, design) DRIVER_GENERIC_##operation(design)
#define DRIVER_GENERIC_get(design)                                                                 \
    static bool design##_generic_driver_get(void *self, const void *key, void *output) {           \
        return design##_get(self, key, output);                                                    \
    }
#define DRIVER_GENERIC_put(design)                                                                 \
    static int design##_generic_driver_put(void *self, const void *key, const void *value) {       \
        return design##_put(self, key, value);                                                     \
    }
#define DRIVER_GENERIC_get_or_put(design)                                                          \
    static int design##_generic_driver_get_or_put(void *self, const void *key, void *value) {      \
        return design##_get_or_put(self, key, value);                                              \
    }
#define DRIVER_GENERIC_remove(design)                                                              \
    static int design##_generic_driver_remove(void *self, const void *key) {                       \
        return design##_remove(self, key);                                                         \
    }
#define DRIVER_GENERIC_take(design)                                                                \
    static int design##_generic_driver_take(void *self, const void *key, void *old_key,            \
                                            void *output) {                                        \
        return design##_take(self, key, old_key, output);                                          \
    }
#define DRIVER_GENERIC_update(design)                                                              \
    static int design##_generic_driver_update(void *self, const void *key,                         \
                                              mapsan_map_update decide, void *context) {           \
        return design##_update(self, key, decide, context);                                        \
    }
#define DRIVER_GENERIC_compare_and_swap(design)                                                    \
    static int design##_generic_driver_compare_and_swap(                                           \
        void *self, const void *key, const void *expected, const void *desired) {                  \
        return design##_compare_and_swap(self, key, expected, desired);                            \
    }
#define DRIVER_GENERIC_each(design)                                                                \
    static bool design##_generic_driver_each(void *self, mapsan_map_visit visit, void *context) {  \
        return design##_each(self, visit, context);                                                \
    }
#define DRIVER_GENERIC_len(design)                                                                 \
    static uint64_t design##_generic_driver_len(void *self) { return design##_len(self); }
#define DRIVER_GENERIC_clear(design)                                                               \
    static void design##_generic_driver_clear(void *self) { design##_clear(self); }

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

#define DRIVER_GENERIC_ITERATOR(design)                                                            \
    static void design##_generic_driver_iter_init(void *iter, void *self) {                        \
        _Static_assert(sizeof(struct design##_iter) <= ITERATOR_ROOM,                              \
                       "ITERATOR_ROOM is too small");                                              \
        design##_iter_init(iter, self);                                                            \
    }                                                                                              \
    static bool design##_generic_driver_iter_next(void *iter, void *key, uint64_t *value) {        \
        return design##_iter_next(iter, key, value);                                               \
    }                                                                                              \
    static void design##_generic_driver_iter_end(void *iter) { design##_iter_end(iter); }

/* The fields of the driver's initialiser. */
#define DRIVER_OPERATION_FIELD(operation, driver) .operation = driver##_driver_##operation,
#define DRIVER_FIELDS(operations, driver)                                                          \
    .destroy = driver##_driver_destroy, operations(DRIVER_OPERATION_FIELD, driver)
/* All of them for a typed map. */
#define DRIVER_TYPED_FIELDS(operations, driver, number_of_keys, kind)                              \
    DRIVER_FIELDS(operations, driver).name = #driver, .create = driver##_driver_create,            \
                              .keys = number_of_keys, .make_key = make_##kind,                     \
                              .key_number = number_of_##kind
#define DRIVER_ITERATOR_FIELDS(name)                                                               \
    .iter_init = name##_driver_iter_init, .iter_next = name##_driver_iter_next,                    \
    .iter_end = name##_driver_iter_end

#endif
