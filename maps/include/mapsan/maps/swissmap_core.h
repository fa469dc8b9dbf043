/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The operations of swissmap that must be fast, written once for the typed and the generic form:
 * with a constant `type` they are inlined and specialised (see define.h), swissmap.c calls them
 * with a variable one. All that is rare (growth, splits, iteration) is in swissmap.c.
 *
 * The eight control bytes of a group are one word; which of them have a property is a word with bit
 * 7 of each such byte set. For equality that is exact for the lowest one only (Mycroft, 1987): the
 * comparison of keys settles the rest.
 */
#ifndef MAPSAN_MAPS_SWISSMAP_CORE_H
#define MAPSAN_MAPS_SWISSMAP_CORE_H

#include <mapsan/maps/swissmap.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SWISSMAP_SLOTS 8
#define SWISSMAP_PREFETCH_MAX 256 /* bytes of a group that are fetched ahead */
#define SWISSMAP_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define SWISSMAP_BYTES(byte) ((uint64_t)(byte) * UINT64_C(0x0101010101010101))

/* A full slot's control byte is below 0x80. DELETED keeps searches going where EMPTY ends them. */
enum swissmap_control { SWISSMAP_EMPTY = 0x80, SWISSMAP_DELETED = 0xfe };

/* Right in front of its groups. */
struct swissmap_table {
    uint64_t used;        /* full slots */
    uint64_t growth_left; /* empty slots that may be filled before the table must grow */
    uint64_t mask;        /* number of groups less one */
    uint64_t prefix;      /* its hashes begin with these `depth` bits; the others are zero */
    struct swissmap_table *next_retained;
    size_t size;        /* of the allocation, in bytes */
    uint64_t iterators; /* atomic: iterating only reads the map */
    uint8_t depth;
    bool replaced; /* its entries have moved; what stands here says which there were */
};

/* Where a key is, or would go. */
struct swissmap_place {
    unsigned char *group;
    unsigned slot;
    uint8_t control;
    bool present;
    struct swissmap_table *table;
};

/* Replaces a table that is full, or whose empty slots are used up, by one or two with room. False:
 * no memory, nothing changed. */
bool swissmap_make_room(struct swissmap *self, struct swissmap_table *table);
void swissmap_drop_all(struct swissmap *self);
void swissmap_release_retained(struct swissmap *self);
void swissmap_release(struct swissmap *self);
void swissmap_iter_start(struct swissmap_iter *iter, struct swissmap *self);
const void *swissmap_iter_advance(struct swissmap_iter *iter);
uint64_t swissmap_random_hash(struct swissmap *self);

MAPSAN_MAP_INLINE struct swissmap_table *swissmap_table_of(unsigned char *groups) {
    return (struct swissmap_table *)(void *)groups - 1;
}

MAPSAN_MAP_INLINE unsigned char *swissmap_groups_of(struct swissmap_table *table) {
    return (unsigned char *)(table + 1);
}

/* Slot n's control byte is byte n, lowest first. */
MAPSAN_MAP_INLINE uint64_t swissmap_controls(const unsigned char *group) {
    uint64_t controls;
    memcpy(&controls, group, sizeof controls);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    controls = __builtin_bswap64(controls);
#endif
    return controls;
}

MAPSAN_MAP_INLINE uint64_t swissmap_matches(uint64_t controls, uint8_t control) {
    uint64_t difference = controls ^ SWISSMAP_BYTES(control);
    return (difference - SWISSMAP_BYTES(0x01)) & ~difference & SWISSMAP_BYTES(0x80);
}

/* EMPTY has bit 7 and not bit 1. */
MAPSAN_MAP_INLINE uint64_t swissmap_empties(uint64_t controls) {
    return controls & ~(controls << 6) & SWISSMAP_BYTES(0x80);
}

MAPSAN_MAP_INLINE uint64_t swissmap_vacancies(uint64_t controls) {
    return controls & SWISSMAP_BYTES(0x80);
}

MAPSAN_MAP_INLINE unsigned swissmap_first_slot(uint64_t matches) {
    return (unsigned)__builtin_ctzll(matches) / 8;
}

MAPSAN_MAP_INLINE uint8_t swissmap_control_of(uint64_t hash) { return hash & 0x7f; }

MAPSAN_MAP_INLINE size_t swissmap_entries_offset(const struct mapsan_map_type *type) {
    return type->entry_align > SWISSMAP_SLOTS ? type->entry_align : SWISSMAP_SLOTS;
}

MAPSAN_MAP_INLINE size_t swissmap_group_size(const struct mapsan_map_type *type) {
    size_t align = swissmap_entries_offset(type);
    return (align + SWISSMAP_SLOTS * type->entry_size + align - 1) & ~(align - 1);
}

MAPSAN_MAP_INLINE unsigned char *swissmap_group_at(const struct mapsan_map_type *type,
                                                   unsigned char *groups, uint64_t index) {
    return groups + index * swissmap_group_size(type);
}

MAPSAN_MAP_INLINE void *swissmap_entry_at(const struct mapsan_map_type *type, unsigned char *group,
                                          unsigned slot) {
    return group + swissmap_entries_offset(type) + slot * type->entry_size;
}

MAPSAN_MAP_INLINE void *swissmap_value_at(const struct mapsan_map_type *type,
                                          const struct swissmap_place *place) {
    return (char *)swissmap_entry_at(type, place->group, place->slot) + type->value_offset;
}

/* The directory's entry for a hash. Two shifts, because one by 64 is undefined. */
MAPSAN_MAP_INLINE struct swissmap_groups swissmap_groups_for(const struct swissmap *self,
                                                             uint64_t hash) {
    return self->directory[(hash >> 1) >> self->shift];
}

/* A big map's group is in no cache: fetches the lines of its entries while its controls come. */
MAPSAN_MAP_INLINE void swissmap_prefetch(const struct mapsan_map_type *type,
                                         const unsigned char *group) {
    for (size_t at = 64; at < swissmap_group_size(type) && at <= SWISSMAP_PREFETCH_MAX; at += 64)
        __builtin_prefetch(group + at);
}

/* The slot of `key` in one group with these controls, or SWISSMAP_SLOTS. */
MAPSAN_MAP_INLINE unsigned swissmap_slot_of(const struct mapsan_map_type *type,
                                            unsigned char *group, uint64_t controls,
                                            uint8_t control, const void *key) {
    for (uint64_t m = swissmap_matches(controls, control); m != 0; m &= m - 1) {
        unsigned slot = swissmap_first_slot(m);
        if (SWISSMAP_LIKELY(type->equal(type, key, swissmap_entry_at(type, group, slot))))
            return slot;
    }
    return SWISSMAP_SLOTS;
}

MAPSAN_MAP_INLINE bool swissmap_core_find(const struct mapsan_map_type *type,
                                          const struct swissmap *self, uint64_t hash,
                                          const void *key, struct swissmap_place *place) {
    struct swissmap_groups groups = swissmap_groups_for(self, hash);
    uint64_t index = (hash >> 7) & groups.mask;
    for (uint64_t step = 1;; index = (index + step++) & groups.mask) {
        unsigned char *group = swissmap_group_at(type, groups.first, index);
        swissmap_prefetch(type, group);
        uint64_t controls = swissmap_controls(group);
        unsigned slot = swissmap_slot_of(type, group, controls, swissmap_control_of(hash), key);
        if (SWISSMAP_LIKELY(slot < SWISSMAP_SLOTS)) {
            place->group = group;
            place->slot = slot;
            place->table = swissmap_table_of(groups.first);
            return true;
        }
        if (SWISSMAP_LIKELY(swissmap_empties(controls) != 0))
            return false;
    }
}

/* Keys that do not equal themselves are spread at random: their bits would put all in one place. */
MAPSAN_MAP_INLINE uint64_t swissmap_hash_to_put(const struct mapsan_map_type *type,
                                                struct swissmap *self, const void *key) {
    if ((type->flags & MAPSAN_MAP_IRREFLEXIVE) != 0 && !type->equal(type, key, key))
        return swissmap_random_hash(self);
    return type->hash(type, key, self->seed);
}

/* Finds the key, or a slot for it with all memory that it needs. False: no memory. The first vacant
 * slot of the search is taken; if it is a tombstone, the table does not become fuller by it. */
MAPSAN_MAP_INLINE bool swissmap_core_place(const struct mapsan_map_type *type,
                                           struct swissmap *self, const void *key,
                                           struct swissmap_place *place) {
    uint64_t hash = swissmap_hash_to_put(type, self, key);
    place->control = swissmap_control_of(hash);
    for (;;) {
        struct swissmap_groups groups = swissmap_groups_for(self, hash);
        uint64_t index = (hash >> 7) & groups.mask;
        place->table = swissmap_table_of(groups.first);
        place->group = NULL;
        for (uint64_t step = 1;; index = (index + step++) & groups.mask) {
            unsigned char *group = swissmap_group_at(type, groups.first, index);
            swissmap_prefetch(type, group);
            uint64_t controls = swissmap_controls(group);
            unsigned slot = swissmap_slot_of(type, group, controls, place->control, key);
            if (slot < SWISSMAP_SLOTS) {
                place->group = group;
                place->slot = slot;
                place->present = true;
                return true;
            }
            uint64_t vacancies = swissmap_vacancies(controls);
            if (place->group == NULL && vacancies != 0) {
                place->group = group;
                place->slot = swissmap_first_slot(vacancies);
            }
            if (SWISSMAP_LIKELY(swissmap_empties(controls) != 0))
                break;
        }
        place->present = false;
        if (SWISSMAP_LIKELY(place->table->growth_left > 0 ||
                            place->group[place->slot] == SWISSMAP_DELETED))
            return true;
        if (!swissmap_make_room(self, place->table))
            return false;
    }
}

/* Puts the key into the vacant slot that swissmap_core_place found. */
MAPSAN_MAP_INLINE void swissmap_core_occupy(const struct mapsan_map_type *type,
                                            struct swissmap *self,
                                            const struct swissmap_place *place, const void *key) {
    place->table->growth_left -= place->group[place->slot] == SWISSMAP_EMPTY;
    place->group[place->slot] = place->control;
    memcpy(swissmap_entry_at(type, place->group, place->slot), key, type->key_size);
    place->table->used++;
    self->count++;
}

/* No search has gone past a group with an empty slot, so there the slot may become empty, too. The
 * last key to go takes the seed with it: what was learnt by timing is worthless then. */
MAPSAN_MAP_INLINE void swissmap_core_vacate(struct swissmap *self,
                                            const struct swissmap_place *place) {
    bool passed = swissmap_empties(swissmap_controls(place->group)) == 0;
    place->group[place->slot] = passed ? SWISSMAP_DELETED : SWISSMAP_EMPTY;
    place->table->growth_left += !passed;
    place->table->used--;
    if (--self->count == 0)
        self->seed = mapsan_random_next(&self->random);
}

MAPSAN_MAP_INLINE bool swissmap_core_get(const struct mapsan_map_type *type, struct swissmap *self,
                                         const void *key, void *output) {
    struct swissmap_place place;
    MAPSAN_READ_BEGIN(self, &self->tag, "swissmap");
    bool found = swissmap_core_find(type, self, type->hash(type, key, self->seed), key, &place);
    if (found && output != NULL)
        mapsan_map_copy(output, swissmap_value_at(type, &place), type->value_size);
    MAPSAN_READ_END(&self->tag);
    return found;
}

MAPSAN_MAP_INLINE int swissmap_core_put(const struct mapsan_map_type *type, struct swissmap *self,
                                        const void *key, const void *value) {
    struct swissmap_place place;
    int result = MAPSAN_MAP_NO_MEMORY;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "swissmap");
    if (SWISSMAP_LIKELY(swissmap_core_place(type, self, key, &place))) {
        if (!place.present)
            swissmap_core_occupy(type, self, &place, key);
        mapsan_map_copy(swissmap_value_at(type, &place), value, type->value_size);
        result = !place.present;
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int swissmap_core_get_or_put(const struct mapsan_map_type *type,
                                               struct swissmap *self, const void *key,
                                               void *value) {
    struct swissmap_place place;
    int result = MAPSAN_MAP_NO_MEMORY;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "swissmap");
    if (SWISSMAP_LIKELY(swissmap_core_place(type, self, key, &place))) {
        void *stored = swissmap_value_at(type, &place);
        if (place.present) {
            mapsan_map_copy(value, stored, type->value_size);
        } else {
            swissmap_core_occupy(type, self, &place, key);
            mapsan_map_copy(stored, value, type->value_size);
        }
        result = !place.present;
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int swissmap_core_take(const struct mapsan_map_type *type, struct swissmap *self,
                                         const void *key, void *old_key, void *output) {
    struct swissmap_place place;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "swissmap");
    bool found = swissmap_core_find(type, self, type->hash(type, key, self->seed), key, &place);
    if (found) {
        if (old_key != NULL)
            memcpy(old_key, swissmap_entry_at(type, place.group, place.slot), type->key_size);
        if (output != NULL)
            mapsan_map_copy(output, swissmap_value_at(type, &place), type->value_size);
        swissmap_core_vacate(self, &place);
    }
    MAPSAN_WRITE_END(&self->tag);
    return found;
}

MAPSAN_MAP_INLINE int swissmap_core_update(const struct mapsan_map_type *type,
                                           struct swissmap *self, const void *key,
                                           mapsan_map_update decide, void *context) {
    struct swissmap_place place;
    int result = MAPSAN_MAP_NO_MEMORY;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "swissmap");
    if (SWISSMAP_LIKELY(swissmap_core_place(type, self, key, &place))) {
        void *value = swissmap_value_at(type, &place);
        if (!place.present)
            memset(value, 0, type->value_size);
        enum mapsan_map_decision decision = decide(context, key, value, place.present);
        if (decision == MAPSAN_UPDATE_STORE && !place.present)
            swissmap_core_occupy(type, self, &place, key);
        else if (decision == MAPSAN_UPDATE_REMOVE && place.present)
            swissmap_core_vacate(self, &place);
        result =
            decision == MAPSAN_UPDATE_STORE || (decision == MAPSAN_UPDATE_REMOVE && place.present);
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int swissmap_core_compare_and_swap(const struct mapsan_map_type *type,
                                                     struct swissmap *self, const void *key,
                                                     const void *expected, const void *desired) {
    struct swissmap_place place;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "swissmap");
    bool swapped = swissmap_core_find(type, self, type->hash(type, key, self->seed), key, &place);
    if (swapped) {
        void *value = swissmap_value_at(type, &place);
        swapped = (type->value_size == 0 || memcmp(value, expected, type->value_size) == 0);
        if (swapped)
            mapsan_map_copy(value, desired, type->value_size);
    }
    MAPSAN_WRITE_END(&self->tag);
    return swapped;
}

MAPSAN_MAP_INLINE bool swissmap_core_each_in(const struct mapsan_map_type *type,
                                             struct swissmap_groups groups, mapsan_map_visit visit,
                                             void *context) {
    for (uint64_t index = 0; index <= groups.mask; index++) {
        unsigned char *group = swissmap_group_at(type, groups.first, index);
        uint64_t full = ~swissmap_controls(group) & SWISSMAP_BYTES(0x80);
        for (; full != 0; full &= full - 1) {
            void *entry = swissmap_entry_at(type, group, swissmap_first_slot(full));
            if (!visit(context, entry, mapsan_map_value_of(type, entry)))
                return false;
        }
    }
    return true;
}

MAPSAN_MAP_INLINE bool swissmap_core_each(const struct mapsan_map_type *type, struct swissmap *self,
                                          mapsan_map_visit visit, void *context) {
    MAPSAN_ITERATE_BEGIN(self, &self->tag, "swissmap");
    bool complete = true;
    uint64_t index = 0;
    while (complete && index < UINT64_C(1) << self->depth) {
        struct swissmap_groups groups = self->directory[index];
        index += UINT64_C(1) << (self->depth - swissmap_table_of(groups.first)->depth);
        complete = swissmap_core_each_in(type, groups, visit, context);
    }
    MAPSAN_ITERATE_END(&self->tag);
    return complete;
}

MAPSAN_MAP_INLINE bool swissmap_core_iter_next(const struct mapsan_map_type *type,
                                               struct swissmap_iter *iter, void *key, void *value) {
    struct swissmap *self = iter->map;
    if (self == NULL)
        return false;
    MAPSAN_STEP_BEGIN(self, &self->tag, "swissmap");
    const void *entry = swissmap_iter_advance(iter);
    if (entry != NULL && key != NULL)
        memcpy(key, entry, type->key_size);
    if (entry != NULL && value != NULL)
        mapsan_map_copy(value, mapsan_map_value_of(type, entry), type->value_size);
    MAPSAN_ITERATE_END(&self->tag);
    return entry != NULL;
}

MAPSAN_MAP_INLINE void swissmap_core_iter_init(struct swissmap_iter *iter, struct swissmap *self) {
    MAPSAN_STEP_BEGIN(self, &self->tag, "swissmap");
    swissmap_iter_start(iter, self);
    MAPSAN_ITERATE_END(&self->tag);
}

MAPSAN_MAP_INLINE uint64_t swissmap_core_len(struct swissmap *self) {
    MAPSAN_READ_BEGIN(self, &self->tag, "swissmap");
    uint64_t count = self->count;
    MAPSAN_READ_END(&self->tag);
    return count;
}

MAPSAN_MAP_INLINE void swissmap_core_clear(struct swissmap *self) {
    MAPSAN_WRITE_BEGIN(self, &self->tag, "swissmap");
    swissmap_drop_all(self);
    MAPSAN_WRITE_END(&self->tag);
}

MAPSAN_MAP_INLINE void swissmap_core_destroy(struct swissmap *self) {
    MAPSAN_DESTROY_BEGIN(self, &self->tag, "swissmap");
    swissmap_drop_all(self);
    swissmap_release_retained(self);
    MAPSAN_DESTROY_END(&self->tag);
}

MAPSAN_MAP_INLINE void swissmap_core_free(struct swissmap *self) {
    if (self == NULL)
        return;
    swissmap_core_destroy(self);
    swissmap_release(self);
}

#ifdef __cplusplus
}
#endif
#endif
