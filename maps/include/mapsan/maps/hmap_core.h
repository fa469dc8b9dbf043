/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The operations of hmap that must be fast, written once for the typed and the generic form: with a
 * constant `type` they are inlined and specialised (see define.h), hmap.c calls them with a
 * variable one. All that is rare (growth, evacuation, overflow buckets) is in hmap.c.
 *
 * Eight top hashes are one word. A byte of it equals a given one where the difference is zero, and
 * the lowest zero byte of a word is found with three operations (Mycroft, 1987); above it there may
 * be false hits, which the comparison of keys settles.
 */
#ifndef MAPSAN_MAPS_HMAP_CORE_H
#define MAPSAN_MAPS_HMAP_CORE_H

#include <mapsan/maps/hmap.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HMAP_SLOTS 8
#define HMAP_PREFETCH_MAX                                                                          \
    256 /* bytes of a bucket that are fetched ahead; bigger ones are left alone */
#define HMAP_LIKELY(condition) __builtin_expect(!!(condition), 1)

enum hmap_flags {
    HMAP_GROWING = 1u << 0,
    HMAP_SAME_SIZE = 1u << 1, /* the growth only sheds overflow buckets */
    HMAP_RETAINED = 1u << 2,  /* extra.retained is not empty */
};

/* The low bit of EVACUATED_X and _Y says which half of the new table the entry went to. */
enum hmap_top_hash {
    HMAP_EMPTY = 0,
    HMAP_EVACUATED_X = 2,
    HMAP_EVACUATED_Y = 3,
    HMAP_EVACUATED_EMPTY = 4, /* was empty when the bucket was evacuated */
    HMAP_MIN_TOP = 5,         /* smallest top hash of an entry in use */
};

struct hmap_bucket {
    uint8_t top[HMAP_SLOTS];
    struct hmap_bucket *overflow;
    /* then eight entries */
};

/* Where a key is, or would go. */
struct hmap_place {
    struct hmap_bucket *bucket; /* NULL: there is no room yet */
    unsigned slot;
    uint8_t top;
    bool present;
};

/* Gets the old bucket of `hash` out of the way, and one more. False: no memory, nothing moved. */
bool hmap_grow_work(struct hmap *self, uint64_t hash);
/* For a new key whose chain ends at `last`: gives place->bucket an empty slot, or starts to grow
 * and leaves it NULL, in which case the key's chain must be looked up again. False: no memory. */
bool hmap_make_room(struct hmap *self, struct hmap_bucket *last, struct hmap_place *place);
void hmap_drop_all(struct hmap *self);
void hmap_release_retained(struct hmap *self);
void hmap_release(struct hmap *self);
void hmap_iter_start(struct hmap_iter *iter, struct hmap *self);
/* The next entry of an iteration, or NULL after the last. */
const void *hmap_iter_advance(struct hmap_iter *iter);
uint64_t hmap_random_hash(struct hmap *self);

#define HMAP_BYTES(byte) ((uint64_t)(byte) * UINT64_C(0x0101010101010101))

/* Slot n's top hash is byte n, lowest first. */
MAPSAN_MAP_INLINE uint64_t hmap_group(const struct hmap_bucket *bucket) {
    uint64_t group;
    memcpy(&group, bucket->top, sizeof group);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    group = __builtin_bswap64(group);
#endif
    return group;
}

/* Bit 7 of each zero byte, exact for the lowest one. */
MAPSAN_MAP_INLINE uint64_t hmap_zero_bytes(uint64_t group) {
    return (group - HMAP_BYTES(0x01)) & ~group & HMAP_BYTES(0x80);
}

MAPSAN_MAP_INLINE unsigned hmap_first_slot(uint64_t matches) {
    return (unsigned)__builtin_ctzll(matches) / 8;
}

MAPSAN_MAP_INLINE uint8_t hmap_top(uint64_t hash) {
    uint8_t top = (uint8_t)(hash >> 56);
    return (uint8_t)(top < HMAP_MIN_TOP ? top + HMAP_MIN_TOP : top);
}

MAPSAN_MAP_INLINE bool hmap_evacuated(const struct hmap_bucket *bucket) {
    return bucket->top[0] > HMAP_EMPTY && bucket->top[0] < HMAP_MIN_TOP;
}

MAPSAN_MAP_INLINE size_t hmap_entries_offset(const struct mapsan_map_type *type) {
    return type->entry_align > sizeof(struct hmap_bucket) ? type->entry_align
                                                          : sizeof(struct hmap_bucket);
}

MAPSAN_MAP_INLINE size_t hmap_bucket_align(const struct mapsan_map_type *type) {
    return type->entry_align > sizeof(void *) ? type->entry_align : sizeof(void *);
}

MAPSAN_MAP_INLINE size_t hmap_bucket_size(const struct mapsan_map_type *type) {
    size_t align = hmap_bucket_align(type);
    return (hmap_entries_offset(type) + HMAP_SLOTS * type->entry_size + align - 1) & ~(align - 1);
}

MAPSAN_MAP_INLINE struct hmap_bucket *hmap_bucket_at(const struct mapsan_map_type *type,
                                                     unsigned char *buckets, uint64_t index) {
    return (struct hmap_bucket *)(void *)(buckets + index * hmap_bucket_size(type));
}

MAPSAN_MAP_INLINE void *hmap_entry_at(const struct mapsan_map_type *type,
                                      struct hmap_bucket *bucket, unsigned slot) {
    return (char *)bucket + hmap_entries_offset(type) + slot * type->entry_size;
}

MAPSAN_MAP_INLINE void *hmap_value_at(const struct mapsan_map_type *type,
                                      struct hmap_bucket *bucket, unsigned slot) {
    return (char *)hmap_entry_at(type, bucket, slot) + type->value_offset;
}

MAPSAN_MAP_INLINE struct hmap_bucket *hmap_chain_of(const struct mapsan_map_type *type,
                                                    const struct hmap *self, uint64_t hash) {
    if (!HMAP_LIKELY(self->oldbuckets == NULL)) {
        struct hmap_bucket *old = hmap_bucket_at(type, self->oldbuckets, hash & self->old_mask);
        if (!hmap_evacuated(old))
            return old;
    }
    return hmap_bucket_at(type, self->buckets, hash & self->mask);
}

/* A big map's bucket is in no cache: fetches the lines of its entries while its top hashes come,
 * which decide on the slot. */
MAPSAN_MAP_INLINE void hmap_prefetch(const struct mapsan_map_type *type,
                                     const struct hmap_bucket *bucket) {
    for (size_t at = 64; at < hmap_bucket_size(type) && at <= HMAP_PREFETCH_MAX; at += 64)
        __builtin_prefetch((const char *)bucket + at);
}

/* The slot of `key` in one bucket with these top hashes, or HMAP_SLOTS. */
MAPSAN_MAP_INLINE unsigned hmap_slot_of(const struct mapsan_map_type *type,
                                        struct hmap_bucket *bucket, uint64_t group, uint8_t top,
                                        const void *key) {
    for (uint64_t m = hmap_zero_bytes(group ^ HMAP_BYTES(top)); m != 0; m &= m - 1) {
        unsigned slot = hmap_first_slot(m);
        if (HMAP_LIKELY(type->equal(type, key, hmap_entry_at(type, bucket, slot))))
            return slot;
    }
    return HMAP_SLOTS;
}

MAPSAN_MAP_INLINE bool hmap_core_find(const struct mapsan_map_type *type, const struct hmap *self,
                                      uint64_t hash, const void *key, struct hmap_place *place) {
    struct hmap_bucket *bucket = hmap_chain_of(type, self, hash);
    uint8_t top = hmap_top(hash);
    hmap_prefetch(type, bucket);
    do {
        unsigned slot = hmap_slot_of(type, bucket, hmap_group(bucket), top, key);
        if (HMAP_LIKELY(slot < HMAP_SLOTS)) {
            place->bucket = bucket;
            place->slot = slot;
            return true;
        }
        bucket = bucket->overflow;
    } while (!HMAP_LIKELY(bucket == NULL));
    return false;
}

/* Keys that do not equal themselves are spread at random: their bits would put all in one chain. */
MAPSAN_MAP_INLINE uint64_t hmap_hash_to_put(const struct mapsan_map_type *type, struct hmap *self,
                                            const void *key) {
    if ((type->flags & MAPSAN_MAP_IRREFLEXIVE) != 0 && !type->equal(type, key, key))
        return hmap_random_hash(self);
    return type->hash(type, key, self->hash0);
}

/* Finds the key, or a slot for it with all memory that it needs. False: no memory. */
MAPSAN_MAP_INLINE bool hmap_core_place(const struct mapsan_map_type *type, struct hmap *self,
                                       const void *key, struct hmap_place *place) {
    uint64_t hash = hmap_hash_to_put(type, self, key);
    place->top = hmap_top(hash);
    for (;;) {
        if (!HMAP_LIKELY(self->flags == 0) && !hmap_grow_work(self, hash))
            return false;
        struct hmap_bucket *bucket = hmap_bucket_at(type, self->buckets, hash & self->mask), *last;
        hmap_prefetch(type, bucket);
        place->bucket = NULL;
        place->present = false;
        do {
            uint64_t group = hmap_group(bucket);
            unsigned slot = hmap_slot_of(type, bucket, group, place->top, key);
            if (slot < HMAP_SLOTS) {
                place->bucket = bucket;
                place->slot = slot;
                place->present = true;
                return true;
            }
            uint64_t empty = hmap_zero_bytes(group);
            if (place->bucket == NULL && empty != 0) {
                place->bucket = bucket;
                place->slot = hmap_first_slot(empty);
            }
            last = bucket;
            bucket = bucket->overflow;
        } while (!HMAP_LIKELY(bucket == NULL));
        if (HMAP_LIKELY(place->bucket != NULL && self->count < self->limit))
            return true;
        if (!hmap_make_room(self, last, place))
            return false;
        if (place->bucket != NULL)
            return true;
    }
}

/* Puts the key into the empty slot that hmap_core_place found. */
MAPSAN_MAP_INLINE void hmap_core_occupy(const struct mapsan_map_type *type, struct hmap *self,
                                        const struct hmap_place *place, const void *key) {
    place->bucket->top[place->slot] = place->top;
    memcpy(hmap_entry_at(type, place->bucket, place->slot), key, type->key_size);
    self->count++;
}

/* The last key to go takes the seed with it: what was learnt by timing is worthless then. */
MAPSAN_MAP_INLINE void hmap_core_vacate(struct hmap *self, const struct hmap_place *place) {
    place->bucket->top[place->slot] = HMAP_EMPTY;
    if (--self->count == 0)
        self->hash0 = mapsan_random_next(&self->extra.random);
}

MAPSAN_MAP_INLINE bool hmap_core_get(const struct mapsan_map_type *type, struct hmap *self,
                                     const void *key, void *output) {
    struct hmap_place place;
    MAPSAN_READ_BEGIN(self, &self->tag, "hmap");
    bool found = hmap_core_find(type, self, type->hash(type, key, self->hash0), key, &place);
    if (found && output != NULL)
        mapsan_map_copy(output, hmap_value_at(type, place.bucket, place.slot), type->value_size);
    MAPSAN_READ_END(&self->tag);
    return found;
}

MAPSAN_MAP_INLINE int hmap_core_put(const struct mapsan_map_type *type, struct hmap *self,
                                    const void *key, const void *value) {
    struct hmap_place place;
    int result = MAPSAN_MAP_NO_MEMORY;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "hmap");
    if (HMAP_LIKELY(hmap_core_place(type, self, key, &place))) {
        if (!place.present)
            hmap_core_occupy(type, self, &place, key);
        mapsan_map_copy(hmap_value_at(type, place.bucket, place.slot), value, type->value_size);
        result = !place.present;
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int hmap_core_get_or_put(const struct mapsan_map_type *type, struct hmap *self,
                                           const void *key, void *value) {
    struct hmap_place place;
    int result = MAPSAN_MAP_NO_MEMORY;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "hmap");
    if (HMAP_LIKELY(hmap_core_place(type, self, key, &place))) {
        void *stored = hmap_value_at(type, place.bucket, place.slot);
        if (place.present) {
            mapsan_map_copy(value, stored, type->value_size);
        } else {
            hmap_core_occupy(type, self, &place, key);
            mapsan_map_copy(stored, value, type->value_size);
        }
        result = !place.present;
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

/* Never fails: if the old bucket cannot be evacuated for want of memory, the key is removed there.
 */
MAPSAN_MAP_INLINE int hmap_core_take(const struct mapsan_map_type *type, struct hmap *self,
                                     const void *key, void *old_key, void *output) {
    struct hmap_place place;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "hmap");
    uint64_t hash = type->hash(type, key, self->hash0);
    if (!HMAP_LIKELY(self->flags == 0))
        (void)hmap_grow_work(self, hash);
    bool found = hmap_core_find(type, self, hash, key, &place);
    if (found) {
        if (old_key != NULL)
            memcpy(old_key, hmap_entry_at(type, place.bucket, place.slot), type->key_size);
        if (output != NULL)
            mapsan_map_copy(output, hmap_value_at(type, place.bucket, place.slot),
                            type->value_size);
        hmap_core_vacate(self, &place);
    }
    MAPSAN_WRITE_END(&self->tag);
    return found;
}

MAPSAN_MAP_INLINE int hmap_core_update(const struct mapsan_map_type *type, struct hmap *self,
                                       const void *key, mapsan_map_update decide, void *context) {
    struct hmap_place place;
    int result = MAPSAN_MAP_NO_MEMORY;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "hmap");
    if (HMAP_LIKELY(hmap_core_place(type, self, key, &place))) {
        void *value = hmap_value_at(type, place.bucket, place.slot);
        if (!place.present)
            memset(value, 0, type->value_size);
        enum mapsan_map_decision decision = decide(context, key, value, place.present);
        if (decision == MAPSAN_UPDATE_STORE && !place.present)
            hmap_core_occupy(type, self, &place, key);
        else if (decision == MAPSAN_UPDATE_REMOVE && place.present)
            hmap_core_vacate(self, &place);
        result =
            decision == MAPSAN_UPDATE_STORE || (decision == MAPSAN_UPDATE_REMOVE && place.present);
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int hmap_core_compare_and_swap(const struct mapsan_map_type *type,
                                                 struct hmap *self, const void *key,
                                                 const void *expected, const void *desired) {
    struct hmap_place place;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "hmap");
    bool swapped = hmap_core_find(type, self, type->hash(type, key, self->hash0), key, &place);
    if (swapped) {
        void *value = hmap_value_at(type, place.bucket, place.slot);
        swapped = (type->value_size == 0 || memcmp(value, expected, type->value_size) == 0);
        if (swapped)
            mapsan_map_copy(value, desired, type->value_size);
    }
    MAPSAN_WRITE_END(&self->tag);
    return swapped;
}

/* All entries of one array that are still there: evacuated ones are met in the new array. */
MAPSAN_MAP_INLINE bool hmap_core_each_in(const struct mapsan_map_type *type, unsigned char *buckets,
                                         uint64_t mask, mapsan_map_visit visit, void *context) {
    uint64_t index = 0;
    do {
        struct hmap_bucket *bucket = hmap_bucket_at(type, buckets, index);
        for (; bucket != NULL; bucket = bucket->overflow) {
            for (unsigned slot = 0; slot < HMAP_SLOTS; slot++) {
                void *entry = hmap_entry_at(type, bucket, slot);
                if (bucket->top[slot] >= HMAP_MIN_TOP &&
                    !visit(context, entry, mapsan_map_value_of(type, entry)))
                    return false;
            }
        }
    } while (index++ != mask);
    return true;
}

MAPSAN_MAP_INLINE bool hmap_core_each(const struct mapsan_map_type *type, struct hmap *self,
                                      mapsan_map_visit visit, void *context) {
    MAPSAN_ITERATE_BEGIN(self, &self->tag, "hmap");
    bool complete = self->oldbuckets == NULL ||
                    hmap_core_each_in(type, self->oldbuckets, self->old_mask, visit, context);
    complete = complete && hmap_core_each_in(type, self->buckets, self->mask, visit, context);
    MAPSAN_ITERATE_END(&self->tag);
    return complete;
}

MAPSAN_MAP_INLINE bool hmap_core_iter_next(const struct mapsan_map_type *type,
                                           struct hmap_iter *iter, void *key, void *value) {
    struct hmap *self = iter->map;
    if (self == NULL)
        return false;
    MAPSAN_STEP_BEGIN(self, &self->tag, "hmap");
    const void *entry = hmap_iter_advance(iter);
    if (entry != NULL && key != NULL)
        memcpy(key, entry, type->key_size);
    if (entry != NULL && value != NULL)
        mapsan_map_copy(value, mapsan_map_value_of(type, entry), type->value_size);
    MAPSAN_ITERATE_END(&self->tag);
    return entry != NULL;
}

MAPSAN_MAP_INLINE void hmap_core_iter_init(struct hmap_iter *iter, struct hmap *self) {
    MAPSAN_STEP_BEGIN(self, &self->tag, "hmap");
    hmap_iter_start(iter, self);
    MAPSAN_ITERATE_END(&self->tag);
}

MAPSAN_MAP_INLINE uint64_t hmap_core_len(struct hmap *self) {
    MAPSAN_READ_BEGIN(self, &self->tag, "hmap");
    uint64_t count = self->count;
    MAPSAN_READ_END(&self->tag);
    return count;
}

MAPSAN_MAP_INLINE void hmap_core_clear(struct hmap *self) {
    MAPSAN_WRITE_BEGIN(self, &self->tag, "hmap");
    hmap_drop_all(self);
    MAPSAN_WRITE_END(&self->tag);
}

MAPSAN_MAP_INLINE void hmap_core_destroy(struct hmap *self) {
    MAPSAN_DESTROY_BEGIN(self, &self->tag, "hmap");
    hmap_drop_all(self);
    hmap_release_retained(self);
    MAPSAN_DESTROY_END(&self->tag);
}

MAPSAN_MAP_INLINE void hmap_core_free(struct hmap *self) {
    if (self == NULL)
        return;
    hmap_core_destroy(self);
    hmap_release(self);
}

#ifdef __cplusplus
}
#endif
#endif
