/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Iteration while the map changes under it: grows (begun before and begun in between), sheds
 * overflow buckets, shrinks, is cleared. What must hold: an entry that is there from first to last
 * comes exactly once, with its value as of then; one removed before its turn and not put again does
 * not come; none comes that is not in the map. Several iterators at a time, some left early.
 */
#include "model.h"
#include "suite.h"
#include "testing.h"

#define ITERATORS 3

static struct model model;

struct watch {
    _Alignas(16) char iter[ITERATOR_ROOM];
    bool running;
    bool steady[TEST_KEYS]; /* in the map since the start */
    unsigned char visits[TEST_KEYS];
};
static struct watch watches[ITERATORS];

static void start(struct watch *watch) {
    model.driver->iter_init(watch->iter, model.map);
    watch->running = true;
    memcpy(watch->steady, model.present, sizeof watch->steady);
    memset(watch->visits, 0, sizeof watch->visits);
}

static void finish(struct watch *watch) {
    for (uint64_t key = 0; key < model.driver->keys; key++)
        CHECK(!watch->steady[key] || watch->visits[key] == 1);
    watch->running = false;
}

static void step(struct watch *watch) {
    _Alignas(16) char key[KEY_ROOM];
    uint64_t value;
    if (!model.driver->iter_next(watch->iter, key, &value)) {
        finish(watch);
        return;
    }
    uint64_t number = model.driver->key_number(key);
    CHECK(number < TEST_KEYS && model.present[number] && model.value[number] == value);
    watch->visits[number]++;
    CHECK(!watch->steady[number] || watch->visits[number] == 1);
}

/* After every change: what is not in the map now has not been there all the time. */
static void note_absent(uint64_t key) {
    for (unsigned i = 0; i < ITERATORS; i++)
        watches[i].steady[key] = watches[i].steady[key] && model.present[key];
}

static void change(uint64_t keys, unsigned puts) {
    uint64_t key = model_random(&model, keys);
    if (model_random(&model, 100) < puts)
        model_put(&model, key);
    else
        model_remove(&model, key);
    note_absent(key);
}

/* `changes` to the map for each step of each iterator. */
static void run(const struct map_driver *driver, uint64_t seed, uint64_t keys, unsigned rounds,
                unsigned changes, unsigned puts) {
    struct mapsan_map_options options = {.seed = seed};
    model_init(&model, driver, &options);
    model.random = seed;
    for (uint64_t i = model_random(&model, keys); i > 0; i--)
        model_put(&model, model_random(&model, keys));
    for (unsigned i = 0; i < ITERATORS; i++)
        start(&watches[i]);
    for (unsigned round = 0; round < rounds; round++) {
        for (uint64_t i = model_random(&model, 2 * changes + 1); i > 0; i--)
            change(keys, puts);
        for (unsigned i = 0; i < ITERATORS; i++) {
            if (watches[i].running)
                step(&watches[i]);
            else if (model_random(&model, 10) == 0)
                start(&watches[i]);
        }
    }
    for (unsigned i = 0; i < ITERATORS; i++) {
        if (i == 0)
            while (watches[i].running)
                step(&watches[i]);
        driver->iter_end(watches[i].iter);
        driver->iter_end(watches[i].iter);
        watches[i].running = false;
    }
    model_verify(&model);
    model_free(&model);
}

static void growing(const struct map_driver *driver) {
    for (uint64_t seed = 1; seed <= 20; seed++)
        run(driver, seed, driver->keys < 3000 ? driver->keys : 3000, 400, 1 + seed % 12, 95);
}

static void small_maps(const struct map_driver *driver) {
    for (uint64_t seed = 1; seed <= 150; seed++)
        run(driver, seed, 1 + seed % 60, 100, seed % 4, 40 + seed % 50);
}

static void churning(const struct map_driver *driver) {
    for (uint64_t seed = 1; seed <= 10; seed++)
        run(driver, seed, driver->keys < 500 ? driver->keys : 500, 1500, 10, 50);
}

static void remove_all_while_iterating(const struct map_driver *driver) {
    for (uint64_t keys = 1; keys <= 200; keys++) {
        model_init(&model, driver, NULL);
        for (uint64_t key = 0; key < keys; key++)
            model_put(&model, key);
        _Alignas(16) char iter[ITERATOR_ROOM], key[KEY_ROOM];
        uint64_t value, visited = 0;
        driver->iter_init(iter, model.map);
        for (; driver->iter_next(iter, key, &value); visited++)
            model_remove(&model, driver->key_number(key));
        CHECK(visited == keys);
        CHECK(driver->len(model.map) == 0);
        model_verify(&model);
        model_free(&model);
    }
}

static void clear_ends_iteration(const struct map_driver *driver) {
    for (uint64_t keys = 0; keys < 40; keys++) {
        _Alignas(16) char iter[ITERATOR_ROOM], key[KEY_ROOM];
        uint64_t value;
        model_init(&model, driver, NULL);
        for (uint64_t i = 0; i < keys; i++)
            model_put(&model, i);
        driver->iter_init(iter, model.map);
        for (uint64_t i = 0; i < keys / 2; i++)
            CHECK(driver->iter_next(iter, key, &value));
        model_clear(&model);
        for (uint64_t i = 0; i < keys % 3 * 10; i++)
            model_put(&model, i);
        CHECK(!driver->iter_next(iter, key, &value));
        model_verify(&model);
        model_free(&model);
    }
}

/* Both the first entry and the order vary, or somebody will come to rely on them. */
static void starts_at_random(const struct map_driver *driver) {
    struct mapsan_map_options options = {.seed = 5};
    uint64_t first = 0;
    bool differs = false;
    model_init(&model, driver, &options);
    for (uint64_t i = 0; i < 100; i++)
        model_put(&model, i);
    for (unsigned i = 0; i < 50; i++) {
        _Alignas(16) char iter[ITERATOR_ROOM], key[KEY_ROOM];
        driver->iter_init(iter, model.map);
        CHECK(driver->iter_next(iter, key, NULL));
        uint64_t number = driver->key_number(key);
        differs = differs || (i > 0 && number != first);
        first = number;
        driver->iter_end(iter);
    }
    CHECK(differs);
    model_free(&model);
}

static const struct test tests[] = {
    {"growing", growing},
    {"small maps", small_maps},
    {"churning", churning},
    {"remove all while iterating", remove_all_while_iterating},
    {"clear ends iteration", clear_ends_iteration},
    {"starts at random", starts_at_random},
};

static bool has_iterators(const struct map_driver *driver) { return driver->iter_init != NULL; }

int main(int argc, char **argv) {
    return run_suite(argc, argv, has_iterators, tests, sizeof tests / sizeof *tests);
}
