/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * swissmap under test: typed for several keys and with bad hashes, in its generic form, and with a
 * check of its invariant from inside.
 */
#include "driver.h"
#include "keys.h"
#include "testing.h"

#include <mapsan/maps/swissmap.h>

MAPSAN_MAP_DEFINE(swissmap, swissmap_u64, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(swissmap, swissmap_string, MAPSAN_KEY_STRING, uint64_t)
MAPSAN_MAP_DEFINE(swissmap, swissmap_point, KEY_POINT, uint64_t)
MAPSAN_MAP_DEFINE(swissmap, swissmap_constant, KEY_CONSTANT, uint64_t)
MAPSAN_MAP_DEFINE(swissmap, swissmap_coarse, KEY_COARSE, uint64_t)
MAPSAN_MAP_DEFINE(swissmap, swissmap_low, KEY_LOW, uint64_t)

DRIVER_TYPED(SWISSMAP_OPERATIONS, swissmap_u64, uint64_t)
DRIVER_TYPED_ITERATOR(swissmap_u64)
DRIVER_TYPED(SWISSMAP_OPERATIONS, swissmap_string, const char *)
DRIVER_TYPED_ITERATOR(swissmap_string)
DRIVER_TYPED(SWISSMAP_OPERATIONS, swissmap_point, struct point)
DRIVER_TYPED_ITERATOR(swissmap_point)
DRIVER_TYPED(SWISSMAP_OPERATIONS, swissmap_constant, uint64_t)
DRIVER_TYPED_ITERATOR(swissmap_constant)
DRIVER_TYPED(SWISSMAP_OPERATIONS, swissmap_coarse, uint64_t)
DRIVER_TYPED_ITERATOR(swissmap_coarse)
DRIVER_TYPED(SWISSMAP_OPERATIONS, swissmap_low, uint64_t)
DRIVER_TYPED_ITERATOR(swissmap_low)

/* Entries are where their hashes say, with no empty slot on the way; returns how many there are. */
static uint64_t verify_table(struct swissmap *self, struct swissmap_table *table) {
    const struct mapsan_map_type *type = self->type;
    uint64_t used = 0, empty = 0;
    for (uint64_t index = 0; index <= table->mask; index++) {
        unsigned char *group = swissmap_group_at(type, swissmap_groups_of(table), index);
        for (unsigned slot = 0; slot < SWISSMAP_SLOTS; slot++) {
            CHECK(group[slot] <= SWISSMAP_EMPTY || group[slot] == SWISSMAP_DELETED);
            empty += group[slot] == SWISSMAP_EMPTY;
            if (group[slot] >= SWISSMAP_EMPTY)
                continue;
            void *key = swissmap_entry_at(type, group, slot);
            uint64_t hash = type->hash(type, key, self->seed);
            struct swissmap_place place;
            used++;
            CHECK(swissmap_control_of(hash) == group[slot]);
            CHECK(swissmap_groups_for(self, hash).first == swissmap_groups_of(table));
            CHECK(swissmap_core_find(type, self, hash, key, &place));
            CHECK(place.group == group && place.slot == slot && place.table == table);
        }
    }
    CHECK(used == table->used);
    CHECK(empty == table->growth_left + table->mask + 1);
    CHECK(!table->replaced);
    return used;
}

static void verify_swissmap(void *map) {
    struct swissmap *self = map;
    uint64_t found = 0, index = 0, entries = UINT64_C(1) << self->depth;
    CHECK(self->shift == 63 - self->depth);
    if (swissmap_table_of(self->directory[0].first)->size == 0) {
        CHECK(self->count == 0 && self->depth == 0);
        return;
    }
    while (index < entries) {
        struct swissmap_table *table = swissmap_table_of(self->directory[index].first);
        CHECK(table->depth <= self->depth);
        CHECK((table->prefix >> 1) >> self->shift == index);
        uint64_t end = index + (UINT64_C(1) << (self->depth - table->depth));
        for (; index < end; index++) {
            CHECK(self->directory[index].first == swissmap_groups_of(table));
            CHECK(self->directory[index].mask == table->mask);
        }
        found += verify_table(self, table);
    }
    CHECK(index == entries && found == self->count);
}

static struct mapsan_map_type bytes_type;

static void *swissmap_generic_driver_create(const struct mapsan_map_options *options) {
    bytes_type = mapsan_map_type_bytes(TEST_BYTES_SIZE, sizeof(uint64_t), 1);
    return swissmap_new(&bytes_type, options);
}

/* Entries that need more alignment than a group's controls give. */
static struct mapsan_map_type wide_type;

static void *wide_driver_create(const struct mapsan_map_options *options) {
    wide_type = mapsan_map_type_bytes(sizeof(uint64_t), sizeof(uint64_t), 128);
    return swissmap_new(&wide_type, options);
}

DRIVER_GENERIC(SWISSMAP_OPERATIONS, swissmap)
DRIVER_GENERIC_ITERATOR(swissmap)

#define TYPED(driver, number_of_keys, kind)                                                        \
    {DRIVER_TYPED_FIELDS(SWISSMAP_OPERATIONS, driver, number_of_keys, kind),                       \
     DRIVER_ITERATOR_FIELDS(driver), .verify = verify_swissmap}

static const struct map_driver drivers[] = {
    TYPED(swissmap_u64, TEST_KEYS, u64),
    TYPED(swissmap_string, TEST_KEYS, string),
    TYPED(swissmap_point, TEST_KEYS, point),
    TYPED(swissmap_constant, 200, u64),
    TYPED(swissmap_coarse, 1000, u64),
    TYPED(swissmap_low, TEST_KEYS, u64),
    {DRIVER_FIELDS(SWISSMAP_OPERATIONS, swissmap_generic) DRIVER_ITERATOR_FIELDS(swissmap_generic),
     .name = "swissmap_generic", .create = swissmap_generic_driver_create, .keys = TEST_KEYS,
     .make_key = make_bytes, .key_number = number_of_bytes, .verify = verify_swissmap},
    {DRIVER_FIELDS(SWISSMAP_OPERATIONS, swissmap_generic) DRIVER_ITERATOR_FIELDS(swissmap_generic),
     .name = "swissmap_generic_wide", .create = wide_driver_create, .keys = TEST_KEYS,
     .make_key = make_u64, .key_number = number_of_u64, .verify = verify_swissmap},
};

struct map_drivers swissmap_drivers(void) {
    return (struct map_drivers){drivers, sizeof drivers / sizeof *drivers};
}
