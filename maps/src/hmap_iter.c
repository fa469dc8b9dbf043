/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Iteration over hmap that stays right while the table grows; the idea is that of mapiternext in
 * Go's runtime/map.go. It walks the array that was current when it began, from a random bucket and
 * slot:
 *  - If the table was growing then and a bucket is not evacuated yet, its entries are still in the
 * old bucket, together with those of its sibling, which are skipped: they come with the sibling.
 *  - If the table has grown since, entries marked as evacuated only remember which keys there were;
 * what became of each is looked up. A key that does not equal itself can be neither changed nor
 * removed, so what was left behind is right. Both arrays are pinned, so that the position stays
 * valid in either. Where Go goes by the number of buckets to recognise the growth it began in, this
 * compares the pinned array itself; Go can visit entries twice when a growth to the same size
 * follows in the middle of a bucket.
 */
#include "hmap_internal.h"

static void pin(struct hmap *self, unsigned char *buckets) {
    if (buckets != NULL)
        __atomic_fetch_add(&hmap_array_of(self, buckets)->iterators, 1, __ATOMIC_RELAXED);
}

static void unpin(struct hmap *self, unsigned char *buckets) {
    if (buckets != NULL)
        __atomic_fetch_sub(&hmap_array_of(self, buckets)->iterators, 1, __ATOMIC_RELEASE);
}

void hmap_iter_start(struct hmap_iter *iter, struct hmap *self) {
    memset(iter, 0, sizeof *iter);
    if (self->count == 0)
        return;
    /* Readers share the map: the state advances atomically, and what chance they get is no secret.
     */
    uint64_t state =
        __atomic_fetch_add(&self->extra.random, UINT64_C(0x9e3779b97f4a7c15), __ATOMIC_RELAXED);
    uint64_t start = mapsan_random_next(&state);
    iter->map = self;
    iter->buckets = self->buckets;
    iter->oldbuckets = self->oldbuckets;
    iter->mask = self->mask;
    iter->start = iter->next = start & self->mask;
    iter->offset = (uint8_t)(start >> 61);
    pin(self, iter->buckets);
    pin(self, iter->oldbuckets);
}

void hmap_iter_end(struct hmap_iter *iter) {
    if (iter->map == NULL)
        return;
    unpin(iter->map, iter->buckets);
    unpin(iter->map, iter->oldbuckets);
    iter->map = NULL;
}

/* Goes to the next bucket; false after the last. */
static bool next_bucket(struct hmap_iter *iter) {
    struct hmap *self = iter->map;
    if (iter->wrapped && iter->next == iter->start)
        return false;
    uint64_t index = iter->next;
    iter->current = index;
    iter->position = hmap_bucket_at(self->type, iter->buckets, index);
    iter->skip_sibling = false;
    iter->slot = 0;
    if (iter->oldbuckets != NULL && iter->oldbuckets == self->oldbuckets) {
        struct hmap_bucket *old =
            hmap_bucket_at(self->type, self->oldbuckets, index & self->old_mask);
        if (!hmap_evacuated(old)) {
            iter->position = old;
            iter->skip_sibling = (self->flags & HMAP_SAME_SIZE) == 0;
        }
    }
    iter->next = (index + 1) & iter->mask;
    iter->wrapped = iter->wrapped || iter->next == 0;
    return true;
}

static bool is_siblings(const struct hmap_iter *iter, const void *key, uint8_t top,
                        bool reflexive) {
    const struct hmap *self = iter->map;
    if (reflexive)
        return (self->type->hash(self->type, key, self->hash0) & iter->mask) != iter->current;
    bool upper_half = (iter->current & ((iter->mask + 1) >> 1)) != 0;
    return ((top & 1) != 0) != upper_half;
}

/* The entry in this slot as it is now; NULL if it is not to be visited. */
static const void *visible_entry(struct hmap_iter *iter, unsigned slot) {
    struct hmap *self = iter->map;
    const struct mapsan_map_type *type = self->type;
    uint8_t top = iter->position->top[slot];
    if (top == HMAP_EMPTY || top == HMAP_EVACUATED_EMPTY)
        return NULL;
    void *entry = hmap_entry_at(type, iter->position, slot);
    bool reflexive = (type->flags & MAPSAN_MAP_IRREFLEXIVE) == 0 || type->equal(type, entry, entry);
    if (iter->skip_sibling && is_siblings(iter, entry, top, reflexive))
        return NULL;
    if (top >= HMAP_MIN_TOP || !reflexive)
        return entry;
    struct hmap_place place;
    if (!hmap_core_find(type, self, type->hash(type, entry, self->hash0), entry, &place))
        return NULL;
    return hmap_entry_at(type, place.bucket, place.slot);
}

const void *hmap_iter_advance(struct hmap_iter *iter) {
    if (hmap_array_of(iter->map, iter->buckets)->discarded) {
        hmap_iter_end(iter);
        return NULL;
    }
    for (;;) {
        if (iter->position == NULL && !next_bucket(iter)) {
            hmap_iter_end(iter);
            return NULL;
        }
        while (iter->slot < HMAP_SLOTS) {
            const void *entry = visible_entry(iter, (iter->slot++ + iter->offset) % HMAP_SLOTS);
            if (entry != NULL)
                return entry;
        }
        iter->position = iter->position->overflow;
        iter->slot = 0;
    }
}
