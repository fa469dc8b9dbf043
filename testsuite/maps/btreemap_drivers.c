/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * btreemap under test: typed for several keys, of the least degree and of the default one, in its
 * generic form, and with a check of its invariant from inside.
 */
#include "driver.h"
#include "keys.h"
#include "testing.h"

#include <mapsan/maps/btreemap.h>

MAPSAN_MAP_DEFINE(btreemap, btreemap_u64, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(btreemap, btreemap_least, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(btreemap, btreemap_string, MAPSAN_KEY_STRING, uint64_t)
MAPSAN_MAP_DEFINE(btreemap, btreemap_point, KEY_POINT, uint64_t)

DRIVER_TYPED(BTREEMAP_OPERATIONS, btreemap_u64, uint64_t)
DRIVER_TYPED(BTREEMAP_OPERATIONS, btreemap_least, uint64_t)
DRIVER_TYPED(BTREEMAP_OPERATIONS, btreemap_string, const char *)
DRIVER_TYPED(BTREEMAP_OPERATIONS, btreemap_point, struct point)

struct walk {
    struct btreemap *map;
    const void *last; /* key, in order */
    uint64_t count;
    int leaf_depth; /* -1: not known yet */
};

static void verify_node(struct walk *walk, struct btreemap_node *node, int depth) {
    const struct mapsan_map_type *type = walk->map->type;
    CHECK(node->count <= 2 * walk->map->degree - 1);
    CHECK(node->count >= (node == walk->map->root ? 1 : walk->map->degree - 1));
    if (node->leaf) {
        CHECK(walk->leaf_depth < 0 || walk->leaf_depth == depth);
        walk->leaf_depth = depth;
    }
    for (uint32_t i = 0; i <= node->count; i++) {
        if (!node->leaf)
            verify_node(walk, btreemap_children(type, walk->map, node)[i], depth + 1);
        if (i == node->count)
            break;
        const void *key = btreemap_entry_at(type, node, i);
        CHECK(walk->last == NULL || type->compare(type, walk->last, key) < 0);
        walk->last = key;
        walk->count++;
    }
}

static void verify_btreemap(void *self) {
    struct walk walk = {self, NULL, 0, -1};
    if (walk.map->root != NULL)
        verify_node(&walk, walk.map->root, 0);
    CHECK(walk.count == walk.map->count);
}

static void *least_create(const struct mapsan_map_options *options) {
    struct btreemap_least *self = btreemap_least_driver_create(options);
    CHECK(self == NULL || btreemap_set_degree(&self->map, BTREEMAP_DEGREE_MIN));
    return self;
}

static struct mapsan_map_type bytes_type, wide_type;

static void *btreemap_generic_create(const struct mapsan_map_options *options) {
    bytes_type = mapsan_map_type_bytes(TEST_BYTES_SIZE, sizeof(uint64_t), 1);
    return btreemap_new(&bytes_type, options);
}

/* Entries that need more alignment than a node's header gives. */
static void *wide_create(const struct mapsan_map_options *options) {
    wide_type = mapsan_map_type_bytes(sizeof(uint64_t), sizeof(uint64_t), 128);
    return btreemap_new(&wide_type, options);
}

DRIVER_GENERIC(BTREEMAP_OPERATIONS, btreemap)

#define TYPED(driver, kind)                                                                        \
    {DRIVER_TYPED_FIELDS(BTREEMAP_OPERATIONS, driver, TEST_KEYS, kind), .verify = verify_btreemap}

static const struct map_driver drivers[] = {
    TYPED(btreemap_u64, u64),
    TYPED(btreemap_string, string),
    TYPED(btreemap_point, point),
    {DRIVER_FIELDS(BTREEMAP_OPERATIONS, btreemap_least).name = "btreemap_least",
     .create = least_create, .keys = TEST_KEYS, .make_key = make_u64, .key_number = number_of_u64,
     .verify = verify_btreemap},
    {DRIVER_FIELDS(BTREEMAP_OPERATIONS, btreemap_generic).name = "btreemap_generic",
     .create = btreemap_generic_create, .keys = TEST_KEYS, .make_key = make_bytes,
     .key_number = number_of_bytes, .verify = verify_btreemap},
    {DRIVER_FIELDS(BTREEMAP_OPERATIONS, btreemap_generic).name = "btreemap_generic_wide",
     .create = wide_create, .keys = TEST_KEYS, .make_key = make_u64, .key_number = number_of_u64,
     .verify = verify_btreemap},
};

struct map_drivers btreemap_drivers(void) {
    return (struct map_drivers){drivers, sizeof drivers / sizeof *drivers};
}
