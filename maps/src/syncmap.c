/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What syncmap does under its mutex: new keys, misses, promotion, expunging. Source, invariant and
 * ordering stand in syncmap.h. Functions named _locked take the mutex; the others here are called
 * with it.
 */
#include "generic.h"
#include "mutex.h"

#include <mapsan/maps/syncmap.h>

#define TABLE_MIN 8 /* slots */

/* What `read` points to when there is nothing: one slot, empty. */
static struct {
    struct syncmap_table table;
    struct syncmap_slot slot;
} empty;

static struct syncmap_table *empty_table(void) { return &empty.table; }

/* ---- tables, entries, boxes ------------------------------------------------------------------ */

/* Room for `count` entries; NULL: no memory. At most two of three slots are used. */
static struct syncmap_table *table_new(struct syncmap *self, uint64_t count) {
    uint64_t slots = TABLE_MIN, bytes;
    while (slots <= UINT64_MAX / 4 && slots / 3 * 2 <= count)
        slots *= 2;
    if (__builtin_mul_overflow(slots, sizeof(struct syncmap_slot), &bytes) ||
        bytes > PTRDIFF_MAX / 2)
        return NULL;
    struct syncmap_table *table =
        mapsan_reclaimer_allocate(&self->reclaimer, sizeof *table + (size_t)bytes);
    if (table != NULL)
        table->mask = slots - 1;
    return table;
}

static void table_retire(struct syncmap *self, struct syncmap_table *table) {
    if (table != empty_table())
        mapsan_reclaimer_retire(&self->reclaimer, table);
}

static bool table_is_full(const struct syncmap_table *table) {
    return (table->mask + 1) / 3 * 2 <= table->count;
}

static void table_insert(struct syncmap_table *table, uint64_t hash, struct syncmap_entry *entry) {
    struct syncmap_slot *slots = syncmap_slots(table);
    uint64_t index = hash & table->mask;
    while (slots[index].entry != NULL)
        index = (index + 1) & table->mask;
    slots[index] = (struct syncmap_slot){hash, entry};
    table->count++;
}

/* Closes the gap, so that no search ends too early (Knuth, vol. 3, algorithm 6.4R). */
static void table_remove(struct syncmap_table *table, struct syncmap_slot *slot) {
    struct syncmap_slot *slots = syncmap_slots(table);
    uint64_t gap = (uint64_t)(slot - slots), mask = table->mask;
    for (uint64_t next = (gap + 1) & mask; slots[next].entry != NULL; next = (next + 1) & mask) {
        uint64_t from_home = (next - slots[next].hash) & mask, from_gap = (next - gap) & mask;
        if (from_home < from_gap)
            continue;
        slots[gap] = slots[next];
        gap = next;
    }
    slots[gap].entry = NULL;
    table->count--;
}

static struct syncmap_entry *entry_new(struct syncmap *self, const void *key) {
    size_t offset = syncmap_round_up(sizeof(struct syncmap_entry), self->type->entry_align);
    struct syncmap_entry *entry =
        mapsan_reclaimer_allocate(&self->reclaimer, offset + self->type->key_size);
    if (entry != NULL)
        memcpy(syncmap_key_of(self->type, entry), key, self->type->key_size);
    return entry;
}

struct syncmap_box *syncmap_box_new(struct syncmap *self, const void *value) {
    size_t offset = syncmap_round_up(sizeof(struct syncmap_box), self->type->entry_align);
    struct syncmap_box *box =
        mapsan_reclaimer_allocate(&self->reclaimer, offset + self->type->value_size);
    if (box != NULL)
        mapsan_map_copy(syncmap_value_of(self->type, (uintptr_t)box), value,
                        self->type->value_size);
    return box;
}

/* ---- dirty and read -------------------------------------------------------------------------- */

/* What was to be left out of a `dirty` for which there is no memory. */
static void unexpunge_all(struct syncmap *self) {
    while (self->expunged != NULL) {
        struct syncmap_entry *entry = self->expunged;
        self->expunged = (struct syncmap_entry *)(void *)entry->retired.link.next;
        __atomic_store_n(&entry->value, SYNCMAP_NIL, __ATOMIC_RELEASE);
    }
}

/* dirtyLocked: makes `dirty` of what `read` has, and marks what it leaves out. */
static bool make_dirty(struct syncmap *self) {
    struct syncmap_table *read = syncmap_table_of(syncmap_read_of(self));
    struct syncmap_slot *slots = syncmap_slots(read);
    uint64_t live = 0;
    for (uint64_t i = 0; i <= read->mask; i++) {
        uintptr_t nil = SYNCMAP_NIL;
        if (slots[i].entry == NULL)
            continue;
        if (!syncmap_replace(slots[i].entry, &nil, SYNCMAP_EXPUNGED)) {
            live++;
            continue;
        }
        slots[i].entry->retired.link.next = (struct mapsan_limbo_link *)(void *)self->expunged;
        self->expunged = slots[i].entry;
    }
    self->dirty = table_new(self, live + 1 > self->capacity ? live + 1 : self->capacity);
    if (self->dirty == NULL) {
        unexpunge_all(self);
        return false;
    }
    self->capacity = 0;
    for (uint64_t i = 0; i <= read->mask; i++)
        if (slots[i].entry != NULL && syncmap_load(slots[i].entry) != SYNCMAP_EXPUNGED)
            table_insert(self->dirty, slots[i].hash, slots[i].entry);
    __atomic_store_n(&self->read, (uintptr_t)read | SYNCMAP_AMENDED, __ATOMIC_RELEASE);
    return true;
}

/* Room for one more entry. */
static bool reserve(struct syncmap *self) {
    if (self->dirty == NULL && !make_dirty(self))
        return false;
    if (!table_is_full(self->dirty))
        return true;
    struct syncmap_table *old = self->dirty;
    struct syncmap_slot *slots = syncmap_slots(old);
    struct syncmap_table *table = table_new(self, 2 * old->count);
    if (table == NULL)
        return false;
    for (uint64_t i = 0; i <= old->mask; i++)
        if (slots[i].entry != NULL)
            table_insert(table, slots[i].hash, slots[i].entry);
    self->dirty = table;
    mapsan_reclaimer_release(&self->reclaimer, old);
    return true;
}

static void promote(struct syncmap *self) {
    struct syncmap_table *old = syncmap_table_of(syncmap_read_of(self));
    __atomic_store_n(&self->read, (uintptr_t)self->dirty, __ATOMIC_SEQ_CST);
    self->dirty = NULL;
    self->misses = 0;
    while (self->expunged != NULL) {
        struct syncmap_entry *entry = self->expunged;
        self->expunged = (struct syncmap_entry *)(void *)entry->retired.link.next;
        if (syncmap_load(entry) == SYNCMAP_EXPUNGED)
            mapsan_reclaimer_retire(&self->reclaimer, entry);
    }
    table_retire(self, old);
}

/* missLocked */
static void note_miss(struct syncmap *self) {
    if (++self->misses >= self->dirty->count)
        promote(self);
}

/* Where a key is. */
struct place {
    struct syncmap_entry *entry;
    struct syncmap_slot *dirty; /* if it is in `dirty` only */
    bool is_new;                /* it is not in the map yet, and there is room for it */
};

/* `read` is looked at again: it may have been promoted before the mutex was ours. */
static bool find(struct syncmap *self, uint64_t hash, const void *key, struct place *place) {
    *place = (struct place){syncmap_find_read(self->type, self, hash, key), NULL, false};
    if (place->entry == NULL && self->dirty != NULL) {
        place->dirty = syncmap_find_slot(self->type, self->dirty, hash, key);
        if (place->dirty != NULL)
            place->entry = place->dirty->entry;
    }
    return place->entry != NULL;
}

/* An entry that may get a value, or a new one that may be inserted. False: no memory. */
static bool find_or_make(struct syncmap *self, uint64_t hash, const void *key,
                         struct place *place) {
    if (find(self, hash, key, place)) {
        if (syncmap_load(place->entry) != SYNCMAP_EXPUNGED)
            return true;
        if (!reserve(self))
            return false;
        table_insert(self->dirty, hash, place->entry);
        __atomic_store_n(&place->entry->value, SYNCMAP_NIL, __ATOMIC_RELEASE);
        return true;
    }
    if (!reserve(self))
        return false;
    place->entry = entry_new(self, key);
    place->is_new = true;
    return place->entry != NULL;
}

static void insert(struct syncmap *self, uint64_t hash, struct syncmap_entry *entry,
                   struct syncmap_box *box) {
    __atomic_store_n(&entry->value, (uintptr_t)box, __ATOMIC_RELEASE);
    table_insert(self->dirty, hash, entry);
    syncmap_count(self, 1);
}

/* Keys that do not equal themselves are spread at random: their bits would put all in one place. */
static uint64_t hash_to_insert(struct syncmap *self, uint64_t hash, const void *key) {
    const struct mapsan_map_type *type = self->type;
    if ((type->flags & MAPSAN_MAP_IRREFLEXIVE) != 0 && !type->equal(type, key, key))
        return mapsan_random_next(&self->random);
    return hash;
}

/* ---- what is left of the operations ---------------------------------------------------------- */

struct syncmap_entry *syncmap_miss(struct syncmap *self, uint64_t hash, const void *key) {
    struct place place;
    pthread_mutex_lock(&self->mutex);
    find(self, hash, key, &place);
    if (self->dirty != NULL && (place.entry == NULL || place.dirty != NULL))
        note_miss(self);
    pthread_mutex_unlock(&self->mutex);
    return place.entry;
}

int syncmap_put_locked(struct syncmap *self, uint64_t hash, const void *key,
                       struct syncmap_box *box) {
    struct place place;
    int result = SYNCMAP_TAKES_LOCK;
    pthread_mutex_lock(&self->mutex);
    hash = hash_to_insert(self, hash, key);
    /* An entry that died meanwhile, and whose key is not ours, is not found the next time. */
    while (result == SYNCMAP_TAKES_LOCK) {
        if (!find_or_make(self, hash, key, &place)) {
            mapsan_reclaimer_release(&self->reclaimer, box);
            result = MAPSAN_MAP_NO_MEMORY;
        } else if (place.is_new) {
            insert(self, hash, place.entry, box);
            result = MAPSAN_MAP_YES;
        } else {
            result = syncmap_try_swap(self->type, self, place.entry, box);
        }
    }
    pthread_mutex_unlock(&self->mutex);
    return result;
}

/* Puts the box into an entry that is not busy or expunged unless there is one already, which is
 * copied out. */
static int put_if_nil(struct syncmap *self, struct syncmap_entry *entry, struct syncmap_box *box,
                      void *value) {
    uintptr_t present = syncmap_load(entry);
    do {
        if (syncmap_is_box(present)) {
            mapsan_map_copy(value, syncmap_value_of(self->type, present), self->type->value_size);
            mapsan_reclaimer_release(&self->reclaimer, box);
            return MAPSAN_MAP_NO;
        }
        if (!syncmap_may_revive(self->type))
            return SYNCMAP_TAKES_LOCK;
    } while (!syncmap_replace(entry, &present, (uintptr_t)box));
    syncmap_count(self, 1);
    return MAPSAN_MAP_YES;
}

int syncmap_get_or_put_locked(struct syncmap *self, uint64_t hash, const void *key, void *value) {
    struct place place;
    struct syncmap_box *box = syncmap_box_new(self, value);
    if (box == NULL)
        return MAPSAN_MAP_NO_MEMORY;
    int result = SYNCMAP_TAKES_LOCK;
    pthread_mutex_lock(&self->mutex);
    hash = hash_to_insert(self, hash, key);
    while (result == SYNCMAP_TAKES_LOCK) {
        if (!find_or_make(self, hash, key, &place)) {
            mapsan_reclaimer_release(&self->reclaimer, box);
            result = MAPSAN_MAP_NO_MEMORY;
        } else if (place.is_new) {
            insert(self, hash, place.entry, box);
            result = MAPSAN_MAP_YES;
        } else {
            result = put_if_nil(self, place.entry, box, value);
        }
    }
    if (place.dirty != NULL)
        note_miss(self);
    pthread_mutex_unlock(&self->mutex);
    return result;
}

static void drop_dirty(struct syncmap *self, const struct place *place) {
    table_remove(self->dirty, place->dirty);
    mapsan_reclaimer_retire(&self->reclaimer, place->entry);
}

int syncmap_take_locked(struct syncmap *self, uint64_t hash, const void *key, void *old_key,
                        void *output) {
    struct place place;
    int result = MAPSAN_MAP_NO;
    pthread_mutex_lock(&self->mutex);
    if (find(self, hash, key, &place))
        result = syncmap_take_value(self->type, self, place.entry, old_key, output);
    if (place.dirty != NULL)
        drop_dirty(self, &place);
    if (self->dirty != NULL && (place.entry == NULL || place.dirty != NULL))
        note_miss(self);
    pthread_mutex_unlock(&self->mutex);
    return result;
}

int syncmap_swap_value(struct syncmap *self, struct syncmap_entry *entry, const void *expected,
                       const void *desired) {
    const struct mapsan_map_type *type = self->type;
    uintptr_t old = syncmap_load(entry);
    struct syncmap_box *box = NULL;
    int result;
    do {
        result = (old & SYNCMAP_BUSY) != 0 ? SYNCMAP_TAKES_LOCK : MAPSAN_MAP_NO;
        if (result == SYNCMAP_TAKES_LOCK || !syncmap_is_box(old) ||
            (type->value_size > 0 &&
             memcmp(syncmap_value_of(type, old), expected, type->value_size) != 0))
            break;
        result = MAPSAN_MAP_NO_MEMORY;
        if (box == NULL && (box = syncmap_box_new(self, desired)) == NULL)
            break;
        result = MAPSAN_MAP_YES;
    } while (!syncmap_replace(entry, &old, (uintptr_t)box));
    if (result == MAPSAN_MAP_YES)
        mapsan_reclaimer_retire(&self->reclaimer, (void *)old);
    else if (box != NULL)
        mapsan_reclaimer_release(&self->reclaimer, box);
    return result;
}

int syncmap_compare_and_swap_locked(struct syncmap *self, uint64_t hash, const void *key,
                                    const void *expected, const void *desired) {
    struct place place;
    int result = MAPSAN_MAP_NO;
    pthread_mutex_lock(&self->mutex);
    if (find(self, hash, key, &place))
        result = syncmap_swap_value(self, place.entry, expected, desired);
    if (self->dirty != NULL && (place.entry == NULL || place.dirty != NULL))
        note_miss(self);
    pthread_mutex_unlock(&self->mutex);
    return result;
}

/* Marks the entry, so that nobody else writes it until the value is decided upon. False: it died
 * before, and must not be used again. */
static bool mark_busy(struct syncmap *self, const struct place *place, uintptr_t *old) {
    *old = SYNCMAP_NIL;
    if (place->is_new)
        return true;
    *old = __atomic_fetch_or(&place->entry->value, SYNCMAP_BUSY, __ATOMIC_ACQUIRE);
    if (*old != SYNCMAP_NIL || syncmap_may_revive(self->type))
        return true;
    __atomic_store_n(&place->entry->value, SYNCMAP_NIL, __ATOMIC_RELEASE);
    return false;
}

static int update_entry(struct syncmap *self, uint64_t hash, const struct place *place,
                        uintptr_t old, struct syncmap_box *box, const void *key,
                        mapsan_map_update decide, void *context) {
    const struct mapsan_map_type *type = self->type;
    bool present = old != SYNCMAP_NIL;
    void *value = syncmap_value_of(type, (uintptr_t)box);
    if (present)
        mapsan_map_copy(value, syncmap_value_of(type, old), type->value_size);
    enum mapsan_map_decision decision = decide(context, key, value, present);
    bool store = decision == MAPSAN_UPDATE_STORE;
    bool discard = decision == MAPSAN_UPDATE_REMOVE && present;
    if (place->is_new) {
        if (store)
            insert(self, hash, place->entry, box);
        else
            mapsan_reclaimer_release(&self->reclaimer, place->entry);
    } else {
        uintptr_t new = store ? (uintptr_t)box : discard ? SYNCMAP_NIL : old;
        __atomic_store_n(&place->entry->value, new, __ATOMIC_SEQ_CST);
        syncmap_count(self, (uint64_t)(store && !present) - (uint64_t)discard);
    }
    if (!store)
        mapsan_reclaimer_release(&self->reclaimer, box);
    if (present && (store || discard))
        mapsan_reclaimer_retire(&self->reclaimer, (void *)old);
    if (discard && place->dirty != NULL)
        drop_dirty(self, place);
    return store || discard;
}

int syncmap_update_locked(struct syncmap *self, const void *key, mapsan_map_update decide,
                          void *context) {
    uint64_t hash = self->type->hash(self->type, key, self->seed);
    struct place place;
    int result = MAPSAN_MAP_NO_MEMORY;
    uintptr_t old;
    struct syncmap_box *box = mapsan_reclaimer_allocate(
        &self->reclaimer,
        syncmap_round_up(sizeof *box, self->type->entry_align) + self->type->value_size);
    if (box == NULL)
        return result;
    pthread_mutex_lock(&self->mutex);
    hash = hash_to_insert(self, hash, key);
    bool found = find_or_make(self, hash, key, &place);
    while (found && !mark_busy(self, &place, &old))
        found = find_or_make(self, hash, key, &place);
    if (found)
        result = update_entry(self, hash, &place, old, box, key, decide, context);
    else
        mapsan_reclaimer_release(&self->reclaimer, box);
    pthread_mutex_unlock(&self->mutex);
    return result;
}

struct syncmap_table *syncmap_promoted(struct syncmap *self) {
    uintptr_t read = syncmap_read_of(self);
    if ((read & SYNCMAP_AMENDED) != 0) {
        pthread_mutex_lock(&self->mutex);
        /* Somebody else may have promoted it meanwhile. */
        if (self->dirty != NULL)
            promote(self);
        read = syncmap_read_of(self);
        pthread_mutex_unlock(&self->mutex);
    }
    return syncmap_table_of(read);
}

void syncmap_clear_locked(struct syncmap *self) {
    pthread_mutex_lock(&self->mutex);
    if (self->dirty != NULL)
        promote(self);
    struct syncmap_table *table = syncmap_table_of(syncmap_read_of(self));
    struct syncmap_slot *slots = syncmap_slots(table);
    __atomic_store_n(&self->read, (uintptr_t)empty_table(), __ATOMIC_SEQ_CST);
    for (uint64_t i = 0; i <= table->mask; i++) {
        if (slots[i].entry == NULL)
            continue;
        /* Expunged, so that who still has the entry in hand comes to the mutex and looks anew. */
        uintptr_t old =
            __atomic_exchange_n(&slots[i].entry->value, SYNCMAP_EXPUNGED, __ATOMIC_SEQ_CST);
        if (syncmap_is_box(old)) {
            syncmap_count(self, (uint64_t)-1);
            mapsan_reclaimer_retire(&self->reclaimer, (void *)old);
        }
        mapsan_reclaimer_retire(&self->reclaimer, slots[i].entry);
    }
    table_retire(self, table);
    pthread_mutex_unlock(&self->mutex);
    mapsan_reclaimer_flush(&self->reclaimer);
}

/* ---- making and freeing ---------------------------------------------------------------------- */

struct syncmap *syncmap_new(const struct mapsan_map_type *type,
                            const struct mapsan_map_options *options) {
    static const struct mapsan_map_options defaults;
    const struct mapsan_map_allocator *allocator = mapsan_map_allocator_of(options);
    if (options == NULL)
        options = &defaults;
    if (options->capacity > PTRDIFF_MAX / (4 * sizeof(struct syncmap_slot)))
        return NULL;
    struct syncmap *self =
        allocator->allocate(allocator->context, sizeof *self, _Alignof(struct syncmap));
    if (self == NULL)
        return NULL;
    mapsan_mutex_init(&self->mutex);
    mapsan_reclaimer_init(&self->reclaimer, allocator, type->entry_align);
    self->type = type;
    self->random = options->seed != 0 ? options->seed : mapsan_map_new_seed();
    self->seed = mapsan_random_next(&self->random);
    self->capacity = options->capacity;
    self->read = (uintptr_t)empty_table();
    MAPSAN_INIT(self, &self->tag, "syncmap");
    return self;
}

void syncmap_release(struct syncmap *self) {
    struct mapsan_map_allocator allocator = self->reclaimer.allocator;
    mapsan_reclaimer_destroy(&self->reclaimer);
    pthread_mutex_destroy(&self->mutex);
    allocator.release(allocator.context, self, sizeof *self, _Alignof(struct syncmap));
}

void syncmap_free(struct syncmap *self) { syncmap_core_free(self); }

#define syncmap_TYPE(self) ((self)->type)
SYNCMAP_OPERATIONS(MAPSAN_MAP_GENERIC, syncmap)
