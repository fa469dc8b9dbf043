/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What swissmap alone promises: no put moves more than one table, churn keeps its size, a bad hash
 * makes it slow but neither big nor wrong, iterations hold on to one table each, keys that do not
 * equal themselves, sets.
 */
#include "keys.h"
#include "testing.h"

#include <math.h>

#include <mapsan/maps/swissmap.h>

MAPSAN_MAP_DEFINE(swissmap, words, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(swissmap, measures, MAPSAN_KEY_DOUBLE, uint64_t)
MAPSAN_MAP_DEFINE(swissmap, constants, KEY_CONSTANT, uint64_t)
MAPSAN_MAP_DEFINE(swissmap, lows, KEY_LOW, uint64_t)

/* An allocator that counts bytes. */
static size_t live, peak;

static void *allocate(void *context, size_t size, size_t alignment) {
    (void)context;
    size_t rounded = (size + alignment - 1) & ~(alignment - 1);
    void *memory = aligned_alloc(alignment, rounded);
    CHECK(memory != NULL);
    live += size;
    peak = live > peak ? live : peak;
    return memset(memory, 0, rounded);
}

static void release(void *context, void *memory, size_t size, size_t alignment) {
    (void)context, (void)alignment;
    live -= size;
    free(memory);
}

static const struct mapsan_map_allocator counting = {allocate, release, NULL};
static const struct mapsan_map_options counted = {.allocator = &counting};

static struct swissmap_table *table_at(struct swissmap *map, uint64_t index) {
    return swissmap_table_of(map->directory[index].first);
}

static void tables_stay_small(void) {
    struct words *map = words_new(NULL);
    for (uint64_t i = 0; i < 300000; i++)
        CHECK(words_put(map, i, i) == 1);
    CHECK(map->map.depth >= 9 && map->map.depth <= 11);
    for (uint64_t i = 0; i < UINT64_C(1) << map->map.depth; i++)
        CHECK(table_at(&map->map, i)->mask < 128);
    for (uint64_t i = 0; i < 300000; i++)
        CHECK(words_remove(map, i) == 1);
    words_free(map);
}

static void presized_maps_do_not_grow(void) {
    for (uint64_t capacity = 1; capacity <= 896; capacity += 5) {
        struct mapsan_map_options options = {.capacity = capacity, .allocator = &counting};
        struct words *map = words_new(&options);
        size_t before = live;
        for (uint64_t i = 0; i < capacity; i++)
            CHECK(words_put(map, i, i) == 1);
        CHECK(live == before);
        words_free(map);
    }
    CHECK(live == 0);
}

/* A window of 3,000 keys of 17 bytes: tombstones come and go, and no table grows for them. */
static void churn_keeps_its_size(void) {
    struct words *map = words_new(&counted);
    for (uint64_t i = 0; i < 2000000; i++) {
        CHECK(words_put(map, i, i) == 1);
        CHECK(i < 3000 || words_remove(map, i - 3000) == 1);
    }
    CHECK(live <= 3000 * 17 * 4);
    CHECK(words_len(map) == 3000);
    words_free(map);
    CHECK(live == 0);
}

/* The entries' own size times what growth may waste: no table is split in vain. */
static void bad_hashes_cost_no_memory(void) {
    peak = live = 0;
    struct constants *same = constants_new(&counted);
    for (uint64_t i = 0; i < 4000; i++)
        CHECK(constants_put(same, i, i) == 1);
    CHECK(same->map.depth == 0);
    CHECK(peak < 4000 * 17 * 8);
    constants_free(same);
    peak = live = 0;
    struct lows *low = lows_new(&counted);
    for (uint64_t i = 0; i < 200000; i++)
        CHECK(lows_put(low, i, i) == 1);
    CHECK(low->map.depth == 0);
    CHECK(peak < 200000 * 17 * 8);
    for (uint64_t i = 0; i < 200000; i++)
        CHECK(lows_get(low, i, NULL));
    lows_free(low);
    CHECK(live == 0);
}

static void iterators_keep_one_table(void) {
    struct words *map = words_new(&counted);
    struct words_iter iter;
    uint64_t retained = 0;
    words_put(map, 0, 0);
    words_iter_init(&iter, map);
    for (uint64_t i = 1; i < 50000; i++)
        words_put(map, i, i);
    for (struct swissmap_table *t = map->map.retained; t != NULL; t = t->next_retained)
        retained++;
    CHECK(retained == 1);
    words_iter_end(&iter);
    for (uint64_t i = 50000; i < 100000; i++)
        words_put(map, i, i);
    CHECK(map->map.retained == NULL);
    words_free(map);
    CHECK(live == 0);
}

/* Each NaN is an entry of its own. Iterations see those of their start once, whatever growth and
 * splits they live through. */
static void nan_keys(void) {
    static unsigned char visits[60000];
    for (uint64_t begin = 1; begin < 4000; begin = begin * 2 + 1) {
        struct mapsan_map_options options = {.seed = begin};
        struct measures *map = measures_new(&options);
        struct measures_iter iter;
        uint64_t value, next = 0;
        memset(visits, 0, sizeof visits);
        for (; next < begin; next++)
            CHECK(measures_put(map, (double)NAN, next) == 1);
        measures_iter_init(&iter, map);
        while (measures_iter_next(&iter, NULL, &value)) {
            visits[value]++;
            for (int i = 0; i < 3 && next < sizeof visits; i++)
                measures_put(map, (double)NAN, next++);
        }
        for (uint64_t i = 0; i < next; i++)
            CHECK(visits[i] <= 1 && (i >= begin || visits[i] == 1));
        CHECK(measures_len(map) == next);
        CHECK(!measures_get(map, (double)NAN, NULL) && measures_remove(map, (double)NAN) == 0);
        CHECK(measures_get(map, -0.0, NULL) == measures_get(map, 0.0, NULL));
        measures_clear(map);
        CHECK(measures_len(map) == 0);
        measures_free(map);
    }
}

static void a_set_has_no_values(void) {
    struct mapsan_map_type type = mapsan_map_type_bytes(sizeof(uint64_t), 0, 8);
    struct swissmap *set = swissmap_new(&type, NULL);
    for (uint64_t i = 0; i < 1000; i++)
        CHECK(swissmap_put(set, &i, NULL) == 1);
    for (uint64_t i = 0; i < 2000; i++)
        CHECK(swissmap_get(set, &i, NULL) == (i < 1000));
    CHECK(swissmap_len(set) == 1000);
    swissmap_free(set);
}

/* Two maps differ in where things are, and one map does from life to life. */
static void seeds_differ(void) {
    struct words *left = words_new(NULL), *right = words_new(NULL);
    CHECK(left->map.seed != right->map.seed);
    uint64_t seed = left->map.seed;
    words_put(left, 1, 1);
    words_remove(left, 1);
    CHECK(left->map.seed != seed);
    words_free(left);
    words_free(right);
}

int main(void) {
    static void (*const tests[])(void) = {
        tables_stay_small,        presized_maps_do_not_grow,
        churn_keeps_its_size,     bad_hashes_cost_no_memory,
        iterators_keep_one_table, nan_keys,
        a_set_has_no_values,      seeds_differ,
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tests[i]();
    return 0;
}
