/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * shardmap under test: typed for several keys and with bad hashes, in its generic form, and with a
 * check of its invariant from inside.
 */
#include "driver.h"
#include "keys.h"
#include "testing.h"

#include <mapsan/maps/shardmap.h>

MAPSAN_MAP_DEFINE(shardmap, shardmap_u64, MAPSAN_KEY_U64, uint64_t)
MAPSAN_MAP_DEFINE(shardmap, shardmap_string, MAPSAN_KEY_STRING, uint64_t)
MAPSAN_MAP_DEFINE(shardmap, shardmap_point, KEY_POINT, uint64_t)
MAPSAN_MAP_DEFINE(shardmap, shardmap_constant, KEY_CONSTANT, uint64_t)
MAPSAN_MAP_DEFINE(shardmap, shardmap_coarse, KEY_COARSE, uint64_t)

DRIVER_TYPED(SHARDMAP_OPERATIONS, shardmap_u64, uint64_t)
DRIVER_TYPED(SHARDMAP_OPERATIONS, shardmap_string, const char *)
DRIVER_TYPED(SHARDMAP_OPERATIONS, shardmap_point, struct point)
DRIVER_TYPED(SHARDMAP_OPERATIONS, shardmap_constant, uint64_t)
DRIVER_TYPED(SHARDMAP_OPERATIONS, shardmap_coarse, uint64_t)
DRIVER_GENERIC(SHARDMAP_OPERATIONS, shardmap)

/* Every entry is in the chain of its hash, and none is longer than a bad hash makes it. */
static uint64_t verify_shard(struct shardmap *self, struct shardmap_shard *shard) {
    const struct mapsan_map_type *type = self->type;
    struct shardmap_table *table = __atomic_load_n(&shard->table, __ATOMIC_RELAXED);
    uint64_t found = 0;
    CHECK(__atomic_load_n(&shard->version, __ATOMIC_RELAXED) % 2 == 0);
    for (uint64_t i = 0; i <= table->mask; i++) {
        struct shardmap_entry *entry = shardmap_follow(&shardmap_heads(table)[i]);
        for (; entry != NULL; entry = shardmap_follow(&entry->next)) {
            uint64_t hash = type->hash(type, shardmap_key_of(type, entry), self->seed);
            CHECK((hash & table->mask) == i);
            CHECK(shardmap_shard_of(self, hash) == shard);
            found++;
        }
    }
    CHECK(found == __atomic_load_n(&shard->count, __ATOMIC_RELAXED));
    return found;
}

static void verify_shardmap(void *map) {
    struct shardmap *self = map;
    uint64_t found = 0;
    for (unsigned i = 0; i < SHARDMAP_SHARDS; i++)
        found += verify_shard(self, &self->shards[i]);
    CHECK(found == shardmap_core_len(self));
}

/* Blocks that wait, at most. */
#define GARBAGE (3 * MAPSAN_LIMBO_BATCH * MAPSAN_LIMBO_STRIPES)

static struct mapsan_map_type bytes_type, wide_type;

static void *bytes_create(const struct mapsan_map_options *options) {
    bytes_type = mapsan_map_type_bytes(TEST_BYTES_SIZE, sizeof(uint64_t), 1);
    return shardmap_new(&bytes_type, options);
}

static void *wide_create(const struct mapsan_map_options *options) {
    wide_type = mapsan_map_type_bytes(sizeof(uint64_t), sizeof(uint64_t), 128);
    return shardmap_new(&wide_type, options);
}

#define TYPED(driver, number_of_keys, kind)                                                        \
    {DRIVER_TYPED_FIELDS(SHARDMAP_OPERATIONS, driver, number_of_keys, kind),                       \
     .verify = verify_shardmap, .garbage = GARBAGE, .threads = true}

static const struct map_driver drivers[] = {
    TYPED(shardmap_u64, TEST_KEYS, u64),
    {DRIVER_TYPED_FIELDS(SHARDMAP_OPERATIONS, shardmap_string, TEST_KEYS, string),
     .verify = verify_shardmap, .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(SHARDMAP_OPERATIONS, shardmap_point, TEST_KEYS, point),
     .verify = verify_shardmap, .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(SHARDMAP_OPERATIONS, shardmap_constant, 200, u64),
     .verify = verify_shardmap, .garbage = GARBAGE},
    {DRIVER_TYPED_FIELDS(SHARDMAP_OPERATIONS, shardmap_coarse, 1000, u64),
     .verify = verify_shardmap, .garbage = GARBAGE},
    {DRIVER_FIELDS(SHARDMAP_OPERATIONS, shardmap_generic).name = "shardmap_generic",
     .create = bytes_create, .keys = TEST_KEYS, .make_key = make_bytes,
     .key_number = number_of_bytes, .verify = verify_shardmap, .garbage = GARBAGE, .threads = true},
    {DRIVER_FIELDS(SHARDMAP_OPERATIONS, shardmap_generic).name = "shardmap_generic_wide",
     .create = wide_create, .keys = TEST_KEYS, .make_key = make_u64, .key_number = number_of_u64,
     .verify = verify_shardmap, .garbage = GARBAGE},
};

struct map_drivers shardmap_drivers(void) {
    return (struct map_drivers){drivers, sizeof drivers / sizeof *drivers};
}
