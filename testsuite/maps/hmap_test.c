/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What only hmap has: growth to the same size, keys that do not equal themselves, sets, and two
 * buckets of work at most for each write.
 */
#include "keys.h"
#include "testing.h"

#include <math.h>

#include <mapsan/maps/hmap.h>

/* The low bits of the key choose the bucket: chains are built to order. */
static inline uint64_t identity(const uint64_t *key, uint64_t seed) {
    (void)seed;
    return *key;
}
#define KEY_CHOSEN MAPSAN_MAP_KEY(uint64_t, identity, mapsan_u64_equal, mapsan_u64_compare)

MAPSAN_MAP_DEFINE(hmap, chosen, KEY_CHOSEN, uint64_t)
MAPSAN_MAP_DEFINE(hmap, measures, MAPSAN_KEY_DOUBLE, uint64_t)
MAPSAN_MAP_DEFINE(hmap, words, MAPSAN_KEY_U64, uint64_t)

#define BUCKETS 64

static void fill_and_empty(struct chosen *map, uint64_t bucket) {
    for (uint64_t i = 0; i < 40; i++)
        CHECK(chosen_put(map, bucket + i * BUCKETS, i) == 1);
    for (uint64_t i = 0; i < 40; i++)
        CHECK(chosen_remove(map, bucket + i * BUCKETS) == 1);
}

static void overflow_buckets_are_shed(void) {
    struct mapsan_map_options options = {.capacity = BUCKETS * 6};
    struct chosen *map = chosen_new(&options);
    bool shed = false;
    uint64_t most = 0, last = 0;
    CHECK(map->map.mask == BUCKETS - 1);
    for (uint64_t round = 0; round < 50; round++) {
        for (uint64_t bucket = 0; bucket < BUCKETS; bucket++) {
            fill_and_empty(map, bucket);
            shed = shed || map->map.noverflow < last;
            last = map->map.noverflow;
            most = last > most ? last : most;
        }
    }
    CHECK(shed);
    CHECK(map->map.mask == BUCKETS - 1);
    CHECK(most <= BUCKETS + 8);
    chosen_free(map);
}

static bool add_bit(void *seen, const double *key, const uint64_t *value) {
    unsigned char *visits = seen;
    CHECK(*value < 5000 && isnan(*key) == (*value % 2 == 0));
    visits[*value]++;
    return true;
}

static void check_all_once(struct measures *map, unsigned char *visits, uint64_t count) {
    memset(visits, 0, 5000);
    CHECK(measures_len(map) == count);
    CHECK(measures_each(map, add_bit, visits));
    for (uint64_t i = 0; i < 5000; i++)
        CHECK(visits[i] == (i < count));
}

/* Each NaN is an entry of its own; every second key is one. */
static void nan_keys(void) {
    static unsigned char visits[5000];
    struct measures *map = measures_new(NULL);
    struct measures_iter iter;
    for (uint64_t i = 0; i < 5000; i++) {
        CHECK(measures_put(map, i % 2 == 0 ? (double)NAN : (double)i, i) == 1);
        if (i % 500 == 0)
            check_all_once(map, visits, i + 1);
    }
    /* They are spread: no chain is longer than chance makes it. */
    CHECK(map->map.noverflow <= map->map.mask);
    CHECK(!measures_get(map, (double)NAN, NULL));
    CHECK(measures_remove(map, (double)NAN) == 0);
    CHECK(measures_get(map, -0.0, NULL) == measures_get(map, 0.0, NULL));
    double key;
    uint64_t value, seen = 0;
    measures_iter_init(&iter, map);
    while (measures_iter_next(&iter, &key, &value))
        seen++;
    CHECK(seen == 5000);
    measures_clear(map);
    CHECK(measures_len(map) == 0);
    measures_free(map);
}

/* Iterators begun at every size see each entry of that time once, whatever growth they live
 * through. */
static void nan_keys_while_growing(void) {
    for (uint64_t begin = 1; begin < 200; begin += 3) {
        static unsigned char visits[5000];
        struct mapsan_map_options options = {.seed = begin};
        struct measures *map = measures_new(&options);
        struct measures_iter iter;
        uint64_t value, next = 0;
        memset(visits, 0, sizeof visits);
        for (; next < begin; next++)
            measures_put(map, (double)NAN, next);
        measures_iter_init(&iter, map);
        while (measures_iter_next(&iter, NULL, &value)) {
            visits[value]++;
            for (int i = 0; i < 3; i++)
                measures_put(map, (double)NAN, next++);
            CHECK(next < 5000);
        }
        for (uint64_t i = 0; i < next; i++)
            CHECK(visits[i] <= 1 && (i >= begin || visits[i] == 1));
        measures_free(map);
    }
}

static void a_set_has_no_values(void) {
    struct mapsan_map_type type = mapsan_map_type_bytes(sizeof(uint64_t), 0, 8);
    struct hmap *set = hmap_new(&type, NULL);
    CHECK(type.entry_size == 8);
    for (uint64_t i = 0; i < 1000; i++)
        CHECK(hmap_put(set, &i, NULL) == 1);
    for (uint64_t i = 0; i < 2000; i++)
        CHECK(hmap_get(set, &i, NULL) == (i < 1000));
    CHECK(hmap_len(set) == 1000);
    hmap_free(set);
}

static uint64_t evacuated(const struct hmap *map) {
    uint64_t count = 0;
    for (uint64_t i = 0; map->oldbuckets != NULL && i <= map->old_mask; i++)
        count += hmap_evacuated(hmap_bucket_at(map->type, map->oldbuckets, i));
    return count;
}

static void writes_move_two_buckets(void) {
    struct words *map = words_new(NULL);
    uint64_t before = 0;
    bool grew = false;
    for (uint64_t i = 0; i < 20000; i++) {
        bool growing = map->map.oldbuckets != NULL;
        words_put(map, i, i);
        uint64_t after = evacuated(&map->map);
        CHECK(after <= (growing ? before : 0) + 2);
        grew = grew || growing;
        before = after;
    }
    CHECK(grew);
    words_free(map);
}

/* Two maps differ in where things are, and one map does from life to life. */
static void seeds_differ(void) {
    struct words *left = words_new(NULL), *right = words_new(NULL);
    CHECK(left->map.hash0 != right->map.hash0);
    uint64_t seed = left->map.hash0;
    words_put(left, 1, 1);
    words_remove(left, 1);
    CHECK(left->map.hash0 != seed);
    words_free(left);
    words_free(right);
}

int main(void) {
    static void (*const tests[])(void) = {
        overflow_buckets_are_shed, nan_keys,     nan_keys_while_growing, a_set_has_no_values,
        writes_move_two_buckets,   seeds_differ,
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tests[i]();
    return 0;
}
