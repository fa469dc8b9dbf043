/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What all maps of this library share: what their operations answer, what describes a key and a
 * value, where memory comes from, how a map is made. The operations themselves are listed in
 * operations.def; docs/maps.md explains the choices.
 *
 * A map stores copies of keys and values, byte by byte, and owns nothing that they point to.
 */
#ifndef MAPSAN_MAPS_VOCABULARY_H
#define MAPSAN_MAPS_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What operations answer that may need memory. Anything below zero is an error, and then the map is
 * as it was before the call. What 0 and 1 mean stands with each operation in operations.def. */
enum mapsan_map_result {
    MAPSAN_MAP_NO_MEMORY = -1,
    MAPSAN_MAP_NO = 0,
    MAPSAN_MAP_YES = 1,
};

/* What the callback of `update` wants done with the entry it was shown. */
enum mapsan_map_decision {
    MAPSAN_UPDATE_KEEP,   /* leave the map as it is; the value must not have been changed */
    MAPSAN_UPDATE_STORE,  /* the value is the key's value now, present before or not */
    MAPSAN_UPDATE_REMOVE, /* the key is not in the map from now on */
};

/* Shown one entry; false ends the visit. It must not call the map it is called from. */
typedef bool (*mapsan_map_visit)(void *context, const void *key, const void *value);

/* Shown a private copy of the value (zeroed if `present` is false). Called once, after all memory
 * that storing could need has been found. It must not call the map it is called from. */
typedef enum mapsan_map_decision (*mapsan_map_update)(void *context, const void *key, void *value,
                                                      bool present);

/* Where a map's memory comes from. `allocate` returns zeroed memory aligned to `alignment` (a power
 * of two) or NULL. `release` gets back what `allocate` gave, with the size and alignment asked for.
 * Both must be safe to call from every thread that uses the map. */
struct mapsan_map_allocator {
    void *(*allocate)(void *context, size_t size, size_t alignment);
    void (*release)(void *context, void *memory, size_t size, size_t alignment);
    void *context;
};

/* The system's allocator; big blocks are mapped and advised to use huge pages. */
extern const struct mapsan_map_allocator mapsan_map_system_allocator;

enum mapsan_map_type_flags {
    /* Keys exist that do not equal themselves (a floating-point NaN). Such a key can be put, and
     * then is a new entry each time, and visited; it is found by no operation and leaves only by
     * clear. */
    MAPSAN_MAP_IRREFLEXIVE = 1u << 0,
    /* Keys point to bytes that are the user's. Once such a key has been taken out, no later
     * operation looks at its bytes; designs whose readers take no lock need to be told. */
    MAPSAN_MAP_BORROWED_KEYS = 1u << 1,
};

/* Describes what a map holds. Must live as long as the map and not change. In the typed form it is
 * a constant that the compiler sees through, so that nothing here costs an indirect call. */
struct mapsan_map_type {
    size_t key_size;
    size_t value_size;   /* 0 makes a set */
    size_t value_offset; /* of the value in an entry; the key is at 0 */
    size_t entry_size;
    size_t entry_align;
    /* Equal keys have equal hashes under equal seeds. All 64 bits must depend on all of the key. */
    uint64_t (*hash)(const struct mapsan_map_type *type, const void *key, uint64_t seed);
    bool (*equal)(const struct mapsan_map_type *type, const void *left, const void *right);
    /* Below, at or above zero; a total order. Ordered maps need it, hashed ones ignore it. */
    int (*compare)(const struct mapsan_map_type *type, const void *left, const void *right);
    unsigned flags; /* enum mapsan_map_type_flags */
};

/* How a map is made; NULL or all zero is a good default. */
struct mapsan_map_options {
    uint64_t
        capacity; /* entries to make room for at once; 0 allocates nothing until the first put */
    uint64_t
        seed; /* 0: a fresh one from the system's entropy. Others make runs repeat: for tests */
    const struct mapsan_map_allocator *allocator; /* NULL: the system's. Must outlive the map */
};

/* Describes keys and values by size alone: keys are hashed, compared and ordered as bytes (padding
 * included; order is that of memcmp). `alignment` is that of the stricter of the two, a power of
 * two. */
struct mapsan_map_type mapsan_map_type_bytes(size_t key_size, size_t value_size, size_t alignment);

/* A new seed that an attacker cannot guess. Thread-safe. */
uint64_t mapsan_map_new_seed(void);

static inline const struct mapsan_map_allocator *
mapsan_map_allocator_of(const struct mapsan_map_options *options) {
    return options != NULL && options->allocator != NULL ? options->allocator
                                                         : &mapsan_map_system_allocator;
}

/* memcpy for values, which in a set have no size and need no address. */
static inline void mapsan_map_copy(void *to, const void *from, size_t size) {
    if (size != 0)
        memcpy(to, from, size);
}

static inline const void *mapsan_map_value_of(const struct mapsan_map_type *type,
                                              const void *entry) {
    return (const char *)entry + type->value_offset;
}

#ifdef __cplusplus
}
#endif
#endif
