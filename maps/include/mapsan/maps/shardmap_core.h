/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The operations of shardmap, written once for the typed and the generic form (define.h). What is
 * rare (growth, slabs) is in shardmap.c.
 */
#ifndef MAPSAN_MAPS_SHARDMAP_CORE_H
#define MAPSAN_MAPS_SHARDMAP_CORE_H

#include <mapsan/maps/shardmap.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SHARDMAP_HEADER 16 /* bytes of an entry before its key */

struct shardmap_entry {
    struct mapsan_limbo_link limbo; /* or in the list of free ones */
    struct shardmap_entry *next;    /* atomic: the chain's, which readers follow */
    /* then the entry as mapsan_map_type describes it */
};

struct shardmap_table {
    struct mapsan_retired retired;
    uint64_t mask;
    /* then mask + 1 heads of chains */
};

/* Where a key is: `*link` is the pointer to its entry. */
struct shardmap_place {
    struct shardmap_entry **link;
    struct shardmap_entry *entry; /* NULL: it is absent, and link is its chain's head */
};

/* For the holder of the shard's lock. */
/* Gives every further entry room, and one that is free to whoever puts next. False: no memory. */
bool shardmap_reserve(struct shardmap *self, struct shardmap_shard *shard);
/* An unlinked entry to limbo, and earlier ones from there to the free ones. */
void shardmap_retire(struct shardmap_shard *shard, struct shardmap_entry *entry);
uint64_t shardmap_random_hash(struct shardmap_shard *shard);

void shardmap_clear_all(struct shardmap *self);
void shardmap_release(struct shardmap *self);

/* Bits that choose a shard are none of those that choose a chain, unless it has 2^32 of them. */
MAPSAN_MAP_INLINE struct shardmap_shard *shardmap_shard_of(struct shardmap *self, uint64_t hash) {
    return &self->shards[(hash >> 32) % SHARDMAP_SHARDS];
}

MAPSAN_MAP_INLINE struct shardmap_entry **shardmap_heads(const struct shardmap_table *table) {
    return (struct shardmap_entry **)(void *)((char *)(uintptr_t)table + sizeof *table);
}

MAPSAN_MAP_INLINE void *shardmap_key_of(const struct mapsan_map_type *type,
                                        const struct shardmap_entry *entry) {
    size_t offset = type->entry_align > SHARDMAP_HEADER ? type->entry_align : SHARDMAP_HEADER;
    return (char *)(uintptr_t)entry + offset;
}

MAPSAN_MAP_INLINE void *shardmap_value_of(const struct mapsan_map_type *type,
                                          const struct shardmap_entry *entry) {
    return (char *)shardmap_key_of(type, entry) + type->value_offset;
}

/* Values that one store can change. */
MAPSAN_MAP_INLINE bool shardmap_is_word(const struct mapsan_map_type *type) {
    return (type->value_size == 8 || type->value_size == 4) &&
           type->entry_align >= type->value_size && type->value_offset % type->value_size == 0;
}

MAPSAN_MAP_INLINE void shardmap_load_value(const struct mapsan_map_type *type,
                                           const struct shardmap_entry *entry, void *output) {
    const void *value = shardmap_value_of(type, entry);
    if (!shardmap_is_word(type)) {
        mapsan_map_copy(output, value, type->value_size);
    } else if (type->value_size == 8) {
        uint64_t word = __atomic_load_n((const uint64_t *)value, __ATOMIC_ACQUIRE);
        memcpy(output, &word, sizeof word);
    } else {
        uint32_t word = __atomic_load_n((const uint32_t *)value, __ATOMIC_ACQUIRE);
        memcpy(output, &word, sizeof word);
    }
}

MAPSAN_MAP_INLINE void shardmap_store_word(const struct mapsan_map_type *type,
                                           struct shardmap_entry *entry, const void *value) {
    uint64_t word = 0;
    uint32_t half = 0;
    if (type->value_size == 8) {
        memcpy(&word, value, sizeof word);
        __atomic_store_n((uint64_t *)shardmap_value_of(type, entry), word, __ATOMIC_RELEASE);
    } else {
        memcpy(&half, value, sizeof half);
        __atomic_store_n((uint32_t *)shardmap_value_of(type, entry), half, __ATOMIC_RELEASE);
    }
}

MAPSAN_MAP_INLINE struct shardmap_entry *shardmap_follow(struct shardmap_entry *const *link) {
    return __atomic_load_n(link, __ATOMIC_ACQUIRE);
}

MAPSAN_MAP_INLINE struct shardmap_place shardmap_find(const struct mapsan_map_type *type,
                                                      const struct shardmap_shard *shard,
                                                      uint64_t hash, const void *key) {
    const struct shardmap_table *table = __atomic_load_n(&shard->table, __ATOMIC_ACQUIRE);
    struct shardmap_entry **head = &shardmap_heads(table)[hash & table->mask], **link = head;
    for (struct shardmap_entry *entry; (entry = shardmap_follow(link)) != NULL; link = &entry->next)
        if (type->equal(type, key, shardmap_key_of(type, entry)))
            return (struct shardmap_place){link, entry};
    return (struct shardmap_place){head, NULL};
}

/* Takes the lock: the answer counts whatever was relinked. */
MAPSAN_MAP_OUTLINE bool shardmap_get_locked(const struct mapsan_map_type *type,
                                            struct shardmap_shard *shard, uint64_t hash,
                                            const void *key, void *output) {
    pthread_mutex_lock(&shard->lock);
    struct shardmap_place place = shardmap_find(type, shard, hash, key);
    if (place.entry != NULL && output != NULL)
        shardmap_load_value(type, place.entry, output);
    pthread_mutex_unlock(&shard->lock);
    return place.entry != NULL;
}

/* Inside a section. All loads of the search acquire, so `version` is loaded again after them; who
 * sees an entry relinked sees the odd version that was stored before. */
MAPSAN_MAP_INLINE bool shardmap_get_inside(const struct mapsan_map_type *type,
                                           struct shardmap_shard *shard, uint64_t hash,
                                           const void *key, void *output) {
    uint64_t version = __atomic_load_n(&shard->version, __ATOMIC_ACQUIRE);
    struct shardmap_place place = shardmap_find(type, shard, hash, key);
    if (__builtin_expect(place.entry != NULL, 1)) {
        if (output != NULL)
            shardmap_load_value(type, place.entry, output);
        return true;
    }
    if (__builtin_expect(
            (version & 1) == 0 && __atomic_load_n(&shard->version, __ATOMIC_RELAXED) == version, 1))
        return false;
    return shardmap_get_locked(type, shard, hash, key, output);
}

/* The next free entry; there is one after shardmap_reserve. */
MAPSAN_MAP_INLINE struct shardmap_entry *shardmap_take_free(struct shardmap_shard *shard) {
    struct shardmap_entry *entry = (struct shardmap_entry *)(void *)shard->free;
    shard->free = shard->free->next;
    return entry;
}

MAPSAN_MAP_INLINE void shardmap_give_free(struct shardmap_shard *shard,
                                          struct shardmap_entry *entry) {
    entry->limbo.next = shard->free;
    shard->free = &entry->limbo;
}

MAPSAN_MAP_INLINE void shardmap_count(struct shardmap_shard *shard, uint64_t change) {
    uint64_t count = __atomic_load_n(&shard->count, __ATOMIC_RELAXED);
    __atomic_store_n(&shard->count, count + change, __ATOMIC_RELAXED);
}

/* Makes `entry`, whose value is there, the key's: in place of the present one or at the head. */
MAPSAN_MAP_INLINE void shardmap_link(const struct mapsan_map_type *type,
                                     struct shardmap_shard *shard,
                                     const struct shardmap_place *place,
                                     struct shardmap_entry *entry, const void *key) {
    struct shardmap_entry *old = place->entry;
    if (old != NULL)
        key = shardmap_key_of(type, old);
    memcpy(shardmap_key_of(type, entry), key, type->key_size);
    __atomic_store_n(&entry->next, old != NULL ? old->next : *place->link, __ATOMIC_RELAXED);
    /* Sequentially consistent, as what retires the old one needs. */
    __atomic_store_n(place->link, entry, __ATOMIC_SEQ_CST);
    if (old != NULL)
        shardmap_retire(shard, old);
    else
        shardmap_count(shard, 1);
}

MAPSAN_MAP_INLINE void shardmap_unlink(struct shardmap_shard *shard,
                                       const struct shardmap_place *place) {
    __atomic_store_n(place->link, place->entry->next, __ATOMIC_SEQ_CST);
    shardmap_count(shard, (uint64_t)-1);
    shardmap_retire(shard, place->entry);
}

/* Keys that do not equal themselves are spread at random within their shard. */
MAPSAN_MAP_INLINE uint64_t shardmap_hash_to_put(const struct mapsan_map_type *type,
                                                struct shardmap_shard *shard, uint64_t hash,
                                                const void *key) {
    if ((type->flags & MAPSAN_MAP_IRREFLEXIVE) != 0 && !type->equal(type, key, key))
        return shardmap_random_hash(shard);
    return hash;
}

/* Under the lock: sets the value of a key that was looked up. False: no memory. */
MAPSAN_MAP_INLINE bool shardmap_store(const struct mapsan_map_type *type, struct shardmap *self,
                                      struct shardmap_shard *shard, struct shardmap_place *place,
                                      uint64_t hash, const void *key, const void *value) {
    if (place->entry != NULL && shardmap_is_word(type)) {
        shardmap_store_word(type, place->entry, value);
        return true;
    }
    struct shardmap_table *table = shard->table;
    if (!shardmap_reserve(self, shard))
        return false;
    if (table != shard->table)
        *place = shardmap_find(type, shard, shardmap_hash_to_put(type, shard, hash, key), key);
    struct shardmap_entry *entry = shardmap_take_free(shard);
    mapsan_map_copy(shardmap_value_of(type, entry), value, type->value_size);
    shardmap_link(type, shard, place, entry, key);
    return true;
}

MAPSAN_MAP_INLINE bool shardmap_core_get(const struct mapsan_map_type *type, struct shardmap *self,
                                         const void *key, void *output) {
    uint64_t hash = type->hash(type, key, self->seed);
    MAPSAN_READ_BEGIN(self, &self->tag, "shardmap");
    mapsan_epoch_enter();
    bool found = shardmap_get_inside(type, shardmap_shard_of(self, hash), hash, key, output);
    mapsan_epoch_leave();
    MAPSAN_READ_END(&self->tag);
    return found;
}

MAPSAN_MAP_INLINE int shardmap_core_put(const struct mapsan_map_type *type, struct shardmap *self,
                                        const void *key, const void *value) {
    uint64_t hash = type->hash(type, key, self->seed);
    struct shardmap_shard *shard = shardmap_shard_of(self, hash);
    int result = MAPSAN_MAP_NO_MEMORY;
    MAPSAN_READ_BEGIN(self, &self->tag, "shardmap");
    pthread_mutex_lock(&shard->lock);
    hash = shardmap_hash_to_put(type, shard, hash, key);
    struct shardmap_place place = shardmap_find(type, shard, hash, key);
    bool present = place.entry != NULL;
    if (shardmap_store(type, self, shard, &place, hash, key, value))
        result = !present;
    pthread_mutex_unlock(&shard->lock);
    MAPSAN_READ_END(&self->tag);
    return result;
}

/* A key that is there, the frequent case, costs a read. */
MAPSAN_MAP_INLINE int shardmap_core_get_or_put(const struct mapsan_map_type *type,
                                               struct shardmap *self, const void *key,
                                               void *value) {
    uint64_t hash = type->hash(type, key, self->seed);
    struct shardmap_shard *shard = shardmap_shard_of(self, hash);
    int result = MAPSAN_MAP_NO;
    MAPSAN_READ_BEGIN(self, &self->tag, "shardmap");
    mapsan_epoch_enter();
    bool found = shardmap_get_inside(type, shard, hash, key, value);
    mapsan_epoch_leave();
    if (!found) {
        pthread_mutex_lock(&shard->lock);
        hash = shardmap_hash_to_put(type, shard, hash, key);
        struct shardmap_place place = shardmap_find(type, shard, hash, key);
        if (place.entry != NULL)
            shardmap_load_value(type, place.entry, value);
        else if (shardmap_store(type, self, shard, &place, hash, key, value))
            result = MAPSAN_MAP_YES;
        else
            result = MAPSAN_MAP_NO_MEMORY;
        pthread_mutex_unlock(&shard->lock);
    }
    MAPSAN_READ_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int shardmap_core_take(const struct mapsan_map_type *type, struct shardmap *self,
                                         const void *key, void *old_key, void *output) {
    uint64_t hash = type->hash(type, key, self->seed);
    struct shardmap_shard *shard = shardmap_shard_of(self, hash);
    MAPSAN_READ_BEGIN(self, &self->tag, "shardmap");
    pthread_mutex_lock(&shard->lock);
    struct shardmap_place place = shardmap_find(type, shard, hash, key);
    if (place.entry != NULL) {
        if (old_key != NULL)
            memcpy(old_key, shardmap_key_of(type, place.entry), type->key_size);
        if (output != NULL)
            shardmap_load_value(type, place.entry, output);
        shardmap_unlink(shard, &place);
    }
    pthread_mutex_unlock(&shard->lock);
    MAPSAN_READ_END(&self->tag);
    return place.entry != NULL;
}

/* The value is made in a free entry, which replaces the present one or is given back. */
MAPSAN_MAP_INLINE int shardmap_core_update(const struct mapsan_map_type *type,
                                           struct shardmap *self, const void *key,
                                           mapsan_map_update decide, void *context) {
    uint64_t hash = type->hash(type, key, self->seed);
    struct shardmap_shard *shard = shardmap_shard_of(self, hash);
    int result = MAPSAN_MAP_NO_MEMORY;
    MAPSAN_READ_BEGIN(self, &self->tag, "shardmap");
    pthread_mutex_lock(&shard->lock);
    if (shardmap_reserve(self, shard)) {
        hash = shardmap_hash_to_put(type, shard, hash, key);
        struct shardmap_place place = shardmap_find(type, shard, hash, key);
        struct shardmap_entry *fresh = shardmap_take_free(shard);
        void *value = shardmap_value_of(type, fresh);
        bool present = place.entry != NULL;
        if (present)
            shardmap_load_value(type, place.entry, value);
        else
            memset(value, 0, type->value_size);
        enum mapsan_map_decision decision = decide(context, key, value, present);
        if (decision == MAPSAN_UPDATE_STORE) {
            shardmap_link(type, shard, &place, fresh, key);
        } else {
            shardmap_give_free(shard, fresh);
            if (decision == MAPSAN_UPDATE_REMOVE && present)
                shardmap_unlink(shard, &place);
        }
        result = decision == MAPSAN_UPDATE_STORE || (decision == MAPSAN_UPDATE_REMOVE && present);
    }
    pthread_mutex_unlock(&shard->lock);
    MAPSAN_READ_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int shardmap_core_compare_and_swap(const struct mapsan_map_type *type,
                                                     struct shardmap *self, const void *key,
                                                     const void *expected, const void *desired) {
    uint64_t hash = type->hash(type, key, self->seed);
    struct shardmap_shard *shard = shardmap_shard_of(self, hash);
    int result = MAPSAN_MAP_NO;
    MAPSAN_READ_BEGIN(self, &self->tag, "shardmap");
    pthread_mutex_lock(&shard->lock);
    struct shardmap_place place = shardmap_find(type, shard, hash, key);
    if (place.entry != NULL &&
        (type->value_size == 0 ||
         memcmp(shardmap_value_of(type, place.entry), expected, type->value_size) == 0))
        result = shardmap_store(type, self, shard, &place, hash, key, desired)
                     ? MAPSAN_MAP_YES
                     : MAPSAN_MAP_NO_MEMORY;
    pthread_mutex_unlock(&shard->lock);
    MAPSAN_READ_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE bool shardmap_each_in(const struct mapsan_map_type *type,
                                        struct shardmap_shard *shard, mapsan_map_visit visit,
                                        void *context) {
    bool complete = true;
    pthread_mutex_lock(&shard->lock);
    struct shardmap_entry **heads = shardmap_heads(shard->table);
    for (uint64_t i = 0; complete && i <= shard->table->mask; i++)
        for (struct shardmap_entry *entry = heads[i]; complete && entry != NULL;
             entry = entry->next)
            complete = visit(context, shardmap_key_of(type, entry), shardmap_value_of(type, entry));
    pthread_mutex_unlock(&shard->lock);
    return complete;
}

MAPSAN_MAP_INLINE bool shardmap_core_each(const struct mapsan_map_type *type, struct shardmap *self,
                                          mapsan_map_visit visit, void *context) {
    bool complete = true;
    MAPSAN_READ_BEGIN(self, &self->tag, "shardmap");
    for (unsigned i = 0; complete && i < SHARDMAP_SHARDS; i++)
        complete = shardmap_each_in(type, &self->shards[i], visit, context);
    MAPSAN_READ_END(&self->tag);
    return complete;
}

MAPSAN_MAP_INLINE uint64_t shardmap_core_len(struct shardmap *self) {
    uint64_t count = 0;
    MAPSAN_READ_BEGIN(self, &self->tag, "shardmap");
    for (unsigned i = 0; i < SHARDMAP_SHARDS; i++)
        count += __atomic_load_n(&self->shards[i].count, __ATOMIC_RELAXED);
    MAPSAN_READ_END(&self->tag);
    return count;
}

MAPSAN_MAP_INLINE void shardmap_core_clear(struct shardmap *self) {
    MAPSAN_READ_BEGIN(self, &self->tag, "shardmap");
    shardmap_clear_all(self);
    MAPSAN_READ_END(&self->tag);
}

MAPSAN_MAP_INLINE void shardmap_core_free(struct shardmap *self) {
    if (self == NULL)
        return;
    MAPSAN_DESTROY_BEGIN(self, &self->tag, "shardmap");
    shardmap_clear_all(self);
    MAPSAN_DESTROY_END(&self->tag);
    shardmap_release(self);
}

#ifdef __cplusplus
}
#endif
#endif
