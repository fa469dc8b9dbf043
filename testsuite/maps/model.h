/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The trivial reference: keys are small numbers, so a map is two arrays. Every operation is done to
 * the map and to the arrays, and the answers must be the same.
 */
#ifndef MAPSAN_TEST_MAPS_MODEL_H
#define MAPSAN_TEST_MAPS_MODEL_H

#include "driver.h"
#include "keys.h"

struct model {
    const struct map_driver *driver;
    void *map;
    uint64_t len;
    uint64_t random;
    bool no_memory; /* the last operation answered so, and the model was left alone */
    bool present[TEST_KEYS];
    uint64_t value[TEST_KEYS];
};

void model_init(struct model *model, const struct map_driver *driver,
                const struct mapsan_map_options *options);
void model_free(struct model *model);
uint64_t model_random(struct model *model, uint64_t bound);

/* One operation of this name on map and model. */
void model_get(struct model *model, uint64_t key);
void model_put(struct model *model, uint64_t key);
void model_get_or_put(struct model *model, uint64_t key);
void model_remove(struct model *model, uint64_t key);
void model_take(struct model *model, uint64_t key);
void model_update(struct model *model, uint64_t key);
void model_compare_and_swap(struct model *model, uint64_t key);
void model_clear(struct model *model);
/* A random one of those but clear; `puts` in 100 tend to add, as many remove as remain after
 * `reads`. */
void model_step(struct model *model, uint64_t keys, unsigned reads, unsigned puts);
/* Length, each, iteration, a lookup of every key, and the structure from inside. */
void model_verify(struct model *model);

#endif
