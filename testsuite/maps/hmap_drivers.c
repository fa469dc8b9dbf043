/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * hmap under test: typed for several keys and with bad hashes, in its generic form, and with a
 * check of its invariant from inside.
 */
#include "driver.h"
#include "keys.h"
#include "testing.h"

#include <mapsan/maps/hmap.h>

MAPSAN_MAP_DEFINE(hmap, hmap_u64, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(hmap, hmap_string, MAPSAN_KEY_STRING, uint64_t)
MAPSAN_MAP_DEFINE(hmap, hmap_point, KEY_POINT, uint64_t)
MAPSAN_MAP_DEFINE(hmap, hmap_constant, KEY_CONSTANT, uint64_t)
MAPSAN_MAP_DEFINE(hmap, hmap_coarse, KEY_COARSE, uint64_t)
MAPSAN_MAP_DEFINE(hmap, hmap_low, KEY_LOW, uint64_t)

DRIVER_TYPED(HMAP_OPERATIONS, hmap_u64, uint64_t)
DRIVER_TYPED_ITERATOR(hmap_u64)
DRIVER_TYPED(HMAP_OPERATIONS, hmap_string, const char *)
DRIVER_TYPED_ITERATOR(hmap_string)
DRIVER_TYPED(HMAP_OPERATIONS, hmap_point, struct point)
DRIVER_TYPED_ITERATOR(hmap_point)
DRIVER_TYPED(HMAP_OPERATIONS, hmap_constant, uint64_t)
DRIVER_TYPED_ITERATOR(hmap_constant)
DRIVER_TYPED(HMAP_OPERATIONS, hmap_coarse, uint64_t)
DRIVER_TYPED_ITERATOR(hmap_coarse)
DRIVER_TYPED(HMAP_OPERATIONS, hmap_low, uint64_t)
DRIVER_TYPED_ITERATOR(hmap_low)

/* Keys of one chain are where their hashes say; returns how many there are. */
static uint64_t verify_chain(struct hmap *self, struct hmap_bucket *bucket, uint64_t index,
                             uint64_t mask) {
    const struct mapsan_map_type *type = self->type;
    uint64_t found = 0;
    for (; bucket != NULL; bucket = bucket->overflow) {
        for (unsigned slot = 0; slot < HMAP_SLOTS; slot++) {
            if (bucket->top[slot] == HMAP_EMPTY)
                continue;
            CHECK(bucket->top[slot] >= HMAP_MIN_TOP);
            found++;
            void *key = hmap_entry_at(type, bucket, slot);
            if (!type->equal(type, key, key))
                continue;
            uint64_t hash = type->hash(type, key, self->hash0);
            CHECK(hmap_top(hash) == bucket->top[slot]);
            CHECK((hash & mask) == index);
        }
    }
    return found;
}

static void verify_hmap(void *map) {
    struct hmap *self = map;
    uint64_t found = 0;
    CHECK(self->mask == (UINT64_C(1) << self->B) - 1);
    for (uint64_t index = 0; index <= self->mask; index++)
        found +=
            verify_chain(self, hmap_bucket_at(self->type, self->buckets, index), index, self->mask);
    CHECK((self->oldbuckets != NULL) == ((self->flags & HMAP_GROWING) != 0));
    for (uint64_t index = 0; self->oldbuckets != NULL && index <= self->old_mask; index++) {
        struct hmap_bucket *old = hmap_bucket_at(self->type, self->oldbuckets, index);
        if (hmap_evacuated(old))
            continue;
        CHECK(index >= self->nevacuate);
        found += verify_chain(self, old, index, self->old_mask);
    }
    CHECK(found == self->count);
}

static struct mapsan_map_type bytes_type;

static void *hmap_generic_driver_create(const struct mapsan_map_options *options) {
    bytes_type = mapsan_map_type_bytes(TEST_BYTES_SIZE, sizeof(uint64_t), 1);
    return hmap_new(&bytes_type, options);
}

/* Entries that need more alignment than a bucket's header gives. */
static struct mapsan_map_type wide_type;

static void *wide_driver_create(const struct mapsan_map_options *options) {
    wide_type = mapsan_map_type_bytes(sizeof(uint64_t), sizeof(uint64_t), 128);
    return hmap_new(&wide_type, options);
}

DRIVER_GENERIC(HMAP_OPERATIONS, hmap)
DRIVER_GENERIC_ITERATOR(hmap)

#define TYPED(driver, number_of_keys, kind)                                                        \
    {DRIVER_TYPED_FIELDS(HMAP_OPERATIONS, driver, number_of_keys, kind),                           \
     DRIVER_ITERATOR_FIELDS(driver), .verify = verify_hmap}

static const struct map_driver drivers[] = {
    TYPED(hmap_u64, TEST_KEYS, u64),
    TYPED(hmap_string, TEST_KEYS, string),
    TYPED(hmap_point, TEST_KEYS, point),
    TYPED(hmap_constant, 200, u64),
    TYPED(hmap_coarse, 1000, u64),
    TYPED(hmap_low, TEST_KEYS, u64),
    {DRIVER_FIELDS(HMAP_OPERATIONS, hmap_generic) DRIVER_ITERATOR_FIELDS(hmap_generic),
     .name = "hmap_generic", .create = hmap_generic_driver_create, .keys = TEST_KEYS,
     .make_key = make_bytes, .key_number = number_of_bytes, .verify = verify_hmap},
    {DRIVER_FIELDS(HMAP_OPERATIONS, hmap_generic) DRIVER_ITERATOR_FIELDS(hmap_generic),
     .name = "hmap_generic_wide", .create = wide_driver_create, .keys = TEST_KEYS,
     .make_key = make_u64, .key_number = number_of_u64, .verify = verify_hmap},
};

struct map_drivers hmap_drivers(void) {
    return (struct map_drivers){drivers, sizeof drivers / sizeof *drivers};
}
