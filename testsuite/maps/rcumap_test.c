/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What rcumap promises alone: an iteration sees one moment, whatever is written meanwhile, and may
 * write itself; a batch becomes visible at once; garbage stays within its bound; keys can be freed
 * after a grace period.
 */
#include "keys.h"
#include "testing.h"

#include <mapsan/maps/rcumap.h>

#include <pthread.h>
#include <stdatomic.h>

MAPSAN_MAP_DEFINE(rcumap, words, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(rcumap, strings, MAPSAN_KEY_STRING, uint64_t)
MAPSAN_MAP_DEFINE(rcumap, doubles, MAPSAN_KEY_DOUBLE, uint64_t)

static struct words *map;
static _Atomic bool stop;

static bool rewrite(void *visits, const uint64_t *key, const uint64_t *value) {
    CHECK(*value == 1);
    CHECK(words_put(map, *key, 2) == 0);
    CHECK(words_put(map, *key + 100000, 2) == 1);
    ++*(uint64_t *)visits;
    return true;
}

static void each_sees_one_moment(void) {
    uint64_t visits = 0, value;
    map = words_new(NULL);
    for (uint64_t key = 0; key < 5000; key++)
        CHECK(words_put(map, key, 1) == 1);
    CHECK(words_each(map, rewrite, &visits) && visits == 5000);
    CHECK(words_len(map) == 10000 && words_get(map, 17, &value) && value == 2);
    words_free(map);
}

#define PAIRS 40

struct sum {
    uint64_t total;
    uint64_t entries;
};

static bool add(void *context, const uint64_t *key, const uint64_t *value) {
    struct sum *sum = context;
    (void)key;
    sum->total += *value;
    sum->entries++;
    return true;
}

/* All values are equal at each moment. */
static void *watch_batches(void *unused) {
    while (!atomic_load(&stop)) {
        struct sum sum = {0, 0};
        CHECK(words_each(map, add, &sum));
        CHECK(sum.entries == PAIRS && sum.total % PAIRS == 0);
    }
    return unused;
}

static void batches_are_seen_whole(void) {
    pthread_t id;
    map = words_new(NULL);
    for (uint64_t key = 0; key < PAIRS; key++)
        CHECK(words_put(map, key, 0) == 1);
    atomic_store(&stop, false);
    CHECK(pthread_create(&id, NULL, watch_batches, NULL) == 0);
    for (uint64_t round = 1; round <= 3000; round++) {
        words_batch_begin(map);
        for (uint64_t key = 0; key < PAIRS; key++) {
            /* One key leaves and comes back within the batch. */
            if (key == round % PAIRS)
                CHECK(words_batch_remove(map, key) == 1 && words_batch_remove(map, key) == 0);
            CHECK(words_batch_put(map, key, round) == (key == round % PAIRS));
        }
        words_batch_end(map);
    }
    atomic_store(&stop, true);
    CHECK(pthread_join(id, NULL) == 0);
    words_free(map);
}

static _Atomic uint64_t bytes, peak;

static void *allocate(void *context, size_t size, size_t alignment) {
    (void)context;
    uint64_t now = atomic_fetch_add(&bytes, size) + size;
    if (now > atomic_load(&peak))
        atomic_store(&peak, now);
    return mapsan_map_system_allocator.allocate(NULL, size, alignment);
}

static void release(void *context, void *memory, size_t size, size_t alignment) {
    (void)context;
    memset(memory, 0xdd, size);
    atomic_fetch_sub(&bytes, size);
    mapsan_map_system_allocator.release(NULL, memory, size, alignment);
}

static const struct mapsan_map_allocator counting = {allocate, release, NULL};

/* 2 MB on its way, a batch being gathered, and the map. */
static void garbage_is_bounded(void) {
    struct mapsan_map_options options = {.allocator = &counting};
    map = words_new(&options);
    for (uint64_t i = 0; i < 60000; i++)
        CHECK(words_put(map, i % 1000, i) >= 0);
    CHECK(atomic_load(&peak) < ((uint64_t)3 << 20));
    words_free(map);
    CHECK(atomic_load(&bytes) == 0);
}

static void nans_are_new_each_time(void) {
    struct doubles *numbers = doubles_new(NULL);
    for (unsigned i = 0; i < 200; i++)
        CHECK(doubles_put(numbers, __builtin_nan(""), i) == 1);
    CHECK(doubles_len(numbers) == 200 && !doubles_get(numbers, __builtin_nan(""), NULL));
    doubles_free(numbers);
}

static struct strings *names;

static void *look_names_up(void *unused) {
    while (!atomic_load(&stop))
        (void)strings_get(names, "a name that comes and goes", NULL);
    return unused;
}

static void borrowed_keys_can_be_freed(void) {
    pthread_t id;
    names = strings_new(NULL);
    atomic_store(&stop, false);
    CHECK(pthread_create(&id, NULL, look_names_up, NULL) == 0);
    for (unsigned i = 0; i < 1000; i++) {
        char *name = malloc(64);
        snprintf(name, 64, "a name that comes and goes");
        CHECK(strings_put(names, name, i) == 1);
        CHECK(strings_remove(names, name) == 1);
        rcumap_quiesce();
        free(name);
    }
    atomic_store(&stop, true);
    CHECK(pthread_join(id, NULL) == 0);
    strings_free(names);
}

int main(void) {
    each_sees_one_moment();
    batches_are_seen_whole();
    garbage_is_bounded();
    nans_are_new_each_time();
    borrowed_keys_can_be_freed();
    return 0;
}
