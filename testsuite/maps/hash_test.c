/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The hash does what maps rely on: each bit of the input and of the seed reaches every bit of the
 * output with probability one half, and neither low bits (buckets) nor high ones (tags) bunch for
 * the keys that programs use. Tolerances are wide enough that chance fails once in a billion runs;
 * the seed is fixed.
 */
#include "testing.h"

#include <mapsan/maps/keys.h>

#define TRIALS 4000

static uint64_t random_state = 99;

static uint64_t next(void) { return mapsan_random_next(&random_state); }

static void check_flips(unsigned flips[64]) {
    for (unsigned bit = 0; bit < 64; bit++)
        CHECK(flips[bit] > TRIALS * 44 / 100 && flips[bit] < TRIALS * 56 / 100);
}

static void count_flips(unsigned flips[64], uint64_t difference) {
    for (unsigned bit = 0; bit < 64; bit++)
        flips[bit] += (difference >> bit) & 1;
}

static void words_avalanche(void) {
    for (unsigned input = 0; input < 128; input++) {
        unsigned flips[64] = {0};
        for (unsigned trial = 0; trial < TRIALS; trial++) {
            uint64_t key = next(), seed = next(), other_key = key, other_seed = seed;
            *(input < 64 ? &other_key : &other_seed) ^= UINT64_C(1) << (input % 64);
            count_flips(flips,
                        mapsan_hash_word(key, seed) ^ mapsan_hash_word(other_key, other_seed));
        }
        check_flips(flips);
    }
}

static void bytes_avalanche(void) {
    for (size_t size = 1; size <= 130; size += size < 20 ? 1 : 11) {
        for (size_t at = 0; at < size; at += 1 + size / 8) {
            unsigned flips[64] = {0};
            for (unsigned trial = 0; trial < TRIALS; trial++) {
                unsigned char text[130];
                for (size_t i = 0; i < size; i++)
                    text[i] = (unsigned char)next();
                uint64_t seed = next(), before = mapsan_hash_bytes(text, size, seed);
                text[at] ^= (unsigned char)(1u << trial % 8);
                count_flips(flips, before ^ mapsan_hash_bytes(text, size, seed));
            }
            check_flips(flips);
        }
    }
}

/* 65,536 keys in 1,024 buckets, 64 in each: none may be far from that. */
static void check_spread(uint64_t (*hash_of)(uint64_t number, uint64_t seed)) {
    static unsigned low[1024], high[1024];
    for (uint64_t seed = 0; seed < 4; seed++) {
        memset(low, 0, sizeof low);
        memset(high, 0, sizeof high);
        for (uint64_t number = 0; number < 65536; number++) {
            uint64_t hash = hash_of(number, seed);
            low[hash % 1024]++;
            high[hash >> 54]++;
        }
        for (unsigned i = 0; i < 1024; i++)
            CHECK(low[i] > 14 && low[i] < 130 && high[i] > 14 && high[i] < 130);
    }
}

static uint64_t consecutive(uint64_t number, uint64_t seed) {
    return mapsan_hash_word(number, seed);
}
static uint64_t page_addresses(uint64_t number, uint64_t seed) {
    return mapsan_hash_word(UINT64_C(0x7f0000000000) + number * 4096, seed);
}
static uint64_t high_words(uint64_t number, uint64_t seed) {
    return mapsan_hash_word(number << 48, seed);
}
static uint64_t numbered_strings(uint64_t number, uint64_t seed) {
    char text[32];
    const char *key = text;
    snprintf(text, sizeof text, "user:%llu:session", (unsigned long long)number);
    return mapsan_string_hash(&key, seed);
}

/* Bytes beside the key must not matter, and lengths must: zeros of different lengths differ. */
static void only_the_key_counts(void) {
    unsigned char text[200];
    for (size_t size = 0; size <= 130; size++) {
        memset(text, 0, sizeof text);
        uint64_t hash = mapsan_hash_bytes(text + 8, size, 5);
        memset(text, 0xff, 8);
        memset(text + 8 + size, 0xff, sizeof text - 8 - size);
        CHECK(mapsan_hash_bytes(text + 8, size, 5) == hash);
        memset(text, 0, sizeof text);
        CHECK(mapsan_hash_bytes(text + 8, size + 1, 5) != hash);
    }
}

int main(void) {
    words_avalanche();
    bytes_avalanche();
    check_spread(consecutive);
    check_spread(page_addresses);
    check_spread(high_words);
    check_spread(numbered_strings);
    only_the_key_counts();
    return 0;
}
