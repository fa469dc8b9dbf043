/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What syncmap promises alone: when it promotes and what it expunges, as Go's does; that keys which
 * point elsewhere may be freed after a grace period; that each may use the map.
 */
#include "keys.h"
#include "testing.h"

#include <mapsan/maps/syncmap.h>

#include <pthread.h>
#include <stdatomic.h>

MAPSAN_MAP_DEFINE(syncmap, words, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(syncmap, strings, MAPSAN_KEY_STRING, uint64_t)
MAPSAN_MAP_DEFINE(syncmap, doubles, MAPSAN_KEY_DOUBLE, uint64_t)

static uint64_t read_count(struct words *map) {
    return syncmap_table_of(syncmap_read_of(&map->map))->count;
}

static void promotes_after_as_many_misses(void) {
    struct words *map = words_new(NULL);
    uint64_t value;
    for (uint64_t key = 0; key < 10; key++)
        CHECK(words_put(map, key, key) == 1);
    CHECK(map->map.dirty != NULL && read_count(map) == 0);
    for (unsigned i = 0; i < 9; i++)
        CHECK(words_get(map, i, &value));
    CHECK(map->map.dirty != NULL && map->map.misses == 9);
    CHECK(words_get(map, 9, &value) && value == 9);
    CHECK(map->map.dirty == NULL && map->map.misses == 0 && read_count(map) == 10);
    words_free(map);
}

static bool count_visits(void *count, const uint64_t *key, const uint64_t *value) {
    (void)key, (void)value;
    ++*(uint64_t *)count;
    return true;
}

/* A key removed from `read` is nil, then expunged when `dirty` is made; put again it returns there;
 * gone for good it is forgotten at the next promotion. */
static void expunges_and_takes_back(void) {
    struct words *map = words_new(NULL);
    uint64_t visits = 0, value = 0;
    for (uint64_t key = 0; key < 10; key++)
        CHECK(words_put(map, key, key) == 1);
    CHECK(words_each(map, count_visits, &visits) && visits == 10 && read_count(map) == 10);
    CHECK(words_remove(map, 3) == 1 && words_remove(map, 4) == 1 && words_remove(map, 3) == 0);
    CHECK(map->map.dirty == NULL);
    CHECK(words_put(map, 100, 1) == 1);
    CHECK(map->map.dirty != NULL && map->map.dirty->count == 9 && map->map.expunged != NULL);
    CHECK(words_put(map, 3, 33) == 1 && map->map.dirty->count == 10);
    CHECK(words_get(map, 3, &value) && value == 33 && !words_get(map, 4, &value));
    CHECK(words_len(map) == 10);
    visits = 0;
    CHECK(words_each(map, count_visits, &visits) && visits == 10 && read_count(map) == 10);
    CHECK(map->map.expunged == NULL);
    words_free(map);
}

static void overwriting_takes_no_lock(void) {
    struct words *map = words_new(NULL);
    uint64_t visits = 0, value = 0;
    CHECK(words_put(map, 1, 1) == 1 && words_each(map, count_visits, &visits));
    pthread_mutex_lock(&map->map.mutex);
    CHECK(words_put(map, 1, 2) == 0);
    CHECK(words_compare_and_swap(map, 1, 2, 3) == 1);
    CHECK(words_get(map, 1, &value) && value == 3);
    CHECK(words_remove(map, 1) == 1 && words_put(map, 1, 4) == 1);
    pthread_mutex_unlock(&map->map.mutex);
    words_free(map);
}

static bool remove_visited(void *map, const uint64_t *key, const uint64_t *value) {
    CHECK(words_remove(map, *key) == 1);
    CHECK(words_put(map, *key + 1000, *value) == 1);
    return true;
}

static void each_may_use_the_map(void) {
    struct words *map = words_new(NULL);
    for (uint64_t key = 0; key < 100; key++)
        CHECK(words_put(map, key, key) == 1);
    CHECK(words_each(map, remove_visited, map));
    CHECK(words_len(map) == 100);
    for (uint64_t key = 0; key < 100; key++)
        CHECK(!words_get(map, key, NULL) && words_get(map, key + 1000, NULL));
    words_free(map);
}

static void nans_are_new_each_time(void) {
    struct doubles *map = doubles_new(NULL);
    for (unsigned i = 0; i < 50; i++)
        CHECK(doubles_put(map, __builtin_nan(""), i) == 1);
    CHECK(doubles_len(map) == 50 && !doubles_get(map, __builtin_nan(""), NULL));
    CHECK(doubles_put(map, 0.0, 1) == 1 && doubles_put(map, -0.0, 2) == 0);
    doubles_clear(map);
    CHECK(doubles_len(map) == 0);
    doubles_free(map);
}

#define NAMES 16
static struct strings *names;
static _Atomic bool stop;

static void *look_names_up(void *unused) {
    uint64_t random = 1, value;
    char name[32];
    while (!atomic_load(&stop)) {
        uint64_t number = mapsan_random_next(&random) % NAMES;
        snprintf(name, sizeof name, "name/%d", (int)number);
        if (strings_get(names, name, &value))
            CHECK(value == number);
    }
    return unused;
}

static char *new_name(uint64_t number) {
    char *name = malloc(32);
    snprintf(name, 32, "name/%d", (int)number);
    return name;
}

/* The bytes of a key are freed once nobody can be comparing them. */
static void borrowed_keys_can_be_freed(void) {
    pthread_t id;
    uint64_t random = 2;
    names = strings_new(NULL);
    CHECK(pthread_create(&id, NULL, look_names_up, NULL) == 0);
    for (unsigned i = 0; i < 4000; i++) {
        uint64_t dice = mapsan_random_next(&random), number = dice % NAMES;
        char *name = new_name(number);
        const char *stored = NULL;
        if ((dice >> 8) % 2 == 0) {
            if (strings_put(names, name, number) == 0)
                free(name); /* the map keeps the first */
            continue;
        }
        bool taken = strings_take(names, name, &stored, NULL) == 1;
        mapsan_epoch_quiesce();
        if (taken)
            free((void *)(uintptr_t)stored);
        free(name);
    }
    atomic_store(&stop, true);
    CHECK(pthread_join(id, NULL) == 0);
    for (uint64_t number = 0; number < NAMES; number++) {
        char *name = new_name(number);
        const char *stored = NULL;
        if (strings_take(names, name, &stored, NULL) == 1)
            free((void *)(uintptr_t)stored);
        free(name);
    }
    strings_free(names);
}

int main(void) {
    promotes_after_as_many_misses();
    expunges_and_takes_back();
    overwriting_takes_no_lock();
    each_may_use_the_map();
    nans_are_new_each_time();
    borrowed_keys_can_be_freed();
    return 0;
}
