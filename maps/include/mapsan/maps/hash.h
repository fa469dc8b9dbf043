/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The default hash: keyed by the map's seed, so that keys which collide cannot be prepared without
 * knowing it, and good in every bit, because maps use the low ones to choose a bucket and the high
 * ones as a tag. The idea is that of wyhash (Wang Yi, 2019) and rapidhash (De Carli, 2024): fold
 * the 128-bit product of two words, each masked with a secret. The secrets below are hexadecimal
 * digits of pi, made odd. It is not a cryptographic hash: where an attacker can measure time at
 * leisure, give the map another one.
 */
#ifndef MAPSAN_MAPS_HASH_H
#define MAPSAN_MAPS_HASH_H

#include <mapsan/maps/vocabulary.h>
#include <string.h>

#define MAPSAN_HASH_SECRET0 UINT64_C(0x243f6a8885a308d3)
#define MAPSAN_HASH_SECRET1 UINT64_C(0x13198a2e03707345)
#define MAPSAN_HASH_SECRET2 UINT64_C(0xa4093822299f31d1)
#define MAPSAN_HASH_SECRET3 UINT64_C(0x082efa98ec4e6c89)

/* The two halves of the product, folded. */
static inline uint64_t mapsan_hash_fold(uint64_t a, uint64_t b) {
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t mapsan_hash_load64(const unsigned char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint64_t mapsan_hash_load32(const unsigned char *bytes) {
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Both factors of the first product depend on key and seed, so that no difference between two keys
 * survives it for every seed; the second spreads the result over all bits. */
static inline uint64_t mapsan_hash_word(uint64_t key, uint64_t seed) {
    uint64_t turned = (key << 32) | (key >> 32);
    uint64_t mixed = mapsan_hash_fold(key ^ seed ^ MAPSAN_HASH_SECRET0, turned ^ ~seed);
    return mapsan_hash_fold(mixed ^ seed, MAPSAN_HASH_SECRET1);
}

/* Any bytes. Long keys go through three independent lanes, so that the multiplier never waits. */
static inline uint64_t mapsan_hash_bytes(const void *data, size_t size, uint64_t seed) {
    const unsigned char *bytes = (const unsigned char *)data;
    uint64_t first, last;
    seed ^= mapsan_hash_fold(seed ^ MAPSAN_HASH_SECRET0, (uint64_t)size ^ MAPSAN_HASH_SECRET1);
    if (size <= 16) {
        if (size >= 8) {
            first = mapsan_hash_load64(bytes);
            last = mapsan_hash_load64(bytes + size - 8);
        } else if (size >= 4) {
            first = mapsan_hash_load32(bytes);
            last = mapsan_hash_load32(bytes + size - 4);
        } else if (size > 0) {
            first = ((uint64_t)bytes[0] << 16) | ((uint64_t)bytes[size / 2] << 8) | bytes[size - 1];
            last = 0;
        } else {
            first = last = 0;
        }
    } else {
        size_t left = size;
        uint64_t lane1 = seed, lane2 = seed;
        for (; left > 48; left -= 48, bytes += 48) {
            seed = mapsan_hash_fold(mapsan_hash_load64(bytes) ^ MAPSAN_HASH_SECRET0,
                                    mapsan_hash_load64(bytes + 8) ^ seed);
            lane1 = mapsan_hash_fold(mapsan_hash_load64(bytes + 16) ^ MAPSAN_HASH_SECRET1,
                                     mapsan_hash_load64(bytes + 24) ^ lane1);
            lane2 = mapsan_hash_fold(mapsan_hash_load64(bytes + 32) ^ MAPSAN_HASH_SECRET2,
                                     mapsan_hash_load64(bytes + 40) ^ lane2);
        }
        if (size > 48)
            seed ^= mapsan_hash_fold(lane1 ^ MAPSAN_HASH_SECRET3, lane2 ^ MAPSAN_HASH_SECRET2);
        for (; left > 16; left -= 16, bytes += 16)
            seed = mapsan_hash_fold(mapsan_hash_load64(bytes) ^ MAPSAN_HASH_SECRET2,
                                    mapsan_hash_load64(bytes + 8) ^ seed);
        first = mapsan_hash_load64(bytes + left - 16);
        last = mapsan_hash_load64(bytes + left - 8);
    }
    uint64_t mixed = mapsan_hash_fold(first ^ MAPSAN_HASH_SECRET1, last ^ seed);
    return mapsan_hash_fold(mixed ^ MAPSAN_HASH_SECRET3, seed ^ (uint64_t)size);
}

/* The next of a sequence of well spread words (splitmix64, Steele, Lea and Flood, 2014): where a
 * map needs chance but no secrecy. */
static inline uint64_t mapsan_random_next(uint64_t *state) {
    uint64_t word = *state += UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    return word ^ (word >> 31);
}

#endif
