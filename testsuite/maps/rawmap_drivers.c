/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* rawmap and rawmap_spmc under test, with keys that include the two that mark slots. */
#include "driver.h"
#include "keys.h"
#include "testing.h"

#include <mapsan/maps/rawmap.h>

DRIVER_TYPED(RAWMAP_OPERATIONS, rawmap, uint64_t)

/* There are no readers in these tests, which expect that memory comes back. */
static int removed(struct rawmap_spmc *self, uint64_t key) {
    int result = rawmap_spmc_remove(self, key);
    rawmap_spmc_reclaim(self);
    return result;
}
static void cleared(struct rawmap_spmc *self) {
    rawmap_spmc_clear(self);
    rawmap_spmc_reclaim(self);
}
#define rawmap_spmc_remove(self, key) removed(self, key)
#define rawmap_spmc_clear(self) cleared(self)
DRIVER_TYPED(RAWMAP_OPERATIONS, rawmap_spmc, uint64_t)
#undef rawmap_spmc_remove
#undef rawmap_spmc_clear

static void make_word(uint64_t number, void *key) {
    uint64_t word = number == 1 ? RAWMAP_GONE : number;
    memcpy(key, &word, sizeof word);
}

static uint64_t number_of_word(const void *key) {
    uint64_t word;
    memcpy(&word, key, sizeof word);
    return word == RAWMAP_GONE ? 1 : word;
}

/* Every key is found where it stands, once; returns how many there are. */
static uint64_t verify_table(struct rawmap *self, struct rawmap_table *table) {
    uint64_t found = 0, used = 0;
    for (uint64_t i = 0; i <= table->mask; i++) {
        struct rawmap_slot *slot = &rawmap_slots(table)[i];
        uint64_t key = rawmap_load(&slot->key);
        used += key != RAWMAP_EMPTY;
        if (rawmap_is_special(key))
            continue;
        uint64_t hash = rawmap_hash(self, key);
        found++;
        CHECK(rawmap_find(table, hash, key) == slot);
        CHECK(table == rawmap_table_of(self) ||
              rawmap_find(rawmap_table_of(self), hash, key) == NULL);
    }
    CHECK(used == table->used && used <= table->limit);
    return found;
}

static void verify_rawmap(void *map) {
    struct rawmap *self = map;
    struct rawmap_table *table = rawmap_table_of(self), *old = rawmap_old_of(table);
    uint64_t found =
        rawmap_load(&self->special[0].present) + rawmap_load(&self->special[1].present);
    found += verify_table(self, table);
    if (old != NULL)
        found += verify_table(self, old);
    CHECK(found == rawmap_load(&self->count));
}

static const struct map_driver drivers[] = {
    {DRIVER_TYPED_FIELDS(RAWMAP_OPERATIONS, rawmap, TEST_KEYS, word), .verify = verify_rawmap},
    {DRIVER_TYPED_FIELDS(RAWMAP_OPERATIONS, rawmap_spmc, TEST_KEYS, word), .verify = verify_rawmap},
};

struct map_drivers rawmap_drivers(void) {
    return (struct map_drivers){drivers, sizeof drivers / sizeof *drivers};
}
