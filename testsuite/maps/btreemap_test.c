/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What btreemap alone promises: neighbours, ends and ranges, both ways, against an array, at every
 * degree; iteration by seeking while entries come and go; degrees that are refused.
 */
#include "keys.h"
#include "testing.h"

#include <math.h>

#include <mapsan/maps/btreemap.h>

MAPSAN_MAP_DEFINE(btreemap, words, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(btreemap, measures, MAPSAN_KEY_DOUBLE, uint64_t)

#define KEYS 400

static struct words *map;
static bool present[KEYS];
static uint64_t state;

static uint64_t chance(uint64_t bound) { return mapsan_random_next(&state) % bound; }

/* Keys are odd numbers, so that there are questions between them. */
static void fill(uint32_t degree, uint64_t wanted) {
    map = words_new(NULL);
    state = degree;
    CHECK(btreemap_set_degree(&map->map, degree));
    memset(present, 0, sizeof present);
    for (uint64_t i = 0; i < wanted; i++) {
        uint64_t key = chance(KEYS);
        CHECK(words_put(map, 2 * key + 1, key) == !present[key]);
        present[key] = true;
    }
    for (uint64_t i = 0; i < wanted / 3; i++) {
        uint64_t key = chance(KEYS);
        CHECK(words_remove(map, 2 * key + 1) == present[key]);
        present[key] = false;
    }
}

/* The number of the first present key at or after `from`, going up or down; KEYS if there is none.
 */
static uint64_t nearest(int64_t from, int step) {
    for (int64_t i = from; i >= 0 && i < KEYS; i += step)
        if (present[i])
            return (uint64_t)i;
    return KEYS;
}

static void check_answer(bool any, uint64_t found, uint64_t value, uint64_t expected) {
    CHECK(any == (expected != KEYS));
    CHECK(!any || (found == 2 * expected + 1 && value == expected));
}

static void check_seeks(void) {
    for (uint64_t question = 0; question <= 2 * KEYS + 1; question++) {
        /* The least key number not below the question, and the least above it. */
        int64_t at_least = (int64_t)(question / 2), above = (int64_t)((question + 1) / 2);
        const struct {
            enum btreemap_relation relation;
            uint64_t expected;
        } cases[] = {
            {BTREEMAP_AT_LEAST, nearest(at_least, 1)},
            {BTREEMAP_ABOVE, nearest(above, 1)},
            {BTREEMAP_AT_MOST, nearest(above - 1 < KEYS ? above - 1 : KEYS - 1, -1)},
            {BTREEMAP_BELOW, nearest(at_least - 1 < KEYS ? at_least - 1 : KEYS - 1, -1)},
        };
        for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
            uint64_t found = 0, value = 0;
            bool any = words_seek(map, question, cases[i].relation, &found, &value);
            check_answer(any, found, value, cases[i].expected);
            CHECK(words_seek(map, question, cases[i].relation, NULL, NULL) == any);
        }
    }
    uint64_t found = 0, value = 0;
    bool any = words_min(map, &found, &value);
    check_answer(any, found, value, nearest(0, 1));
    any = words_max(map, &found, &value);
    check_answer(any, found, value, nearest(KEYS - 1, -1));
}

struct expectation {
    int64_t next; /* key number from which the next one is looked for */
    int step;
    uint64_t seen;
    uint64_t stop_after;
};

static bool expect_next(void *context, const uint64_t *key, const uint64_t *value) {
    struct expectation *self = context;
    uint64_t expected = nearest(self->next, self->step);
    CHECK(*key == 2 * expected + 1 && *value == expected);
    self->next = (int64_t)expected + self->step;
    return ++self->seen != self->stop_after;
}

static void check_range(uint64_t from, uint64_t to, bool has_from, bool has_to) {
    uint64_t count = 0;
    int64_t first = has_from ? (int64_t)(from / 2) : 0;
    int64_t end = has_to ? (int64_t)(to / 2) : KEYS;
    for (int64_t i = first; i < end && i < KEYS; i++)
        count += present[i];
    for (int reverse = 0; reverse < 2; reverse++) {
        struct expectation all = {reverse ? (end < KEYS ? end : KEYS) - 1 : first, reverse ? -1 : 1,
                                  0, 0};
        struct expectation some = all;
        some.stop_after = count / 2;
        const uint64_t *lower = has_from ? &from : NULL, *upper = has_to ? &to : NULL;
        CHECK(words_range(map, lower, upper, reverse, expect_next, &all));
        CHECK(all.seen == count);
        if (some.stop_after > 0)
            CHECK(!words_range(map, lower, upper, reverse, expect_next, &some));
    }
}

static void order_is_right_at_every_degree(void) {
    for (uint32_t degree = 2; degree < 40; degree = degree < 8 ? degree + 1 : degree * 2) {
        for (uint64_t wanted = 0; wanted < 3 * KEYS; wanted = wanted * 3 + 1) {
            fill(degree, wanted);
            check_seeks();
            check_range(0, 0, false, false);
            for (unsigned i = 0; i < 200; i++)
                check_range(chance(2 * KEYS + 4), chance(2 * KEYS + 4), chance(8) != 0,
                            chance(8) != 0);
            words_free(map);
        }
    }
}

/* From key to key, while every other entry is removed and others come: what stays is seen once. */
static void iteration_by_seeking(void) {
    uint64_t key, last = 0, steady = 0;
    map = words_new(NULL);
    CHECK(btreemap_set_degree(&map->map, 3));
    for (uint64_t i = 1; i <= 9000; i++)
        CHECK(words_put(map, 10 * i, i % 3) == 1);
    for (bool any = words_min(map, &key, NULL); any;
         any = words_seek(map, key, BTREEMAP_ABOVE, &key, NULL)) {
        uint64_t value;
        CHECK(key > last && words_get(map, key, &value));
        last = key;
        steady += key % 10 == 0 && value == 0;
        (void)words_put(map, key + 5 < 90000 && key % 10 == 0 ? key + 5 : 1, 7);
        if (value != 0)
            CHECK(words_remove(map, key) == 1);
    }
    CHECK(steady == 3000);
    words_free(map);
}

static void degrees_have_bounds(void) {
    map = words_new(NULL);
    CHECK(!btreemap_set_degree(&map->map, 1));
    CHECK(!btreemap_set_degree(&map->map, BTREEMAP_DEGREE_MAX + 1));
    CHECK(btreemap_set_degree(&map->map, BTREEMAP_DEGREE_MAX));
    CHECK(words_put(map, 1, 1) == 1);
    CHECK(!btreemap_set_degree(&map->map, 4));
    CHECK(words_remove(map, 1) == 1);
    CHECK(btreemap_set_degree(&map->map, 4));
    words_free(map);
}

/* The order of keys.h: NaN is one key, before all others. */
static void nan_is_one_key(void) {
    struct measures *doubles = measures_new(NULL);
    double least;
    for (uint64_t i = 0; i < 100; i++)
        CHECK(measures_put(doubles, i % 2 != 0 ? (double)NAN : -(double)i, i) ==
              (i < 2 || i % 2 == 0));
    CHECK(measures_len(doubles) == 51);
    CHECK(measures_min(doubles, &least, NULL) && isnan(least));
    CHECK(measures_remove(doubles, (double)NAN) == 1);
    CHECK(measures_min(doubles, &least, NULL) && least == -98.0);
    measures_free(doubles);
}

static void a_set_has_no_values(void) {
    struct mapsan_map_type type = mapsan_map_type_bytes(sizeof(uint64_t), 0, 8);
    struct btreemap *set = btreemap_new(&type, NULL);
    for (uint64_t i = 0; i < 1000; i++)
        CHECK(btreemap_put(set, &i, NULL) == 1);
    for (uint64_t i = 0; i < 2000; i++)
        CHECK(btreemap_get(set, &i, NULL) == (i < 1000));
    btreemap_free(set);
}

int main(void) {
    static void (*const tests[])(void) = {
        order_is_right_at_every_degree,
        iteration_by_seeking,
        degrees_have_bounds,
        nan_is_one_key,
        a_set_has_no_values,
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tests[i]();
    return 0;
}
