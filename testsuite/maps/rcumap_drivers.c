/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * rcumap under test: typed for several keys and with bad hashes, in its generic form, and with a
 * check of its invariant from inside.
 */
#include "driver.h"
#include "keys.h"
#include "testing.h"

#include <mapsan/maps/rcumap.h>

MAPSAN_MAP_DEFINE(rcumap, rcumap_u64, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(rcumap, rcumap_string, MAPSAN_KEY_STRING, uint64_t)
MAPSAN_MAP_DEFINE(rcumap, rcumap_point, KEY_POINT, uint64_t)
MAPSAN_MAP_DEFINE(rcumap, rcumap_constant, KEY_CONSTANT, uint64_t)
MAPSAN_MAP_DEFINE(rcumap, rcumap_coarse, KEY_COARSE, uint64_t)

DRIVER_TYPED(RCUMAP_OPERATIONS, rcumap_u64, uint64_t)
DRIVER_TYPED(RCUMAP_OPERATIONS, rcumap_string, const char *)
DRIVER_TYPED(RCUMAP_OPERATIONS, rcumap_point, struct point)
DRIVER_TYPED(RCUMAP_OPERATIONS, rcumap_constant, uint64_t)
DRIVER_TYPED(RCUMAP_OPERATIONS, rcumap_coarse, uint64_t)
DRIVER_GENERIC(RCUMAP_OPERATIONS, rcumap)

/* Every entry is where its hash says, under its tag; returns how many there are. */
static uint64_t verify_node(const struct rcumap *self, const struct rcumap_node *node,
                            uint64_t prefix, unsigned level) {
    const struct mapsan_map_type *type = self->type;
    uint64_t found = 0;
    uint32_t children = 0;
    if (node == NULL)
        return 0;
    for (uint32_t i = 0; node->is_leaf && i < node->count; i++) {
        uint64_t hash = type->hash(type, rcumap_entry_at(type, node, i), self->seed);
        CHECK(level == 16 || hash % (UINT64_C(1) << (RCUMAP_BITS * level)) == prefix);
        CHECK(rcumap_tags(node)[i] == rcumap_tag(hash));
        found++;
    }
    CHECK(!node->is_leaf || level == 16 || node->count <= RCUMAP_LEAF_MAX);
    for (uint64_t i = 0; !node->is_leaf && i < RCUMAP_FANOUT; i++) {
        children += rcumap_children(node)[i] != NULL;
        found += verify_node(self, rcumap_children(node)[i], prefix | i << (RCUMAP_BITS * level),
                             level + 1);
    }
    CHECK(node->is_leaf || (children == node->count && children > 0));
    return found;
}

static void verify_rcumap(void *map) {
    struct rcumap *self = map;
    struct rcumap_node *root = __atomic_load_n(&self->current, __ATOMIC_ACQUIRE);
    CHECK(verify_node(self, root, 0, 0) == rcumap_core_len(self));
}

/* Blocks that wait, at most. */
#define GARBAGE ((9 << 18) / 96 /* 2.25 MB of the smallest nodes */)

static struct mapsan_map_type bytes_type, wide_type;

static void *bytes_create(const struct mapsan_map_options *options) {
    bytes_type = mapsan_map_type_bytes(TEST_BYTES_SIZE, sizeof(uint64_t), 1);
    return rcumap_new(&bytes_type, options);
}

static void *wide_create(const struct mapsan_map_options *options) {
    wide_type = mapsan_map_type_bytes(sizeof(uint64_t), sizeof(uint64_t), 128);
    return rcumap_new(&wide_type, options);
}

#define TYPED(driver, number_of_keys, kind)                                                        \
    {DRIVER_TYPED_FIELDS(RCUMAP_OPERATIONS, driver, number_of_keys, kind),                         \
     .verify = verify_rcumap, .garbage = GARBAGE, .threads = true}

static const struct map_driver drivers[] = {
    TYPED(rcumap_u64, TEST_KEYS, u64),
    {DRIVER_TYPED_FIELDS(RCUMAP_OPERATIONS, rcumap_string, TEST_KEYS, string),
     .verify = verify_rcumap, .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(RCUMAP_OPERATIONS, rcumap_point, TEST_KEYS, point),
     .verify = verify_rcumap, .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(RCUMAP_OPERATIONS, rcumap_constant, 100, u64), .verify = verify_rcumap,
     .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(RCUMAP_OPERATIONS, rcumap_coarse, 1000, u64), .verify = verify_rcumap,
     .garbage = GARBAGE},
    {DRIVER_FIELDS(RCUMAP_OPERATIONS, rcumap_generic).name = "rcumap_generic",
     .create = bytes_create, .keys = TEST_KEYS, .make_key = make_bytes,
     .key_number = number_of_bytes, .verify = verify_rcumap, .garbage = GARBAGE},
    {DRIVER_FIELDS(RCUMAP_OPERATIONS, rcumap_generic).name = "rcumap_generic_wide",
     .create = wide_create, .keys = TEST_KEYS, .make_key = make_u64, .key_number = number_of_u64,
     .verify = verify_rcumap, .garbage = GARBAGE},
};

struct map_drivers rcumap_drivers(void) {
    return (struct map_drivers){drivers, sizeof drivers / sizeof *drivers};
}
