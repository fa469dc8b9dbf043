/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Every operation of every map against the reference: growing, churning at a constant size,
 * shrinking to nothing and growing again, few keys and many, presized and not.
 */
#include "model.h"
#include "suite.h"
#include "testing.h"

static struct model model;

static void run(const struct map_driver *driver, const struct mapsan_map_options *options,
                uint64_t keys, unsigned steps) {
    /* reads and puts in 100: grow, churn, shrink, grow anew */
    static const unsigned phases[][2] = {{10, 75}, {20, 40}, {10, 0}, {5, 80}};
    model_init(&model, driver, options);
    model_verify(&model);
    for (unsigned phase = 0; phase < 4; phase++) {
        for (unsigned i = 0; i < steps; i++)
            model_step(&model, keys, phases[phase][0], phases[phase][1]);
        model_verify(&model);
    }
    for (uint64_t key = 0; key < keys; key++)
        model_remove(&model, key);
    model_verify(&model);
    for (unsigned i = 0; i < steps / 4; i++)
        model_step(&model, keys, 10, 70);
    model_clear(&model);
    model_verify(&model);
    model_clear(&model);
    for (unsigned i = 0; i < steps / 4; i++)
        model_step(&model, keys, 10, 70);
    model_verify(&model);
    model_free(&model);
}

static void few_keys(const struct map_driver *driver) {
    for (uint64_t keys = 1; keys < 20; keys++) {
        struct mapsan_map_options options = {.seed = keys};
        run(driver, &options, keys, 300);
    }
}

static void many_keys(const struct map_driver *driver) {
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct mapsan_map_options options = {.seed = seed};
        run(driver, &options, driver->keys, 30000);
    }
}

static void presized(const struct map_driver *driver) {
    struct mapsan_map_options options = {.capacity = driver->keys};
    run(driver, &options, driver->keys, 5000);
    options.capacity = 1;
    run(driver, &options, driver->keys / 10, 5000);
}

static void default_options(const struct map_driver *driver) {
    run(driver, NULL, driver->keys / 4, 5000);
}

/* At every size on the way up, right after each put, so that each state of growth is met. */
static void every_size(const struct map_driver *driver) {
    struct mapsan_map_options options = {.seed = 7};
    model_init(&model, driver, &options);
    uint64_t keys = driver->keys < 600 ? driver->keys : 600;
    for (uint64_t key = 0; key < keys; key++) {
        model_put(&model, key);
        if (driver->verify != NULL)
            driver->verify(model.map);
        model_get(&model, model_random(&model, key + 1));
        if (key % 16 == 0)
            model_verify(&model);
    }
    model_free(&model);
}

static const struct test tests[] = {
    {"few keys", few_keys},     {"many keys", many_keys},
    {"presized", presized},     {"default options", default_options},
    {"every size", every_size},
};

int main(int argc, char **argv) {
    return run_suite(argc, argv, NULL, tests, sizeof tests / sizeof *tests);
}
