/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The operations of syncmap as far as they take no lock, written once for the typed and the generic
 * form (define.h). All that is under the mutex is in syncmap.c.
 */
#ifndef MAPSAN_MAPS_SYNCMAP_CORE_H
#define MAPSAN_MAPS_SYNCMAP_CORE_H

#include <mapsan/maps/syncmap.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SYNCMAP_AMENDED ((uintptr_t)1) /* of `read`: `dirty` has keys that it has not */

/* An entry's value is a pointer to a box, or one of these. */
#define SYNCMAP_NIL ((uintptr_t)0)
#define SYNCMAP_EXPUNGED ((uintptr_t)2) /* nil, and not in `dirty` */
#define SYNCMAP_BUSY ((uintptr_t)1)     /* set in addition: `update` is at it, under the mutex */

/* A table's slot says where to look for an entry, the entry where its value is. The key follows. */
struct syncmap_entry {
    struct mapsan_retired retired; /* its `link` chains expunged entries until they are retired */
    uintptr_t value;               /* atomic */
};

/* A value, which follows. It never changes while it is in the map. */
struct syncmap_box {
    struct mapsan_retired retired;
};

struct syncmap_slot {
    uint64_t hash;
    struct syncmap_entry *entry;
};

/* Open addressing, searched linearly. One that `read` points to does not change. */
struct syncmap_table {
    struct mapsan_retired retired;
    uint64_t mask;
    uint64_t count;
    /* then mask + 1 slots */
};

/* What remains of an operation when its key is not in `read`, or is expunged or busy there; all
 * inside the caller's section. Those with a box have got it into the map or released it. */
struct syncmap_entry *syncmap_miss(struct syncmap *self, uint64_t hash, const void *key);
int syncmap_put_locked(struct syncmap *self, uint64_t hash, const void *key,
                       struct syncmap_box *box);
int syncmap_get_or_put_locked(struct syncmap *self, uint64_t hash, const void *key, void *value);
int syncmap_take_locked(struct syncmap *self, uint64_t hash, const void *key, void *old_key,
                        void *output);
int syncmap_compare_and_swap_locked(struct syncmap *self, uint64_t hash, const void *key,
                                    const void *expected, const void *desired);
int syncmap_update_locked(struct syncmap *self, const void *key, mapsan_map_update decide,
                          void *context);
/* `read` with all keys in it. */
struct syncmap_table *syncmap_promoted(struct syncmap *self);
void syncmap_clear_locked(struct syncmap *self);
void syncmap_release(struct syncmap *self);
/* A box with this value, or NULL. */
struct syncmap_box *syncmap_box_new(struct syncmap *self, const void *value);
/* Sets the value to desired if it is expected, byte by byte; -2 if that takes the mutex. */
int syncmap_swap_value(struct syncmap *self, struct syncmap_entry *entry, const void *expected,
                       const void *desired);
#define SYNCMAP_TAKES_LOCK (-2)

MAPSAN_MAP_INLINE struct syncmap_slot *syncmap_slots(const struct syncmap_table *table) {
    return (struct syncmap_slot *)(void *)((char *)(uintptr_t)table + sizeof *table);
}

MAPSAN_MAP_INLINE struct syncmap_table *syncmap_table_of(uintptr_t read) {
    return (struct syncmap_table *)(read & ~SYNCMAP_AMENDED);
}

MAPSAN_MAP_INLINE size_t syncmap_round_up(size_t size, size_t alignment) {
    return (size + alignment - 1) & ~(alignment - 1);
}

MAPSAN_MAP_INLINE void *syncmap_key_of(const struct mapsan_map_type *type,
                                       const struct syncmap_entry *entry) {
    return (char *)(uintptr_t)entry + syncmap_round_up(sizeof *entry, type->entry_align);
}

MAPSAN_MAP_INLINE void *syncmap_value_of(const struct mapsan_map_type *type, uintptr_t box) {
    return (char *)box + syncmap_round_up(sizeof(struct syncmap_box), type->entry_align);
}

/* Acquires what was in the box when it was published. */
MAPSAN_MAP_INLINE uintptr_t syncmap_load(const struct syncmap_entry *entry) {
    return __atomic_load_n(&entry->value, __ATOMIC_ACQUIRE);
}

MAPSAN_MAP_INLINE bool syncmap_is_box(uintptr_t value) {
    return (value & ~SYNCMAP_BUSY) > SYNCMAP_EXPUNGED;
}

/* Whether an entry without a value may get one: not if what its key points to may be gone. */
MAPSAN_MAP_INLINE bool syncmap_may_revive(const struct mapsan_map_type *type) {
    return (type->flags & MAPSAN_MAP_BORROWED_KEYS) == 0;
}

MAPSAN_MAP_INLINE bool syncmap_is_entry(const struct mapsan_map_type *type,
                                        const struct syncmap_entry *entry, const void *key) {
    /* What an absent key points to is not ours to look at. */
    if (!syncmap_may_revive(type) && !syncmap_is_box(syncmap_load(entry)))
        return false;
    return type->equal(type, key, syncmap_key_of(type, entry));
}

MAPSAN_MAP_INLINE struct syncmap_slot *syncmap_find_slot(const struct mapsan_map_type *type,
                                                         const struct syncmap_table *table,
                                                         uint64_t hash, const void *key) {
    struct syncmap_slot *slots = syncmap_slots(table);
    for (uint64_t index = hash & table->mask;; index = (index + 1) & table->mask) {
        struct syncmap_slot *slot = &slots[index];
        if (slot->entry == NULL)
            return NULL;
        if (slot->hash == hash && syncmap_is_entry(type, slot->entry, key))
            return slot;
    }
}

MAPSAN_MAP_INLINE struct syncmap_entry *syncmap_find(const struct mapsan_map_type *type,
                                                     const struct syncmap_table *table,
                                                     uint64_t hash, const void *key) {
    struct syncmap_slot *slot = syncmap_find_slot(type, table, hash, key);
    return slot != NULL ? slot->entry : NULL;
}

MAPSAN_MAP_INLINE uintptr_t syncmap_read_of(const struct syncmap *self) {
    return __atomic_load_n(&self->read, __ATOMIC_ACQUIRE);
}

MAPSAN_MAP_INLINE struct syncmap_entry *syncmap_find_read(const struct mapsan_map_type *type,
                                                          const struct syncmap *self, uint64_t hash,
                                                          const void *key) {
    return syncmap_find(type, syncmap_table_of(syncmap_read_of(self)), hash, key);
}

/* Sequentially consistent: the box that leaves is retired. */
MAPSAN_MAP_INLINE bool syncmap_replace(struct syncmap_entry *entry, uintptr_t *from, uintptr_t to) {
    return __atomic_compare_exchange_n(&entry->value, from, to, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_ACQUIRE);
}

MAPSAN_MAP_INLINE void syncmap_count(struct syncmap *self, uint64_t change) {
    __atomic_fetch_add(&self->count, change, __ATOMIC_RELAXED);
}

MAPSAN_MAP_INLINE bool syncmap_core_get(const struct mapsan_map_type *type, struct syncmap *self,
                                        const void *key, void *output) {
    uint64_t hash = type->hash(type, key, self->seed);
    uintptr_t value = SYNCMAP_NIL;
    MAPSAN_READ_BEGIN(self, &self->tag, "syncmap");
    mapsan_epoch_enter();
    uintptr_t read = syncmap_read_of(self);
    struct syncmap_entry *entry = syncmap_find(type, syncmap_table_of(read), hash, key);
    if (__builtin_expect(entry == NULL && (read & SYNCMAP_AMENDED) != 0, 0))
        entry = syncmap_miss(self, hash, key);
    if (entry != NULL)
        value = syncmap_load(entry) & ~SYNCMAP_BUSY;
    bool found = syncmap_is_box(value);
    if (found && output != NULL)
        mapsan_map_copy(output, syncmap_value_of(type, value), type->value_size);
    mapsan_epoch_leave();
    MAPSAN_READ_END(&self->tag);
    return found;
}

/* Puts the box into an entry that is neither expunged nor busy; else answers SYNCMAP_TAKES_LOCK. */
MAPSAN_MAP_INLINE int syncmap_try_swap(const struct mapsan_map_type *type, struct syncmap *self,
                                       struct syncmap_entry *entry, struct syncmap_box *box) {
    uintptr_t old = syncmap_load(entry);
    do {
        if (old == SYNCMAP_EXPUNGED || (old & SYNCMAP_BUSY) != 0 ||
            (old == SYNCMAP_NIL && !syncmap_may_revive(type)))
            return SYNCMAP_TAKES_LOCK;
    } while (!syncmap_replace(entry, &old, (uintptr_t)box));
    if (old == SYNCMAP_NIL)
        syncmap_count(self, 1);
    else
        mapsan_reclaimer_retire(&self->reclaimer, (void *)old);
    return old == SYNCMAP_NIL;
}

MAPSAN_MAP_INLINE int syncmap_core_put(const struct mapsan_map_type *type, struct syncmap *self,
                                       const void *key, const void *value) {
    uint64_t hash = type->hash(type, key, self->seed);
    int result = SYNCMAP_TAKES_LOCK;
    struct syncmap_box *box = syncmap_box_new(self, value);
    if (box == NULL)
        return MAPSAN_MAP_NO_MEMORY;
    MAPSAN_READ_BEGIN(self, &self->tag, "syncmap");
    mapsan_epoch_enter();
    struct syncmap_entry *entry = syncmap_find_read(type, self, hash, key);
    if (entry != NULL)
        result = syncmap_try_swap(type, self, entry, box);
    if (result == SYNCMAP_TAKES_LOCK)
        result = syncmap_put_locked(self, hash, key, box);
    mapsan_epoch_leave();
    MAPSAN_READ_END(&self->tag);
    return result;
}

/* A key that is there, the frequent case, costs a read. */
MAPSAN_MAP_INLINE int syncmap_core_get_or_put(const struct mapsan_map_type *type,
                                              struct syncmap *self, const void *key, void *value) {
    uint64_t hash = type->hash(type, key, self->seed);
    int result;
    MAPSAN_READ_BEGIN(self, &self->tag, "syncmap");
    mapsan_epoch_enter();
    struct syncmap_entry *entry = syncmap_find_read(type, self, hash, key);
    uintptr_t present = entry != NULL ? syncmap_load(entry) & ~SYNCMAP_BUSY : SYNCMAP_NIL;
    if (syncmap_is_box(present)) {
        mapsan_map_copy(value, syncmap_value_of(type, present), type->value_size);
        result = MAPSAN_MAP_NO;
    } else {
        result = syncmap_get_or_put_locked(self, hash, key, value);
    }
    mapsan_epoch_leave();
    MAPSAN_READ_END(&self->tag);
    return result;
}

/* Takes the value out of an entry that is not busy. */
MAPSAN_MAP_INLINE int syncmap_take_value(const struct mapsan_map_type *type, struct syncmap *self,
                                         struct syncmap_entry *entry, void *old_key, void *output) {
    uintptr_t old = syncmap_load(entry);
    do {
        if ((old & SYNCMAP_BUSY) != 0)
            return SYNCMAP_TAKES_LOCK;
        if (!syncmap_is_box(old))
            return MAPSAN_MAP_NO;
    } while (!syncmap_replace(entry, &old, SYNCMAP_NIL));
    syncmap_count(self, (uint64_t)-1);
    if (old_key != NULL)
        memcpy(old_key, syncmap_key_of(type, entry), type->key_size);
    if (output != NULL)
        mapsan_map_copy(output, syncmap_value_of(type, old), type->value_size);
    mapsan_reclaimer_retire(&self->reclaimer, (void *)old);
    return MAPSAN_MAP_YES;
}

MAPSAN_MAP_INLINE int syncmap_core_take(const struct mapsan_map_type *type, struct syncmap *self,
                                        const void *key, void *old_key, void *output) {
    uint64_t hash = type->hash(type, key, self->seed);
    int result = MAPSAN_MAP_NO;
    MAPSAN_READ_BEGIN(self, &self->tag, "syncmap");
    mapsan_epoch_enter();
    uintptr_t read = syncmap_read_of(self);
    struct syncmap_entry *entry = syncmap_find(type, syncmap_table_of(read), hash, key);
    if (entry != NULL)
        result = syncmap_take_value(type, self, entry, old_key, output);
    else if ((read & SYNCMAP_AMENDED) != 0)
        result = SYNCMAP_TAKES_LOCK;
    if (result == SYNCMAP_TAKES_LOCK)
        result = syncmap_take_locked(self, hash, key, old_key, output);
    mapsan_epoch_leave();
    MAPSAN_READ_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int syncmap_core_update(const struct mapsan_map_type *type, struct syncmap *self,
                                          const void *key, mapsan_map_update decide,
                                          void *context) {
    (void)type;
    MAPSAN_READ_BEGIN(self, &self->tag, "syncmap");
    mapsan_epoch_enter();
    int result = syncmap_update_locked(self, key, decide, context);
    mapsan_epoch_leave();
    MAPSAN_READ_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int syncmap_core_compare_and_swap(const struct mapsan_map_type *type,
                                                    struct syncmap *self, const void *key,
                                                    const void *expected, const void *desired) {
    uint64_t hash = type->hash(type, key, self->seed);
    int result = MAPSAN_MAP_NO;
    MAPSAN_READ_BEGIN(self, &self->tag, "syncmap");
    mapsan_epoch_enter();
    uintptr_t read = syncmap_read_of(self);
    struct syncmap_entry *entry = syncmap_find(type, syncmap_table_of(read), hash, key);
    if (entry != NULL)
        result = syncmap_swap_value(self, entry, expected, desired);
    else if ((read & SYNCMAP_AMENDED) != 0)
        result = SYNCMAP_TAKES_LOCK;
    if (result == SYNCMAP_TAKES_LOCK)
        result = syncmap_compare_and_swap_locked(self, hash, key, expected, desired);
    mapsan_epoch_leave();
    MAPSAN_READ_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE bool syncmap_core_each(const struct mapsan_map_type *type, struct syncmap *self,
                                         mapsan_map_visit visit, void *context) {
    bool complete = true;
    MAPSAN_READ_BEGIN(self, &self->tag, "syncmap");
    mapsan_epoch_enter();
    struct syncmap_table *table = syncmap_promoted(self);
    struct syncmap_slot *slots = syncmap_slots(table);
    for (uint64_t index = 0; complete && index <= table->mask; index++) {
        if (slots[index].entry == NULL)
            continue;
        uintptr_t value = syncmap_load(slots[index].entry) & ~SYNCMAP_BUSY;
        if (syncmap_is_box(value))
            complete = visit(context, syncmap_key_of(type, slots[index].entry),
                             syncmap_value_of(type, value));
    }
    mapsan_epoch_leave();
    MAPSAN_READ_END(&self->tag);
    return complete;
}

MAPSAN_MAP_INLINE uint64_t syncmap_core_len(struct syncmap *self) {
    MAPSAN_READ_BEGIN(self, &self->tag, "syncmap");
    uint64_t count = __atomic_load_n(&self->count, __ATOMIC_RELAXED);
    MAPSAN_READ_END(&self->tag);
    return count;
}

MAPSAN_MAP_INLINE void syncmap_core_clear(struct syncmap *self) {
    MAPSAN_READ_BEGIN(self, &self->tag, "syncmap");
    syncmap_clear_locked(self);
    MAPSAN_READ_END(&self->tag);
}

MAPSAN_MAP_INLINE void syncmap_core_free(struct syncmap *self) {
    if (self == NULL)
        return;
    MAPSAN_DESTROY_BEGIN(self, &self->tag, "syncmap");
    syncmap_clear_locked(self);
    MAPSAN_DESTROY_END(&self->tag);
    syncmap_release(self);
}

#ifdef __cplusplus
}
#endif
#endif
