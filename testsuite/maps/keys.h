/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The kinds of keys that tests use, and how a number becomes one: plain words, strings (equal ones
 * at different addresses), a struct of the user's with padding, and hashes that fail in each way a
 * hash can.
 */
#ifndef MAPSAN_TEST_MAPS_KEYS_H
#define MAPSAN_TEST_MAPS_KEYS_H

#include <mapsan/maps/keys.h>

#define TEST_KEYS 20000 /* as many as any driver uses */

struct point {
    int32_t x;
    int64_t y; /* four bytes of padding before */
    int16_t layer;
};

static inline uint64_t point_hash(const struct point *key, uint64_t seed) {
    return mapsan_hash_word((uint64_t)key->y,
                            mapsan_hash_word((uint32_t)key->x, seed) + (uint16_t)key->layer);
}
static inline bool point_equal(const struct point *left, const struct point *right) {
    return left->x == right->x && left->y == right->y && left->layer == right->layer;
}
static inline int point_compare(const struct point *left, const struct point *right) {
    if (left->x != right->x)
        return left->x < right->x ? -1 : 1;
    if (left->y != right->y)
        return left->y < right->y ? -1 : 1;
    return (left->layer > right->layer) - (left->layer < right->layer);
}
#define KEY_POINT MAPSAN_MAP_KEY(struct point, point_hash, point_equal, point_compare)

/* All keys in one chain. */
static inline uint64_t constant_hash(const uint64_t *key, uint64_t seed) {
    (void)key, (void)seed;
    return 42;
}
/* Eight hashes in all: chains are long, and evacuation moves them whole. */
static inline uint64_t coarse_hash(const uint64_t *key, uint64_t seed) {
    return mapsan_hash_word(*key & 7, seed);
}
/* No entropy in the high bits: every top hash is alike. */
static inline uint64_t low_hash(const uint64_t *key, uint64_t seed) {
    return mapsan_hash_word(*key, seed) & UINT64_C(0xffffffff);
}
#define KEY_CONSTANT MAPSAN_MAP_KEY(uint64_t, constant_hash, mapsan_u64_equal, mapsan_u64_compare)
#define KEY_COARSE MAPSAN_MAP_KEY(uint64_t, coarse_hash, mapsan_u64_equal, mapsan_u64_compare)
#define KEY_LOW MAPSAN_MAP_KEY(uint64_t, low_hash, mapsan_u64_equal, mapsan_u64_compare)
/* As if the key pointed somewhere: entries are not used again once their key is out. */
#define KEY_BORROWED_U64                                                                           \
    uint64_t, mapsan_u64_hash, mapsan_u64_equal, mapsan_u64_compare, MAPSAN_MAP_BORROWED_KEYS

void make_u64(uint64_t number, void *key);
uint64_t number_of_u64(const void *key);
void make_string(uint64_t number, void *key);
uint64_t number_of_string(const void *key);
void make_point(uint64_t number, void *key);
uint64_t number_of_point(const void *key);
/* Eleven bytes, for types described by size alone. */
#define TEST_BYTES_SIZE 11
void make_bytes(uint64_t number, void *key);
uint64_t number_of_bytes(const void *key);

#endif
