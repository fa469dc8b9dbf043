/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What shardmap promises alone: the allocator is called for slabs, not for entries; entries are
 * used again, whichever thread freed them; a reader that meets growth misses nothing; keys spread.
 */
#include "keys.h"
#include "testing.h"

#include <mapsan/maps/shardmap.h>

#include <pthread.h>
#include <stdatomic.h>

MAPSAN_MAP_DEFINE(shardmap, words, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(shardmap, doubles, MAPSAN_KEY_DOUBLE, uint64_t)

static _Atomic uint64_t allocations;

static void *allocate(void *context, size_t size, size_t alignment) {
    (void)context;
    atomic_fetch_add(&allocations, 1);
    return mapsan_map_system_allocator.allocate(NULL, size, alignment);
}

static void release(void *context, void *memory, size_t size, size_t alignment) {
    (void)context;
    mapsan_map_system_allocator.release(NULL, memory, size, alignment);
}

static const struct mapsan_map_allocator counting = {allocate, release, NULL};

static struct words *map;

static void *churn(void *first) {
    uint64_t base = (uint64_t)(uintptr_t)first;
    for (uint64_t i = 0; i < 50000; i++) {
        CHECK(words_put(map, base + i, i) == 1);
        if (i >= 500)
            CHECK(words_remove(map, base + i - 500) == 1);
    }
    return NULL;
}

/* Without slabs it would be once for each put: 200,000 and the tables. The target is 70 % fewer; it
 * is far fewer, also with threads that leave their entries to the next. */
static void allocates_slabs(void) {
    struct mapsan_map_options options = {.allocator = &counting};
    map = words_new(&options);
    for (uintptr_t generation = 0; generation < 4; generation++) {
        pthread_t id;
        CHECK(pthread_create(&id, NULL, churn, (void *)(generation * 1000000)) == 0);
        CHECK(pthread_join(id, NULL) == 0);
    }
    CHECK(atomic_load(&allocations) < 200000 / 20);
    CHECK(words_len(map) == 4 * 500);
    words_free(map);
}

static _Atomic bool stop;

static void *look_up_steady(void *unused) {
    uint64_t random = 3, value;
    while (!atomic_load(&stop)) {
        uint64_t key = mapsan_random_next(&random) % 100;
        CHECK(words_get(map, key, &value) && value == key);
    }
    return unused;
}

/* Keys that are there from first to last are found at every moment of many growths. */
static void growth_hides_nothing(void) {
    for (unsigned round = 0; round < 10; round++) {
        pthread_t id;
        map = words_new(NULL);
        for (uint64_t key = 0; key < 100; key++)
            CHECK(words_put(map, key, key) == 1);
        atomic_store(&stop, false);
        CHECK(pthread_create(&id, NULL, look_up_steady, NULL) == 0);
        for (uint64_t key = 100; key < 30000; key++)
            CHECK(words_put(map, key, key) == 1);
        atomic_store(&stop, true);
        CHECK(pthread_join(id, NULL) == 0);
        words_free(map);
    }
}

static void keys_spread(void) {
    struct mapsan_map_options options = {.capacity = 32000, .seed = 1};
    map = words_new(&options);
    for (uint64_t key = 0; key < 32000; key++)
        CHECK(words_put(map, key << 32, key) == 1);
    for (unsigned i = 0; i < SHARDMAP_SHARDS; i++) {
        CHECK(map->map.shards[i].count > 800 && map->map.shards[i].count < 1200);
        CHECK(map->map.shards[i].table->mask < 2048);
    }
    words_free(map);
}

static void nans_are_new_each_time(void) {
    struct doubles *numbers = doubles_new(NULL);
    for (unsigned i = 0; i < 2000; i++)
        CHECK(doubles_put(numbers, __builtin_nan(""), i) == 1);
    CHECK(doubles_len(numbers) == 2000 && !doubles_get(numbers, __builtin_nan(""), NULL));
    doubles_free(numbers);
}

int main(void) {
    allocates_slabs();
    growth_hides_nothing();
    keys_spread();
    nans_are_new_each_time();
    return 0;
}
