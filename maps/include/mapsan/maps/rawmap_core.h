/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The operations of rawmap and rawmap_spmc, which share all code: what a reader of the second form
 * needs (release stores, acquire loads) costs the first nothing on the machines at hand. The forms
 * differ in what they tell the runtime: readers of rawmap_spmc are not in the writer's way. What is
 * rare (tables) is in rawmap.c.
 */
#ifndef MAPSAN_MAPS_RAWMAP_CORE_H
#define MAPSAN_MAPS_RAWMAP_CORE_H

#include <mapsan/maps/rawmap.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAWMAP_EMPTY UINT64_C(0)
#define RAWMAP_GONE UINT64_MAX /* removed, or moved to the next table */
#define RAWMAP_MOVES 8         /* old slots that an insertion moves */
#define RAWMAP_LIKELY(condition) __builtin_expect(!!(condition), 1)

/* Gives the next new key a slot's worth of room, or replaces the table. False: no memory. */
bool rawmap_make_room(struct rawmap *self);
/* Moves the next slots of the old table to the new one. */
void rawmap_move(struct rawmap *self, struct rawmap_table *table);
/* Gives the next piece of a replaced table back. */
void rawmap_release_piece(struct rawmap *self);
void rawmap_clear_all(struct rawmap *self);

MAPSAN_MAP_INLINE struct rawmap_slot *rawmap_slots(struct rawmap_table *table) {
    return (struct rawmap_slot *)(void *)((char *)table + sizeof *table);
}

MAPSAN_MAP_INLINE bool rawmap_is_special(uint64_t key) {
    return key == RAWMAP_EMPTY || key == RAWMAP_GONE;
}

MAPSAN_MAP_INLINE struct rawmap_special *rawmap_special_of(struct rawmap *self, uint64_t key) {
    return &self->special[key == RAWMAP_GONE];
}

/* One folded product, as in Abseil's hash of integers: the tables are searched by its low bits
 * only, and those depend on all of the key through the upper half. */
MAPSAN_MAP_INLINE uint64_t rawmap_hash(const struct rawmap *self, uint64_t key) {
    return mapsan_hash_fold(key ^ self->seed, MAPSAN_HASH_SECRET1);
}

/* For the writer: what nobody else writes needs no order to be read. */
MAPSAN_MAP_INLINE uint64_t rawmap_load(const uint64_t *word) {
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

MAPSAN_MAP_INLINE struct rawmap_table *rawmap_table_of(const struct rawmap *self) {
    return __atomic_load_n(&self->table, __ATOMIC_RELAXED);
}

MAPSAN_MAP_INLINE struct rawmap_table *rawmap_old_of(const struct rawmap_table *table) {
    return __atomic_load_n(&table->old, __ATOMIC_RELAXED);
}

/* The slot of a key that is not special, or NULL. The acquire pairs with the release of the key:
 * its value was there before it. */
MAPSAN_MAP_INLINE struct rawmap_slot *rawmap_find(struct rawmap_table *table, uint64_t hash,
                                                  uint64_t key) {
    struct rawmap_slot *slots = rawmap_slots(table);
    uint64_t mask = table->mask;
    for (uint64_t index = hash & mask;; index = (index + 1) & mask) {
        uint64_t stored = __atomic_load_n(&slots[index].key, __ATOMIC_ACQUIRE);
        if (RAWMAP_LIKELY(stored == key))
            return &slots[index];
        if (RAWMAP_LIKELY(stored == RAWMAP_EMPTY))
            return NULL;
    }
}

/* For readers. `old` is loaded before the table is searched: if it is NULL, whatever it held was in
 * the table by then. Else a key may move while this looks from one to the other, so the table is
 * searched once more: a move puts the key there before it takes it from `old`. Nothing leaves a
 * table that is still the newest; if it is not, all starts again. */
MAPSAN_MAP_INLINE struct rawmap_slot *rawmap_search(struct rawmap *self, uint64_t key) {
    uint64_t hash = rawmap_hash(self, key);
    struct rawmap_table *table = __atomic_load_n(&self->table, __ATOMIC_ACQUIRE), *newest;
    for (;; table = newest) {
        struct rawmap_table *old = __atomic_load_n(&table->old, __ATOMIC_ACQUIRE);
        struct rawmap_slot *slot = rawmap_find(table, hash, key);
        if (!RAWMAP_LIKELY(slot != NULL || old == NULL)) {
            slot = rawmap_find(old, hash, key);
            if (slot == NULL)
                slot = rawmap_find(table, hash, key);
        }
        if (RAWMAP_LIKELY(slot != NULL))
            return slot;
        newest = __atomic_load_n(&self->table, __ATOMIC_ACQUIRE);
        if (RAWMAP_LIKELY(newest == table))
            return NULL;
    }
}

/* A sequence lock (Hemminger and Lameter, 2002; its orders: Boehm, 2012) around two words. */
MAPSAN_MAP_INLINE bool rawmap_get_special(struct rawmap_special *special, uint64_t *value) {
    uint64_t version, present;
    do {
        version = __atomic_load_n(&special->version, __ATOMIC_ACQUIRE);
        present = __atomic_load_n(&special->present, __ATOMIC_ACQUIRE);
        *value = __atomic_load_n(&special->value, __ATOMIC_ACQUIRE);
    } while ((version & 1) != 0 || __atomic_load_n(&special->version, __ATOMIC_RELAXED) != version);
    return present != 0;
}

MAPSAN_MAP_INLINE void rawmap_set_special(struct rawmap_special *special, bool present,
                                          uint64_t value) {
    uint64_t version = __atomic_load_n(&special->version, __ATOMIC_RELAXED);
    __atomic_store_n(&special->version, version + 1, __ATOMIC_RELAXED);
    /* Releases: whoever sees one of these sees the odd version. */
    __atomic_store_n(&special->present, (uint64_t)present, __ATOMIC_RELEASE);
    __atomic_store_n(&special->value, value, __ATOMIC_RELEASE);
    __atomic_store_n(&special->version, version + 2, __ATOMIC_RELEASE);
}

MAPSAN_MAP_INLINE bool rawmap_core_get(struct rawmap *self, uint64_t key, uint64_t *output) {
    uint64_t value;
    if (!RAWMAP_LIKELY(!rawmap_is_special(key))) {
        if (!rawmap_get_special(rawmap_special_of(self, key), &value))
            return false;
    } else {
        struct rawmap_slot *slot = rawmap_search(self, key);
        if (slot == NULL)
            return false;
        value = __atomic_load_n(&slot->value, __ATOMIC_ACQUIRE);
    }
    if (output != NULL)
        *output = value;
    return true;
}

/* ---- the writer's: nothing changes under it ---------------------------------------------------
 */

MAPSAN_MAP_INLINE struct rawmap_slot *rawmap_own(struct rawmap *self, uint64_t key) {
    uint64_t hash = rawmap_hash(self, key);
    struct rawmap_table *table = rawmap_table_of(self), *old = rawmap_old_of(table);
    struct rawmap_slot *slot = rawmap_find(table, hash, key);
    if (slot == NULL && !RAWMAP_LIKELY(old == NULL))
        slot = rawmap_find(old, hash, key);
    return slot;
}

/* Makes sure that a new key can be put. */
MAPSAN_MAP_INLINE bool rawmap_prepare(struct rawmap *self) {
    struct rawmap_table *table = rawmap_table_of(self);
    if (!RAWMAP_LIKELY(rawmap_old_of(table) == NULL))
        rawmap_move(self, table);
    if (!RAWMAP_LIKELY(self->leaving == NULL))
        rawmap_release_piece(self);
    return RAWMAP_LIKELY(table->used < table->limit) || rawmap_make_room(self);
}

/* Puts a key that is not in the table and not special where its search ends. */
MAPSAN_MAP_INLINE void rawmap_append(struct rawmap_table *table, uint64_t hash, uint64_t key,
                                     uint64_t value) {
    struct rawmap_slot *slots = rawmap_slots(table);
    uint64_t index = hash & table->mask;
    while (rawmap_load(&slots[index].key) != RAWMAP_EMPTY)
        index = (index + 1) & table->mask;
    __atomic_store_n(&slots[index].value, value, __ATOMIC_RELAXED);
    __atomic_store_n(&slots[index].key, key, __ATOMIC_RELEASE);
    table->used++;
}

MAPSAN_MAP_INLINE void rawmap_count(struct rawmap *self, uint64_t change) {
    __atomic_store_n(&self->count, rawmap_load(&self->count) + change, __ATOMIC_RELAXED);
}

/* Where a key is, as the writer sees it; `slot` is NULL for special keys and for absent ones. */
struct rawmap_place {
    struct rawmap_slot *slot;
    uint64_t value;
    bool present;
};

MAPSAN_MAP_INLINE struct rawmap_place rawmap_look(struct rawmap *self, uint64_t key) {
    struct rawmap_place place = {NULL, 0, false};
    if (!RAWMAP_LIKELY(!rawmap_is_special(key))) {
        place.present = rawmap_get_special(rawmap_special_of(self, key), &place.value);
        return place;
    }
    place.slot = rawmap_own(self, key);
    place.present = place.slot != NULL;
    if (place.present)
        place.value = rawmap_load(&place.slot->value);
    return place;
}

/* After rawmap_prepare if the key is not special and absent. */
MAPSAN_MAP_INLINE void rawmap_store(struct rawmap *self, const struct rawmap_place *place,
                                    uint64_t key, uint64_t value) {
    if (!RAWMAP_LIKELY(!rawmap_is_special(key)))
        rawmap_set_special(rawmap_special_of(self, key), true, value);
    else if (place->slot != NULL)
        __atomic_store_n(&place->slot->value, value, __ATOMIC_RELEASE);
    else
        rawmap_append(rawmap_table_of(self), rawmap_hash(self, key), key, value);
    if (!place->present)
        rawmap_count(self, 1);
}

/* The value stays: a reader that has found the key still gets what was last its own. */
MAPSAN_MAP_INLINE void rawmap_erase(struct rawmap *self, const struct rawmap_place *place,
                                    uint64_t key) {
    if (!RAWMAP_LIKELY(!rawmap_is_special(key)))
        rawmap_set_special(rawmap_special_of(self, key), false, 0);
    else
        __atomic_store_n(&place->slot->key, RAWMAP_GONE, __ATOMIC_RELEASE);
    rawmap_count(self, (uint64_t)-1);
}

MAPSAN_MAP_INLINE bool rawmap_may_store(struct rawmap *self, const struct rawmap_place *place,
                                        uint64_t key) {
    return place->present || !RAWMAP_LIKELY(!rawmap_is_special(key)) || rawmap_prepare(self);
}

MAPSAN_MAP_INLINE int rawmap_core_put(struct rawmap *self, uint64_t key, uint64_t value) {
    struct rawmap_place place = rawmap_look(self, key);
    if (!rawmap_may_store(self, &place, key))
        return MAPSAN_MAP_NO_MEMORY;
    rawmap_store(self, &place, key, value);
    return !place.present;
}

MAPSAN_MAP_INLINE int rawmap_core_get_or_put(struct rawmap *self, uint64_t key, uint64_t *value) {
    struct rawmap_place place = rawmap_look(self, key);
    if (place.present) {
        *value = place.value;
        return MAPSAN_MAP_NO;
    }
    if (!rawmap_may_store(self, &place, key))
        return MAPSAN_MAP_NO_MEMORY;
    rawmap_store(self, &place, key, *value);
    return MAPSAN_MAP_YES;
}

MAPSAN_MAP_INLINE int rawmap_core_take(struct rawmap *self, uint64_t key, uint64_t *old_key,
                                       uint64_t *output) {
    struct rawmap_place place = rawmap_look(self, key);
    if (!place.present)
        return MAPSAN_MAP_NO;
    if (old_key != NULL)
        *old_key = key;
    if (output != NULL)
        *output = place.value;
    rawmap_erase(self, &place, key);
    return MAPSAN_MAP_YES;
}

MAPSAN_MAP_INLINE int rawmap_core_update(struct rawmap *self, uint64_t key, rawmap_decide decide,
                                         void *context) {
    struct rawmap_place place = rawmap_look(self, key);
    if (!rawmap_may_store(self, &place, key))
        return MAPSAN_MAP_NO_MEMORY;
    uint64_t value = place.present ? place.value : 0;
    enum mapsan_map_decision decision = decide(context, &key, &value, place.present);
    if (decision == MAPSAN_UPDATE_STORE)
        rawmap_store(self, &place, key, value);
    else if (decision == MAPSAN_UPDATE_REMOVE && place.present)
        rawmap_erase(self, &place, key);
    else
        return MAPSAN_MAP_NO;
    return MAPSAN_MAP_YES;
}

MAPSAN_MAP_INLINE int rawmap_core_compare_and_swap(struct rawmap *self, uint64_t key,
                                                   uint64_t expected, uint64_t desired) {
    struct rawmap_place place = rawmap_look(self, key);
    if (!place.present || place.value != expected)
        return MAPSAN_MAP_NO;
    rawmap_store(self, &place, key, desired);
    return MAPSAN_MAP_YES;
}

MAPSAN_MAP_INLINE bool rawmap_core_each_in(struct rawmap_table *table, rawmap_visit visit,
                                           void *context) {
    struct rawmap_slot *slots = rawmap_slots(table);
    for (uint64_t index = 0; index <= table->mask; index++) {
        struct rawmap_slot slot = {rawmap_load(&slots[index].key),
                                   rawmap_load(&slots[index].value)};
        if (!rawmap_is_special(slot.key) && !visit(context, &slot.key, &slot.value))
            return false;
    }
    return true;
}

MAPSAN_MAP_INLINE bool rawmap_core_each(struct rawmap *self, rawmap_visit visit, void *context) {
    static const uint64_t keys[] = {RAWMAP_EMPTY, RAWMAP_GONE};
    for (unsigned i = 0; i < 2; i++) {
        uint64_t value = rawmap_load(&self->special[i].value);
        if (rawmap_load(&self->special[i].present) != 0 && !visit(context, &keys[i], &value))
            return false;
    }
    struct rawmap_table *table = rawmap_table_of(self), *old = rawmap_old_of(table);
    return (old == NULL || rawmap_core_each_in(old, visit, context)) &&
           rawmap_core_each_in(table, visit, context);
}

/* ---- the two forms -----------------------------------------------------------------------------
 */

/* A write of `call`'s, as the runtime sees it. */
#define RAWMAP_WRITE(type, name, map, call)                                                        \
    MAPSAN_WRITE_BEGIN(map, &(map)->tag, name);                                                    \
    type result = call;                                                                            \
    MAPSAN_WRITE_END(&(map)->tag);                                                                 \
    return result;
/* The operations of which there is one at a time; `raw` makes a struct rawmap * of self. */
#define RAWMAP_WRITER(form, raw)                                                                   \
    MAPSAN_MAP_INLINE int form##_put(struct form *self, uint64_t key, uint64_t value){             \
        RAWMAP_WRITE(int, #form, raw(self),                                                        \
                     rawmap_core_put(raw(self), key, value))} MAPSAN_MAP_INLINE int                \
        form##_get_or_put(struct form *self, uint64_t key, uint64_t *value){RAWMAP_WRITE(          \
            int, #form, raw(self),                                                                 \
            rawmap_core_get_or_put(raw(self), key,                                                 \
                                   value))} MAPSAN_MAP_INLINE int form##_remove(struct form *self, \
                                                                                uint64_t key){     \
            RAWMAP_WRITE(int, #form, raw(self),                                                    \
                         rawmap_core_take(raw(self), key, NULL, NULL))} MAPSAN_MAP_INLINE int      \
            form##_take(struct form *self, uint64_t key, uint64_t *old_key,                        \
                        uint64_t *output){RAWMAP_WRITE(                                            \
                int, #form, raw(self),                                                             \
                rawmap_core_take(raw(self), key, old_key, output))} MAPSAN_MAP_INLINE int          \
                form##_update(struct form *self, uint64_t key, rawmap_decide decide,               \
                              void *context){RAWMAP_WRITE(                                         \
                    int, #form, raw(self),                                                         \
                    rawmap_core_update(raw(self), key, decide, context))} MAPSAN_MAP_INLINE int    \
                    form##_compare_and_swap(struct form *self, uint64_t key, uint64_t expected,    \
                                            uint64_t desired){RAWMAP_WRITE(                        \
                        int, #form, raw(self),                                                     \
                        rawmap_core_compare_and_swap(                                              \
                            raw(self), key, expected,                                              \
                            desired))} MAPSAN_MAP_INLINE bool form##_each(struct form *self,       \
                                                                          rawmap_visit visit,      \
                                                                          void *context) {         \
        MAPSAN_ITERATE_BEGIN(raw(self), &raw(self)->tag, #form);                                   \
        bool complete = rawmap_core_each(raw(self), visit, context);                               \
        MAPSAN_ITERATE_END(&raw(self)->tag);                                                       \
        return complete;                                                                           \
    }                                                                                              \
    MAPSAN_MAP_INLINE void form##_clear(struct form *self) {                                       \
        MAPSAN_WRITE_BEGIN(raw(self), &raw(self)->tag, #form);                                     \
        rawmap_clear_all(raw(self));                                                               \
        MAPSAN_WRITE_END(&raw(self)->tag);                                                         \
    }

#define RAWMAP_SELF(self) (self)
#define RAWMAP_INNER(self) (&(self)->map)
RAWMAP_WRITER(rawmap, RAWMAP_SELF)
RAWMAP_WRITER(rawmap_spmc, RAWMAP_INNER)

MAPSAN_MAP_INLINE bool rawmap_get(struct rawmap *self, uint64_t key, uint64_t *output) {
    MAPSAN_READ_BEGIN(self, &self->tag, "rawmap");
    bool found = rawmap_core_get(self, key, output);
    MAPSAN_READ_END(&self->tag);
    return found;
}

MAPSAN_MAP_INLINE uint64_t rawmap_len(struct rawmap *self) {
    MAPSAN_READ_BEGIN(self, &self->tag, "rawmap");
    uint64_t count = rawmap_load(&self->count);
    MAPSAN_READ_END(&self->tag);
    return count;
}

MAPSAN_MAP_INLINE bool rawmap_spmc_get(struct rawmap_spmc *self, uint64_t key, uint64_t *output) {
    return rawmap_core_get(&self->map, key, output);
}

MAPSAN_MAP_INLINE uint64_t rawmap_spmc_len(struct rawmap_spmc *self) {
    return __atomic_load_n(&self->map.count, __ATOMIC_RELAXED);
}

#ifdef __cplusplus
}
#endif
#endif
