/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Kinds of keys. A kind is a list that the MAPSAN_MAP_DEFINE of a design takes as one argument:
 *   type, hash(const type *, seed), equal(const type *, const type *), compare(same), flags
 * For a type of your own write the functions and
 *   #define KEY_POINT MAPSAN_MAP_KEY(struct point, point_hash, point_equal, point_compare)
 * compare may be mapsan_unordered for hashed maps. Keys that point to something want the longer
 * form, as MAPSAN_KEY_STRING has it.
 */
#ifndef MAPSAN_MAPS_KEYS_H
#define MAPSAN_MAPS_KEYS_H

#include <mapsan/maps/hash.h>

#define MAPSAN_MAP_KEY(type, hash, equal, compare) type, hash, equal, compare, 0u

#define MAPSAN_KEY_U64                                                                             \
    MAPSAN_MAP_KEY(uint64_t, mapsan_u64_hash, mapsan_u64_equal, mapsan_u64_compare)
/* Strings that end in NUL, compared by content. The map keeps the pointer: the bytes must stay, and
 * stay the same, while the key is in the map. `take` gives the stored pointer back; where readers
 * take no lock, one may still be comparing: see the map's header on when to free it. */
#define MAPSAN_KEY_STRING                                                                          \
    const char *, mapsan_string_hash, mapsan_string_equal, mapsan_string_compare,                  \
        MAPSAN_MAP_BORROWED_KEYS
/* Floating point, as C compares it: the two zeros are one key, a NaN never equals anything. */
#define MAPSAN_KEY_DOUBLE                                                                          \
    double, mapsan_double_hash, mapsan_double_equal, mapsan_double_compare, MAPSAN_MAP_IRREFLEXIVE

static inline uint64_t mapsan_u64_hash(const uint64_t *key, uint64_t seed) {
    return mapsan_hash_word(*key, seed);
}
static inline bool mapsan_u64_equal(const uint64_t *left, const uint64_t *right) {
    return *left == *right;
}
static inline int mapsan_u64_compare(const uint64_t *left, const uint64_t *right) {
    return (*left > *right) - (*left < *right);
}

static inline uint64_t mapsan_string_hash(const char *const *key, uint64_t seed) {
    return mapsan_hash_bytes(*key, strlen(*key), seed);
}
static inline bool mapsan_string_equal(const char *const *left, const char *const *right) {
    return *left == *right || strcmp(*left, *right) == 0;
}
static inline int mapsan_string_compare(const char *const *left, const char *const *right) {
    return strcmp(*left, *right);
}

static inline uint64_t mapsan_double_hash(const double *key, uint64_t seed) {
    uint64_t bits = 0;
    if (*key != 0.0)
        memcpy(&bits, key, sizeof bits);
    return mapsan_hash_word(bits, seed);
}
static inline bool mapsan_double_equal(const double *left, const double *right) {
    return *left == *right;
}
/* NaNs come first, so that the order is total. */
static inline int mapsan_double_compare(const double *left, const double *right) {
    int left_nan = *left != *left, right_nan = *right != *right;
    if (left_nan || right_nan)
        return right_nan - left_nan;
    return (*left > *right) - (*left < *right);
}

#endif
