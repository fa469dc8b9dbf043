/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What is rare in rawmap and rawmap_spmc: making and freeing, tables and where their pages go.
 * Sources and invariants stand in rawmap.h.
 *
 * A full table of C slots holds at most 5/8 C entries. It is replaced by one of 2 C slots, or of C
 * if half of what is used up are slots of removed keys. C / 8 insertions move all of it, so the new
 * one is used to 6/8 C of its 10/8, or 7/16 C of its 10/16, when the move ends: it is never full
 * before.
 */
#include <mapsan/maps/rawmap.h>

#include <assert.h>
#include <sys/mman.h>

#define SLOTS_MIN 64
#define CAPACITY_MAX (UINT64_C(1) << 56)
#define LINE 64
/* Bytes unmapped at a time: what unmapping takes grows with the pages. */
#define PIECE ((size_t)256 << 10)

/* What a map without tables points to: a table with one empty slot, never written. */
static const struct {
    struct rawmap_table table;
    struct rawmap_slot slot;
} no_table = {.slot = {RAWMAP_EMPTY, 0}};

static struct rawmap_table *nothing(void) {
    return (struct rawmap_table *)(uintptr_t)&no_table.table;
}

/* ---- pages ----------------------------------------------------------------------------------- */

static void *map_pages(void *context, size_t size, size_t alignment) {
    (void)context, (void)alignment;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    /* Advice: a kernel without huge pages refuses it and needs none. */
    (void)madvise(memory, size, MADV_NOHUGEPAGE);
    return memory;
}

static void unmap_pages(void *context, void *memory, size_t size, size_t alignment) {
    (void)context, (void)alignment;
    munmap(memory, size);
}

const struct mapsan_map_allocator rawmap_allocator = {map_pages, unmap_pages, NULL};

/* From the end, so that what is left begins where the mapping began. */
void rawmap_release_piece(struct rawmap *self) {
    size_t left = (self->leaving_size - 1) / PIECE * PIECE;
    munmap(self->leaving + left, self->leaving_size - left);
    self->leaving_size = left;
    if (left == 0)
        self->leaving = NULL;
}

static void release_rest(struct rawmap *self) {
    while (self->leaving != NULL)
        rawmap_release_piece(self);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void release(struct rawmap *self, struct rawmap_table *table) {
    self->allocator.release(self->allocator.context, table, table->size, LINE);
}

static struct rawmap_table *table_new(struct rawmap *self, uint64_t slots) {
    size_t size;
    if (__builtin_mul_overflow(slots, sizeof(struct rawmap_slot), &size) ||
        __builtin_add_overflow(size, sizeof(struct rawmap_table), &size))
        return NULL;
    struct rawmap_table *table = self->allocator.allocate(self->allocator.context, size, LINE);
    if (table == NULL)
        return NULL;
    table->mask = slots - 1;
    table->limit = slots / 8 * 5;
    table->size = size;
    return table;
}

/* The writer does not need the table any more; readers may. */
static void retire(struct rawmap *self, struct rawmap_table *table) {
    if (self->readers) {
        table->next_retained = self->retained;
        self->retained = table;
    } else if (self->allocator.release == unmap_pages) {
        release_rest(self);
        self->leaving = (char *)table;
        self->leaving_size = table->size;
    } else {
        release(self, table);
    }
}

static void release_retained(struct rawmap *self) {
    while (self->retained != NULL) {
        struct rawmap_table *table = self->retained;
        self->retained = table->next_retained;
        release(self, table);
    }
}

bool rawmap_make_room(struct rawmap *self) {
    struct rawmap_table *table = rawmap_table_of(self);
    assert(rawmap_old_of(table) == NULL);
    uint64_t slots = SLOTS_MIN;
    if (table != nothing())
        slots = (table->mask + 1) << (rawmap_load(&self->count) > table->limit / 2);
    struct rawmap_table *fresh = table_new(self, slots);
    if (fresh == NULL)
        return false;
    fresh->old = table != nothing() ? table : NULL;
    __atomic_store_n(&self->table, fresh, __ATOMIC_RELEASE);
    return true;
}

void rawmap_move(struct rawmap *self, struct rawmap_table *table) {
    struct rawmap_table *old = rawmap_old_of(table);
    struct rawmap_slot *slots = rawmap_slots(old);
    uint64_t end = table->moved + RAWMAP_MOVES;
    for (; table->moved < end; table->moved++) {
        struct rawmap_slot *slot = &slots[table->moved];
        uint64_t key = rawmap_load(&slot->key), value = rawmap_load(&slot->value);
        if (rawmap_is_special(key))
            continue;
        rawmap_append(table, rawmap_hash(self, key), key, value);
        /* Releases the copy: who finds the key gone here finds it there. */
        __atomic_store_n(&slot->key, RAWMAP_GONE, __ATOMIC_RELEASE);
    }
    if (end <= old->mask)
        return;
    /* Releases all copies: who finds no old table needs none. */
    __atomic_store_n(&table->old, NULL, __ATOMIC_RELEASE);
    retire(self, old);
}

/* ---- making and freeing ---------------------------------------------------------------------- */

void rawmap_clear_all(struct rawmap *self) {
    struct rawmap_table *table = rawmap_table_of(self), *old = rawmap_old_of(table);
    for (unsigned i = 0; i < 2; i++)
        rawmap_set_special(&self->special[i], false, 0);
    __atomic_store_n(&self->table, nothing(), __ATOMIC_RELEASE);
    __atomic_store_n(&self->count, 0, __ATOMIC_RELAXED);
    if (old != NULL)
        retire(self, old);
    if (table != nothing())
        retire(self, table);
    release_rest(self);
}

static bool reserve(struct rawmap *self, uint64_t capacity) {
    uint64_t slots = SLOTS_MIN;
    if (capacity > CAPACITY_MAX)
        return false;
    while (slots / 8 * 5 < capacity)
        slots *= 2;
    struct rawmap_table *table = table_new(self, slots);
    if (table != NULL)
        self->table = table;
    return table != NULL;
}

static struct rawmap *map_new(const struct mapsan_map_options *options, bool readers) {
    static const struct mapsan_map_options defaults;
    if (options == NULL)
        options = &defaults;
    const struct mapsan_map_allocator *allocator =
        options->allocator != NULL ? options->allocator : &rawmap_allocator;
    struct rawmap *self = allocator->allocate(allocator->context, sizeof *self, LINE);
    if (self == NULL)
        return NULL;
    self->allocator = *allocator;
    self->seed = options->seed != 0 ? options->seed : mapsan_map_new_seed();
    self->readers = readers;
    self->table = nothing();
    if (options->capacity > 0 && !reserve(self, options->capacity)) {
        allocator->release(allocator->context, self, sizeof *self, LINE);
        return NULL;
    }
    return self;
}

static void map_drop(struct rawmap *self) {
    rawmap_clear_all(self);
    release_retained(self);
}

static void map_release(struct rawmap *self) {
    struct mapsan_map_allocator allocator = self->allocator;
    allocator.release(allocator.context, self, sizeof *self, LINE);
}

struct rawmap *rawmap_new(const struct mapsan_map_options *options) {
    struct rawmap *self = map_new(options, false);
    if (self != NULL)
        MAPSAN_INIT(self, &self->tag, "rawmap");
    return self;
}

struct rawmap_spmc *rawmap_spmc_new(const struct mapsan_map_options *options) {
    struct rawmap *self = map_new(options, true);
    if (self != NULL)
        MAPSAN_INIT(self, &self->tag, "rawmap_spmc");
    return (struct rawmap_spmc *)self;
}

void rawmap_free(struct rawmap *self) {
    if (self == NULL)
        return;
    MAPSAN_DESTROY_BEGIN(self, &self->tag, "rawmap");
    map_drop(self);
    MAPSAN_DESTROY_END(&self->tag);
    map_release(self);
}

void rawmap_spmc_free(struct rawmap_spmc *self) {
    if (self == NULL)
        return;
    MAPSAN_DESTROY_BEGIN(&self->map, &self->map.tag, "rawmap_spmc");
    map_drop(&self->map);
    MAPSAN_DESTROY_END(&self->map.tag);
    map_release(&self->map);
}

void rawmap_spmc_reclaim(struct rawmap_spmc *self) {
    MAPSAN_WRITE_BEGIN(&self->map, &self->map.tag, "rawmap_spmc");
    release_retained(&self->map);
    MAPSAN_WRITE_END(&self->map.tag);
}
