/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * triemap under test: typed for several keys and with bad hashes, in its generic form, and with a
 * check of its invariant from inside.
 */
#include "driver.h"
#include "keys.h"
#include "testing.h"

#include <mapsan/maps/triemap.h>

MAPSAN_MAP_DEFINE(triemap, triemap_u64, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(triemap, triemap_string, MAPSAN_KEY_STRING, uint64_t)
MAPSAN_MAP_DEFINE(triemap, triemap_point, KEY_POINT, uint64_t)
MAPSAN_MAP_DEFINE(triemap, triemap_constant, KEY_CONSTANT, uint64_t)
MAPSAN_MAP_DEFINE(triemap, triemap_coarse, KEY_COARSE, uint64_t)

DRIVER_TYPED(TRIEMAP_OPERATIONS, triemap_u64, uint64_t)
DRIVER_TYPED(TRIEMAP_OPERATIONS, triemap_string, const char *)
DRIVER_TYPED(TRIEMAP_OPERATIONS, triemap_point, struct point)
DRIVER_TYPED(TRIEMAP_OPERATIONS, triemap_constant, uint64_t)
DRIVER_TYPED(TRIEMAP_OPERATIONS, triemap_coarse, uint64_t)
DRIVER_GENERIC(TRIEMAP_OPERATIONS, triemap)

/* Every entry is where its hash says, no node but the root is empty; returns how many there are. */
static uint64_t verify_node(const struct triemap *self, const struct triemap_node *node,
                            uint64_t prefix, unsigned level) {
    const struct mapsan_map_type *type = self->type;
    uint64_t found = 0;
    for (uint64_t i = 0; i < TRIEMAP_FANOUT; i++) {
        uintptr_t child = triemap_child(&node->children[i]);
        uint64_t way = prefix << TRIEMAP_BITS | i;
        if ((child & TRIEMAP_NODE) != 0) {
            CHECK(triemap_node_of(child)->parent == node);
            found += verify_node(self, triemap_node_of(child), way, level + 1);
            continue;
        }
        while (child != 0) {
            const struct triemap_entry *entry = (const struct triemap_entry *)child;
            CHECK(type->hash(type, triemap_key_of(type, entry), self->seed) == entry->hash);
            CHECK(entry->hash >> (64 - TRIEMAP_BITS * (level + 1)) == way);
            found++;
            child = triemap_child(&entry->overflow);
        }
    }
    CHECK(level == 0 || found > 0);
    return found;
}

static void verify_triemap(void *map) {
    struct triemap *self = map;
    CHECK(verify_node(self, &self->root, 0, 0) == triemap_core_len(self));
}

/* Blocks that wait, at most. */
#define GARBAGE (3 * MAPSAN_LIMBO_BATCH * MAPSAN_LIMBO_STRIPES)

static struct mapsan_map_type bytes_type, wide_type;

static void *bytes_create(const struct mapsan_map_options *options) {
    bytes_type = mapsan_map_type_bytes(TEST_BYTES_SIZE, sizeof(uint64_t), 1);
    return triemap_new(&bytes_type, options);
}

static void *wide_create(const struct mapsan_map_options *options) {
    wide_type = mapsan_map_type_bytes(sizeof(uint64_t), sizeof(uint64_t), 128);
    return triemap_new(&wide_type, options);
}

#define TYPED(driver, number_of_keys, kind)                                                        \
    {DRIVER_TYPED_FIELDS(TRIEMAP_OPERATIONS, driver, number_of_keys, kind),                        \
     .verify = verify_triemap, .garbage = GARBAGE, .threads = true}

static const struct map_driver drivers[] = {
    TYPED(triemap_u64, TEST_KEYS, u64),
    {DRIVER_TYPED_FIELDS(TRIEMAP_OPERATIONS, triemap_string, TEST_KEYS, string),
     .verify = verify_triemap, .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(TRIEMAP_OPERATIONS, triemap_point, TEST_KEYS, point),
     .verify = verify_triemap, .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(TRIEMAP_OPERATIONS, triemap_constant, 100, u64), .verify = verify_triemap,
     .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(TRIEMAP_OPERATIONS, triemap_coarse, 1000, u64), .verify = verify_triemap,
     .garbage = GARBAGE},
    {DRIVER_FIELDS(TRIEMAP_OPERATIONS, triemap_generic).name = "triemap_generic",
     .create = bytes_create, .keys = TEST_KEYS, .make_key = make_bytes,
     .key_number = number_of_bytes, .verify = verify_triemap, .garbage = GARBAGE},
    {DRIVER_FIELDS(TRIEMAP_OPERATIONS, triemap_generic).name = "triemap_generic_wide",
     .create = wide_create, .keys = TEST_KEYS, .make_key = make_u64, .key_number = number_of_u64,
     .verify = verify_triemap, .garbage = GARBAGE},
};

struct map_drivers triemap_drivers(void) {
    return (struct map_drivers){drivers, sizeof drivers / sizeof *drivers};
}
