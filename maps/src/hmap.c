/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What is rare in hmap, and its generic form: making and freeing, growth, evacuation, overflow
 * buckets. Sources and invariant stand in hmap.h. The iteration is in hmap_iter.c.
 *
 * An array of buckets carries its header in front and a sixteenth more buckets behind, from which
 * overflow buckets are taken; when these are used up, chunks are added. All of it goes at once.
 *
 * Evacuating a bucket needs at most as many overflow buckets in the new array as its chain had: the
 * entries of a chain of 1 + v buckets, dealt to two chains, fill at most v + 2. So v are reserved
 * before the first entry moves.
 */
#include "generic.h"
#include "hmap_internal.h"

/* What a map without buckets points to: one empty bucket, never written, because `limit` is 0. */
static const struct hmap_bucket no_buckets;

static unsigned char *empty_buckets(void) { return (unsigned char *)(uintptr_t)&no_buckets; }

static bool has_buckets(const struct hmap *self) { return self->buckets != empty_buckets(); }

/* Go's load factor 13/2; small tables fill their one bucket. */
static uint64_t load_limit(unsigned B) { return B == 0 ? HMAP_SLOTS : (UINT64_C(13) << B) / 2; }

static size_t array_align(const struct mapsan_map_type *type) {
    return hmap_bucket_align(type) > HMAP_LINE ? hmap_bucket_align(type) : HMAP_LINE;
}

static struct hmap_array *array_of(const struct mapsan_map_type *type, unsigned char *buckets) {
    return (struct hmap_array *)(void *)(buckets - hmap_array_offset(type));
}

struct hmap_array *hmap_array_of(const struct hmap *self, unsigned char *buckets) {
    return array_of(self->type, buckets);
}

/* NULL: no memory, or 2^B buckets are more than an address can count. */
static unsigned char *array_new(struct hmap *self, unsigned B) {
    const struct mapsan_map_type *type = self->type;
    size_t bucket_size = hmap_bucket_size(type), offset = hmap_array_offset(type), bytes;
    if (B >= 58)
        return NULL;
    size_t count = (size_t)1 << B, spare = B >= 4 ? count >> 4 : 0;
    if (__builtin_mul_overflow(count + spare, bucket_size, &bytes) ||
        __builtin_add_overflow(bytes, offset, &bytes))
        return NULL;
    char *memory = self->allocator.allocate(self->allocator.context, bytes, array_align(type));
    if (memory == NULL)
        return NULL;
    struct hmap_array *array = (struct hmap_array *)(void *)memory;
    unsigned char *buckets = (unsigned char *)memory + offset;
    array->size = bytes;
    array->next_overflow = buckets + count * bucket_size;
    array->end_overflow = buckets + (count + spare) * bucket_size;
    return buckets;
}

static void array_free(struct hmap *self, struct hmap_array *array) {
    size_t align = array_align(self->type);
    struct hmap_chunk *chunk = array->chunks;
    while (chunk != NULL) {
        struct hmap_chunk *next = chunk->next;
        self->allocator.release(self->allocator.context, chunk, chunk->size, align);
        chunk = next;
    }
    self->allocator.release(self->allocator.context, array, array->size, align);
}

static bool is_pinned(struct hmap_array *array) {
    return __atomic_load_n(&array->iterators, __ATOMIC_ACQUIRE) != 0;
}

/* The map does not need the array any more; iterators may. */
static void array_retire(struct hmap *self, struct hmap_array *array) {
    if (!is_pinned(array)) {
        array_free(self, array);
        return;
    }
    array->next_retained = self->extra.retained;
    self->extra.retained = array;
    self->flags |= HMAP_RETAINED;
}

static void free_unpinned(struct hmap *self) {
    struct hmap_array **link = &self->extra.retained;
    while (*link != NULL) {
        struct hmap_array *array = *link;
        if (is_pinned(array)) {
            link = &array->next_retained;
        } else {
            *link = array->next_retained;
            array_free(self, array);
        }
    }
    if (self->extra.retained == NULL)
        self->flags &= (uint8_t)~HMAP_RETAINED;
}

/* Makes sure that the next `count` overflow buckets of the current array can be had. */
static bool reserve_overflow(struct hmap *self, uint64_t count) {
    const struct mapsan_map_type *type = self->type;
    struct hmap_array *array = array_of(type, self->buckets);
    size_t bucket_size = hmap_bucket_size(type), offset = hmap_array_offset(type), bytes;
    if (count <= (size_t)(array->end_overflow - array->next_overflow) / bucket_size)
        return true;
    uint64_t step = self->noverflow / 4 + 1;
    if (step > HMAP_CHUNK_MAX)
        step = HMAP_CHUNK_MAX;
    if (count < step)
        count = step;
    if (__builtin_mul_overflow(count, bucket_size, &bytes) ||
        __builtin_add_overflow(bytes, offset, &bytes))
        return false;
    char *memory = self->allocator.allocate(self->allocator.context, bytes, array_align(type));
    if (memory == NULL)
        return false;
    struct hmap_chunk *chunk = (struct hmap_chunk *)(void *)memory;
    chunk->size = bytes;
    chunk->next = array->chunks;
    array->chunks = chunk;
    array->next_overflow = (unsigned char *)memory + offset;
    array->end_overflow = (unsigned char *)memory + bytes;
    return true;
}

static struct hmap_bucket *take_overflow(struct hmap *self, struct hmap_bucket *last) {
    struct hmap_array *array = array_of(self->type, self->buckets);
    struct hmap_bucket *bucket = (struct hmap_bucket *)(void *)array->next_overflow;
    array->next_overflow += hmap_bucket_size(self->type);
    self->noverflow++;
    last->overflow = bucket;
    return bucket;
}

static void set_size(struct hmap *self, unsigned B) {
    self->B = (uint8_t)B;
    self->mask = (UINT64_C(1) << B) - 1;
    self->limit = load_limit(B);
    self->noverflow = 0;
}

/* Starts to grow; the work is done by the writes that follow. */
static bool grow(struct hmap *self) {
    bool first = !has_buckets(self), same_size = !first && self->count < self->limit;
    unsigned B = first || same_size ? self->B : self->B + 1u;
    unsigned char *buckets = array_new(self, B);
    if (buckets == NULL)
        return false;
    if (!first) {
        self->oldbuckets = self->buckets;
        self->old_mask = self->mask;
        self->nevacuate = 0;
        self->flags |= (uint8_t)(HMAP_GROWING | (same_size ? HMAP_SAME_SIZE : 0));
    }
    self->buckets = buckets;
    set_size(self, B);
    return true;
}

static void finish_growth(struct hmap *self) {
    unsigned char *old = self->oldbuckets;
    self->oldbuckets = NULL;
    self->flags &= (uint8_t)~(HMAP_GROWING | HMAP_SAME_SIZE);
    array_retire(self, array_of(self->type, old));
}

/* Where evacuated entries go: a chain of the new array and the next slot in it. */
struct destination {
    struct hmap_bucket *bucket;
    unsigned slot;
};

static void move_entry(struct hmap *self, struct destination *to, uint8_t top, const void *entry) {
    if (to->slot == HMAP_SLOTS) {
        to->bucket = take_overflow(self, to->bucket);
        to->slot = 0;
    }
    to->bucket->top[to->slot] = top;
    memcpy(hmap_entry_at(self->type, to->bucket, to->slot), entry, self->type->entry_size);
    to->slot++;
}

/* Which half an entry goes to. A key that does not equal itself has no hash to be found again: the
 * low bit of its top hash decides, and a new random one is drawn for the next time. */
static bool goes_to_y(struct hmap *self, const void *key, uint8_t *top) {
    const struct mapsan_map_type *type = self->type;
    if ((type->flags & MAPSAN_MAP_IRREFLEXIVE) != 0 && !type->equal(type, key, key)) {
        bool y = (*top & 1) != 0;
        *top = hmap_top(hmap_random_hash(self));
        return y;
    }
    return (type->hash(type, key, self->hash0) & (self->old_mask + 1)) != 0;
}

static void evacuate_chain(struct hmap *self, struct hmap_bucket *chain, uint64_t index) {
    const struct mapsan_map_type *type = self->type;
    bool same_size = (self->flags & HMAP_SAME_SIZE) != 0;
    struct destination half[2] = {{hmap_bucket_at(type, self->buckets, index), 0}, {NULL, 0}};
    if (!same_size)
        half[1].bucket = hmap_bucket_at(type, self->buckets, index + self->old_mask + 1);
    for (struct hmap_bucket *bucket = chain; bucket != NULL; bucket = bucket->overflow) {
        for (unsigned slot = 0; slot < HMAP_SLOTS; slot++) {
            uint8_t top = bucket->top[slot];
            if (top == HMAP_EMPTY) {
                bucket->top[slot] = HMAP_EVACUATED_EMPTY;
                continue;
            }
            const void *entry = hmap_entry_at(type, bucket, slot);
            bool y = !same_size && goes_to_y(self, entry, &top);
            move_entry(self, &half[y], top, entry);
            /* The entry itself stays for iterators on the old array. */
            bucket->top[slot] = (uint8_t)(y ? HMAP_EVACUATED_Y : HMAP_EVACUATED_X);
        }
    }
}

static struct hmap_bucket *old_chain(struct hmap *self, uint64_t index) {
    return hmap_bucket_at(self->type, self->oldbuckets, index);
}

static bool evacuate(struct hmap *self, uint64_t index) {
    struct hmap_bucket *chain = old_chain(self, index);
    if (!hmap_evacuated(chain)) {
        uint64_t needed = 0;
        for (struct hmap_bucket *bucket = chain->overflow; bucket != NULL;
             bucket = bucket->overflow)
            needed++;
        if (needed > 0 && !reserve_overflow(self, needed))
            return false;
        evacuate_chain(self, chain, index);
    }
    if (index != self->nevacuate)
        return true;
    /* Steps over what writes have evacuated out of order, but not endlessly in one call. */
    uint64_t stop = self->nevacuate + 1024;
    do
        self->nevacuate++;
    while (self->nevacuate <= self->old_mask && self->nevacuate != stop &&
           hmap_evacuated(old_chain(self, self->nevacuate)));
    if (self->nevacuate > self->old_mask)
        finish_growth(self);
    return true;
}

bool hmap_grow_work(struct hmap *self, uint64_t hash) {
    if ((self->flags & HMAP_RETAINED) != 0)
        free_unpinned(self);
    if (self->oldbuckets == NULL)
        return true;
    if (!evacuate(self, hash & self->old_mask))
        return false;
    /* One more, so that growth ends before the next one is due. If it fails, a later write tries.
     */
    if (self->oldbuckets != NULL)
        (void)evacuate(self, self->nevacuate);
    return true;
}

bool hmap_make_room(struct hmap *self, struct hmap_bucket *last, struct hmap_place *place) {
    bool full = self->count >= self->limit;
    bool straggling = place->bucket == NULL && self->noverflow > self->mask;
    if ((full || straggling) && self->oldbuckets == NULL) {
        place->bucket = NULL;
        return grow(self);
    }
    if (place->bucket != NULL)
        return true;
    if (!reserve_overflow(self, 1))
        return false;
    place->bucket = take_overflow(self, last);
    place->slot = 0;
    return true;
}

uint64_t hmap_random_hash(struct hmap *self) { return mapsan_random_next(&self->extra.random); }

bool hmap_init(struct hmap *self, const struct mapsan_map_type *type,
               const struct mapsan_map_options *options) {
    static const struct mapsan_map_options defaults;
    if (options == NULL)
        options = &defaults;
    memset(self, 0, sizeof *self);
    self->type = type;
    self->allocator = *mapsan_map_allocator_of(options);
    self->extra.random = options->seed != 0 ? options->seed : mapsan_map_new_seed();
    self->hash0 = hmap_random_hash(self);
    self->buckets = empty_buckets();
    if (options->capacity > 0) {
        while (load_limit(self->B) < options->capacity && self->B < 60)
            self->B++;
        if (!grow(self))
            return false;
    }
    MAPSAN_INIT(self, &self->tag, "hmap");
    return true;
}

struct hmap *hmap_new(const struct mapsan_map_type *type,
                      const struct mapsan_map_options *options) {
    const struct mapsan_map_allocator *allocator = mapsan_map_allocator_of(options);
    struct hmap *self =
        allocator->allocate(allocator->context, sizeof *self, _Alignof(struct hmap));
    if (self != NULL && !hmap_init(self, type, options)) {
        allocator->release(allocator->context, self, sizeof *self, _Alignof(struct hmap));
        return NULL;
    }
    return self;
}

/* Gives all buckets back, at once or when the iterators on them end. */
static void drop_buckets(struct hmap *self) {
    unsigned char *arrays[] = {self->oldbuckets, has_buckets(self) ? self->buckets : NULL};
    for (struct hmap_array *array = self->extra.retained; array != NULL;
         array = array->next_retained)
        array->discarded = true;
    for (unsigned i = 0; i < 2; i++) {
        if (arrays[i] == NULL)
            continue;
        hmap_array_of(self, arrays[i])->discarded = true;
        array_retire(self, hmap_array_of(self, arrays[i]));
    }
}

void hmap_drop_all(struct hmap *self) {
    drop_buckets(self);
    self->buckets = empty_buckets();
    self->oldbuckets = NULL;
    self->flags &= HMAP_RETAINED;
    set_size(self, 0);
    self->limit = 0;
    self->count = 0;
    self->hash0 = hmap_random_hash(self);
}

void hmap_release_retained(struct hmap *self) {
    while (self->extra.retained != NULL) {
        struct hmap_array *array = self->extra.retained;
        self->extra.retained = array->next_retained;
        array_free(self, array);
    }
}

void hmap_release(struct hmap *self) {
    struct mapsan_map_allocator allocator = self->allocator;
    allocator.release(allocator.context, self, sizeof *self, _Alignof(struct hmap));
}

void hmap_free(struct hmap *self) { hmap_core_free(self); }

#define hmap_TYPE(self) ((self)->type)
HMAP_OPERATIONS(MAPSAN_MAP_GENERIC, hmap)

void hmap_iter_init(struct hmap_iter *iter, struct hmap *self) { hmap_core_iter_init(iter, self); }

bool hmap_iter_next(struct hmap_iter *iter, void *key, void *value) {
    return iter->map != NULL && hmap_core_iter_next(iter->map->type, iter, key, value);
}
