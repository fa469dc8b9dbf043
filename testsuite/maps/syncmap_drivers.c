/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * syncmap under test: typed for several keys and with bad hashes, in its generic form, and with a
 * check of its invariant from inside.
 */
#include "driver.h"
#include "keys.h"
#include "testing.h"

#include <mapsan/maps/syncmap.h>

MAPSAN_MAP_DEFINE(syncmap, syncmap_u64, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(syncmap, syncmap_string, MAPSAN_KEY_STRING, uint64_t)
MAPSAN_MAP_DEFINE(syncmap, syncmap_point, KEY_POINT, uint64_t)
MAPSAN_MAP_DEFINE(syncmap, syncmap_constant, KEY_CONSTANT, uint64_t)
MAPSAN_MAP_DEFINE(syncmap, syncmap_coarse, KEY_COARSE, uint64_t)
MAPSAN_MAP_DEFINE(syncmap, syncmap_borrowed, KEY_BORROWED_U64, uint64_t)

DRIVER_TYPED(SYNCMAP_OPERATIONS, syncmap_u64, uint64_t)
DRIVER_TYPED(SYNCMAP_OPERATIONS, syncmap_string, const char *)
DRIVER_TYPED(SYNCMAP_OPERATIONS, syncmap_point, struct point)
DRIVER_TYPED(SYNCMAP_OPERATIONS, syncmap_constant, uint64_t)
DRIVER_TYPED(SYNCMAP_OPERATIONS, syncmap_coarse, uint64_t)
DRIVER_TYPED(SYNCMAP_OPERATIONS, syncmap_borrowed, uint64_t)
DRIVER_GENERIC(SYNCMAP_OPERATIONS, syncmap)

static bool is_in(const struct syncmap_table *table, uint64_t hash,
                  const struct syncmap_entry *entry) {
    struct syncmap_slot *slots = syncmap_slots(table);
    for (uint64_t i = hash & table->mask; slots[i].entry != NULL; i = (i + 1) & table->mask)
        if (slots[i].entry == entry)
            return true;
    return false;
}

/* Every entry is found where its hash says; returns how many have values. */
static uint64_t verify_table(const struct syncmap_table *table) {
    struct syncmap_slot *slots = syncmap_slots(table);
    uint64_t used = 0, live = 0;
    for (uint64_t i = 0; i <= table->mask; i++) {
        if (slots[i].entry == NULL)
            continue;
        used++;
        live += syncmap_is_box(syncmap_load(slots[i].entry));
        CHECK((syncmap_load(slots[i].entry) & SYNCMAP_BUSY) == 0);
        CHECK(is_in(table, slots[i].hash, slots[i].entry));
    }
    CHECK(used == table->count && used <= table->mask);
    return live;
}

static void verify_syncmap(void *map) {
    struct syncmap *self = map;
    struct syncmap_table *read = syncmap_table_of(syncmap_read_of(self));
    uint64_t live = verify_table(read);
    CHECK((self->dirty != NULL) == ((syncmap_read_of(self) & SYNCMAP_AMENDED) != 0));
    if (self->dirty == NULL) {
        CHECK(self->expunged == NULL && live == syncmap_core_len(self));
        return;
    }
    CHECK(verify_table(self->dirty) == syncmap_core_len(self));
    CHECK(self->misses < self->dirty->count || self->misses == 0);
    for (uint64_t i = 0; i <= read->mask; i++) {
        struct syncmap_slot *slot = &syncmap_slots(read)[i];
        if (slot->entry != NULL)
            CHECK(is_in(self->dirty, slot->hash, slot->entry) ==
                  (syncmap_load(slot->entry) != SYNCMAP_EXPUNGED));
    }
}

/* Blocks that wait, at most. */
#define GARBAGE (3 * MAPSAN_LIMBO_BATCH * MAPSAN_LIMBO_STRIPES)

static struct mapsan_map_type bytes_type, wide_type;

static void *bytes_create(const struct mapsan_map_options *options) {
    bytes_type = mapsan_map_type_bytes(TEST_BYTES_SIZE, sizeof(uint64_t), 1);
    return syncmap_new(&bytes_type, options);
}

static void *wide_create(const struct mapsan_map_options *options) {
    wide_type = mapsan_map_type_bytes(sizeof(uint64_t), sizeof(uint64_t), 128);
    return syncmap_new(&wide_type, options);
}

#define TYPED(driver, number_of_keys, kind)                                                        \
    {DRIVER_TYPED_FIELDS(SYNCMAP_OPERATIONS, driver, number_of_keys, kind),                        \
     .verify = verify_syncmap, .garbage = GARBAGE, .threads = true}

static const struct map_driver drivers[] = {
    TYPED(syncmap_u64, TEST_KEYS, u64),
    TYPED(syncmap_borrowed, TEST_KEYS, u64),
    {DRIVER_TYPED_FIELDS(SYNCMAP_OPERATIONS, syncmap_string, TEST_KEYS, string),
     .verify = verify_syncmap, .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(SYNCMAP_OPERATIONS, syncmap_point, TEST_KEYS, point),
     .verify = verify_syncmap, .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(SYNCMAP_OPERATIONS, syncmap_constant, 200, u64), .verify = verify_syncmap,
     .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(SYNCMAP_OPERATIONS, syncmap_coarse, 1000, u64), .verify = verify_syncmap,
     .garbage = GARBAGE},
    {DRIVER_FIELDS(SYNCMAP_OPERATIONS, syncmap_generic).name = "syncmap_generic",
     .create = bytes_create, .keys = TEST_KEYS, .make_key = make_bytes,
     .key_number = number_of_bytes, .verify = verify_syncmap, .garbage = GARBAGE},
    {DRIVER_FIELDS(SYNCMAP_OPERATIONS, syncmap_generic).name = "syncmap_generic_wide",
     .create = wide_create, .keys = TEST_KEYS, .make_key = make_u64, .key_number = number_of_u64,
     .verify = verify_syncmap, .garbage = GARBAGE},
};

struct map_drivers syncmap_drivers(void) {
    return (struct map_drivers){drivers, sizeof drivers / sizeof *drivers};
}
