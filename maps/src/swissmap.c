/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What is rare in swissmap, and its generic form: making and freeing, growth, splits, iteration.
 * Sources and invariant stand in swissmap.h.
 *
 * A table never changes its size: a full one is replaced by a new one, or by two that its directory
 * entries are dealt to, after all memory for that has been found. An iterator that stands in a
 * replaced table goes on there, because the table still says which keys there were, and looks up
 * what became of each. It remembers hash prefixes instead of places in the directory, so that
 * splits and a directory that doubles do not concern it: the tables that replaced its own lie
 * within the same prefix, which it leaves behind as a whole. (Go counts places and corrects them.)
 */
#include "generic.h"

#include <mapsan/maps/swissmap.h>

#define TABLE_SLOTS_MAX 1024
#define TABLE_GROUPS_MAX (TABLE_SLOTS_MAX / SWISSMAP_SLOTS)
/* The directory does not get more than one entry for so many keys: a good hash needs one for 224.
 */
#define KEYS_PER_DIRECTORY_ENTRY 64
#define LINE 64

_Static_assert(sizeof(struct swissmap_table) % 8 == 0, "groups follow the table at once");

/* What a map without tables points to: one empty group, never written, because it may not grow. */
static const struct {
    struct swissmap_table table;
    uint64_t controls;
} no_groups = {.controls = SWISSMAP_BYTES(SWISSMAP_EMPTY)};

static bool is_nothing(const struct swissmap_table *table) { return table == &no_groups.table; }

static size_t table_align(const struct mapsan_map_type *type) {
    return type->entry_align > LINE ? type->entry_align : LINE;
}

/* From the start of a table's memory to its first group; the table itself ends there. */
static size_t groups_offset(const struct mapsan_map_type *type) {
    size_t align = table_align(type);
    return (sizeof(struct swissmap_table) + align - 1) & ~(align - 1);
}

static void *allocate(struct swissmap *self, size_t size, size_t align) {
    return self->allocator.allocate(self->allocator.context, size, align);
}

static void release(struct swissmap *self, void *memory, size_t size, size_t align) {
    self->allocator.release(self->allocator.context, memory, size, align);
}

/* An empty table of `groups` groups (a power of two); NULL: no memory. */
static struct swissmap_table *table_new(struct swissmap *self, uint64_t groups, uint64_t prefix,
                                        unsigned depth) {
    const struct mapsan_map_type *type = self->type;
    size_t group_size = swissmap_group_size(type), offset = groups_offset(type), size;
    if (__builtin_mul_overflow(groups, group_size, &size) ||
        __builtin_add_overflow(size, offset, &size))
        return NULL;
    unsigned char *memory = allocate(self, size, table_align(type));
    if (memory == NULL)
        return NULL;
    struct swissmap_table *table = swissmap_table_of(memory + offset);
    table->growth_left = groups * (SWISSMAP_SLOTS - 1);
    table->mask = groups - 1;
    table->prefix = prefix;
    table->depth = (uint8_t)depth;
    table->size = size;
    for (uint64_t i = 0; i < groups; i++)
        memset(memory + offset + i * group_size, SWISSMAP_EMPTY, SWISSMAP_SLOTS);
    return table;
}

static void table_free(struct swissmap *self, struct swissmap_table *table) {
    const struct mapsan_map_type *type = self->type;
    release(self, swissmap_groups_of(table) - groups_offset(type), table->size, table_align(type));
}

static bool is_pinned(struct swissmap_table *table) {
    return __atomic_load_n(&table->iterators, __ATOMIC_ACQUIRE) != 0;
}

/* The map does not need the table any more; an iterator may. */
static void table_retire(struct swissmap *self, struct swissmap_table *table) {
    if (is_nothing(table))
        return;
    if (!is_pinned(table)) {
        table_free(self, table);
        return;
    }
    table->replaced = true;
    table->next_retained = self->retained;
    self->retained = table;
}

static void free_unpinned(struct swissmap *self) {
    struct swissmap_table **link = &self->retained;
    while (*link != NULL) {
        struct swissmap_table *table = *link;
        if (is_pinned(table)) {
            link = &table->next_retained;
        } else {
            *link = table->next_retained;
            table_free(self, table);
        }
    }
}

void swissmap_release_retained(struct swissmap *self) {
    while (self->retained != NULL) {
        struct swissmap_table *table = self->retained;
        self->retained = table->next_retained;
        table_free(self, table);
    }
}

static size_t directory_size(unsigned depth) { return sizeof(struct swissmap_groups) << depth; }

static void directory_free(struct swissmap *self) {
    if (self->directory != &self->single)
        release(self, self->directory, directory_size(self->depth), LINE);
}

static void set_directory(struct swissmap *self, struct swissmap_groups *directory,
                          unsigned depth) {
    self->directory = directory;
    self->depth = (uint8_t)depth;
    self->shift = (uint8_t)(63 - depth);
}

/* Makes all hashes with the table's prefix lead to it. */
static void install(struct swissmap *self, struct swissmap_table *table) {
    struct swissmap_groups groups = {swissmap_groups_of(table), table->mask};
    uint64_t first = (table->prefix >> 1) >> self->shift;
    uint64_t names = UINT64_C(1) << (self->depth - table->depth);
    for (uint64_t i = 0; i < names; i++)
        self->directory[first + i] = groups;
}

static bool double_directory(struct swissmap *self) {
    unsigned depth = self->depth + 1u;
    struct swissmap_groups *directory = allocate(self, directory_size(depth), LINE);
    if (directory == NULL)
        return false;
    for (uint64_t i = 0; i < UINT64_C(1) << depth; i++)
        directory[i] = self->directory[i / 2];
    directory_free(self);
    set_directory(self, directory, depth);
    return true;
}

/* ---- growth ---------------------------------------------------------------------------------- */

/* An entry in a table; the walk over all of them is the same everywhere. */
struct cursor {
    unsigned char *group;
    uint64_t slot; /* of the table; the next one to look at */
};

/* The next full slot's entry; NULL after the last. */
static void *next_entry(const struct mapsan_map_type *type, struct swissmap_table *table,
                        struct cursor *cursor) {
    while (cursor->slot <= table->mask * SWISSMAP_SLOTS + SWISSMAP_SLOTS - 1) {
        uint64_t slot = cursor->slot++;
        cursor->group = swissmap_group_at(type, swissmap_groups_of(table), slot / SWISSMAP_SLOTS);
        if (cursor->group[slot % SWISSMAP_SLOTS] < SWISSMAP_EMPTY)
            return swissmap_entry_at(type, cursor->group, slot % SWISSMAP_SLOTS);
    }
    return NULL;
}

/* Puts an entry that is nowhere yet into a table that has never lost one. */
static void move_entry(const struct mapsan_map_type *type, struct swissmap_table *to, uint64_t hash,
                       const void *entry) {
    uint64_t index = (hash >> 7) & to->mask, empties;
    unsigned char *group;
    for (uint64_t step = 1;; index = (index + step++) & to->mask) {
        group = swissmap_group_at(type, swissmap_groups_of(to), index);
        empties = swissmap_empties(swissmap_controls(group));
        if (empties != 0)
            break;
    }
    unsigned slot = swissmap_first_slot(empties);
    group[slot] = swissmap_control_of(hash);
    memcpy(swissmap_entry_at(type, group, slot), entry, type->entry_size);
    to->used++;
    to->growth_left--;
}

/* Does a hash belong to the upper half of the table's prefix? */
static bool in_upper_half(const struct swissmap_table *table, uint64_t hash) {
    return ((hash << table->depth) >> 63) != 0;
}

static void move_all(struct swissmap *self, struct swissmap_table *from,
                     struct swissmap_table *lower, struct swissmap_table *upper) {
    const struct mapsan_map_type *type = self->type;
    struct cursor cursor = {NULL, 0};
    for (void *entry; (entry = next_entry(type, from, &cursor)) != NULL;) {
        uint64_t hash = swissmap_hash_to_put(type, self, entry);
        move_entry(type, in_upper_half(from, hash) ? upper : lower, hash, entry);
    }
}

static bool rebuild(struct swissmap *self, struct swissmap_table *table, uint64_t groups) {
    struct swissmap_table *fresh = table_new(self, groups, table->prefix, table->depth);
    if (fresh == NULL)
        return false;
    if (!is_nothing(table))
        move_all(self, table, fresh, fresh);
    install(self, fresh);
    table_retire(self, table);
    return true;
}

/* Not if the hash is so bad that one half would get nearly all, or the directory out of proportion.
 */
static bool is_worth_splitting(struct swissmap *self, struct swissmap_table *table) {
    const struct mapsan_map_type *type = self->type;
    if (table->depth == self->depth && self->count / KEYS_PER_DIRECTORY_ENTRY < UINT64_C(2)
                                                                                    << self->depth)
        return false;
    struct cursor cursor = {NULL, 0};
    uint64_t upper = 0;
    for (void *entry; (entry = next_entry(type, table, &cursor)) != NULL;)
        upper += in_upper_half(table, swissmap_hash_to_put(type, self, entry));
    uint64_t smaller = upper < table->used - upper ? upper : table->used - upper;
    return smaller >= table->used / 8;
}

/* Both halves get the size of the whole, which all entries would fit into. */
static bool split(struct swissmap *self, struct swissmap_table *table) {
    unsigned depth = table->depth + 1u;
    uint64_t groups = table->mask + 1, upper_bit = UINT64_C(1) << (64 - depth);
    struct swissmap_table *lower = table_new(self, groups, table->prefix, depth);
    struct swissmap_table *upper = table_new(self, groups, table->prefix | upper_bit, depth);
    bool memory = lower != NULL && upper != NULL;
    if (memory && table->depth == self->depth)
        memory = double_directory(self);
    if (!memory) {
        if (lower != NULL)
            table_free(self, lower);
        if (upper != NULL)
            table_free(self, upper);
        return false;
    }
    move_all(self, table, lower, upper);
    install(self, lower);
    install(self, upper);
    table_retire(self, table);
    return true;
}

bool swissmap_make_room(struct swissmap *self, struct swissmap_table *table) {
    uint64_t groups = table->mask + 1;
    free_unpinned(self);
    if (is_nothing(table) || table->used <= groups * SWISSMAP_SLOTS / 2)
        return rebuild(self, table, groups);
    if (groups < TABLE_GROUPS_MAX || !is_worth_splitting(self, table))
        return rebuild(self, table, 2 * groups);
    return split(self, table);
}

uint64_t swissmap_random_hash(struct swissmap *self) { return mapsan_random_next(&self->random); }

/* ---- making and freeing ---------------------------------------------------------------------- */

static void forget_tables(struct swissmap *self) {
    struct swissmap_groups nothing = {(unsigned char *)(uintptr_t)&no_groups.controls, 0};
    directory_free(self);
    self->single = nothing;
    set_directory(self, &self->single, 0);
}

/* Room for `capacity` keys; what was allocated before memory ran out is given back by drop_all. */
static bool reserve(struct swissmap *self, uint64_t capacity) {
    if (capacity > UINT64_MAX / 16)
        return false;
    uint64_t groups = 1, slots = (capacity * 8 + 6) / 7;
    unsigned depth = 0;
    while (groups < TABLE_GROUPS_MAX && groups * SWISSMAP_SLOTS < slots)
        groups *= 2;
    while (slots >> depth > TABLE_SLOTS_MAX)
        depth++;
    if (depth > 0) {
        struct swissmap_groups *directory = allocate(self, directory_size(depth), LINE);
        if (directory == NULL)
            return false;
        for (uint64_t i = 0; i < UINT64_C(1) << depth; i++)
            directory[i] = self->single;
        set_directory(self, directory, depth);
    }
    for (uint64_t i = 0; i < UINT64_C(1) << depth; i++) {
        uint64_t prefix = depth == 0 ? 0 : i << (64 - depth);
        struct swissmap_table *table = table_new(self, groups, prefix, depth);
        if (table == NULL)
            return false;
        install(self, table);
    }
    return true;
}

static void drop_tables(struct swissmap *self) {
    for (uint64_t i = 0, next; i < UINT64_C(1) << self->depth; i = next) {
        struct swissmap_table *table = swissmap_table_of(self->directory[i].first);
        next = i + (is_nothing(table) ? 1 : UINT64_C(1) << (self->depth - table->depth));
        table_retire(self, table);
    }
    forget_tables(self);
}

void swissmap_drop_all(struct swissmap *self) {
    free_unpinned(self);
    drop_tables(self);
    self->count = 0;
    self->clears++;
    self->seed = swissmap_random_hash(self);
}

bool swissmap_init(struct swissmap *self, const struct mapsan_map_type *type,
                   const struct mapsan_map_options *options) {
    static const struct mapsan_map_options defaults;
    if (options == NULL)
        options = &defaults;
    memset(self, 0, sizeof *self);
    self->type = type;
    self->allocator = *mapsan_map_allocator_of(options);
    self->random = options->seed != 0 ? options->seed : mapsan_map_new_seed();
    self->seed = swissmap_random_hash(self);
    self->directory = &self->single;
    forget_tables(self);
    if (options->capacity > 0 && !reserve(self, options->capacity)) {
        drop_tables(self);
        return false;
    }
    MAPSAN_INIT(self, &self->tag, "swissmap");
    return true;
}

struct swissmap *swissmap_new(const struct mapsan_map_type *type,
                              const struct mapsan_map_options *options) {
    const struct mapsan_map_allocator *allocator = mapsan_map_allocator_of(options);
    struct swissmap *self =
        allocator->allocate(allocator->context, sizeof *self, _Alignof(struct swissmap));
    if (self != NULL && !swissmap_init(self, type, options)) {
        allocator->release(allocator->context, self, sizeof *self, _Alignof(struct swissmap));
        return NULL;
    }
    return self;
}

void swissmap_release(struct swissmap *self) {
    struct mapsan_map_allocator allocator = self->allocator;
    allocator.release(allocator.context, self, sizeof *self, _Alignof(struct swissmap));
}

void swissmap_free(struct swissmap *self) { swissmap_core_free(self); }

#define swissmap_TYPE(self) ((self)->type)
SWISSMAP_OPERATIONS(MAPSAN_MAP_GENERIC, swissmap)

/* ---- iteration ------------------------------------------------------------------------------- */

/* Goes to the table whose prefix `next` begins with. */
static void enter(struct swissmap_iter *iter) {
    struct swissmap_groups groups = swissmap_groups_for(iter->map, iter->next);
    struct swissmap_table *table = swissmap_table_of(groups.first);
    __atomic_fetch_add(&table->iterators, 1, __ATOMIC_RELAXED);
    iter->table = table;
    iter->visited = 0;
    /* The end of the last prefix is 2^64: 0. */
    iter->next = table->prefix + (table->depth == 0 ? 0 : UINT64_C(1) << (64 - table->depth));
}

static void leave(struct swissmap_iter *iter) {
    __atomic_fetch_sub(&iter->table->iterators, 1, __ATOMIC_RELEASE);
}

void swissmap_iter_start(struct swissmap_iter *iter, struct swissmap *self) {
    memset(iter, 0, sizeof *iter);
    if (self->count == 0)
        return;
    /* Readers share the map: the state advances atomically, and what chance they get is no secret.
     */
    uint64_t state =
        __atomic_fetch_add(&self->random, UINT64_C(0x9e3779b97f4a7c15), __ATOMIC_RELAXED);
    iter->map = self;
    iter->clears = self->clears;
    iter->next = mapsan_random_next(&state);
    iter->offset = mapsan_random_next(&state);
    enter(iter);
    iter->start = iter->table->prefix;
}

void swissmap_iter_end(struct swissmap_iter *iter) {
    if (iter->map == NULL)
        return;
    leave(iter);
    iter->map = NULL;
}

/* The entry in this slot as it is now; NULL if it is not to be visited. */
static const void *visible_entry(struct swissmap_iter *iter, uint64_t slot) {
    struct swissmap *self = iter->map;
    const struct mapsan_map_type *type = self->type;
    unsigned char *group =
        swissmap_group_at(type, swissmap_groups_of(iter->table), slot / SWISSMAP_SLOTS);
    if (group[slot % SWISSMAP_SLOTS] >= SWISSMAP_EMPTY)
        return NULL;
    void *entry = swissmap_entry_at(type, group, slot % SWISSMAP_SLOTS);
    /* A key that does not equal itself can be neither changed nor removed: what was left is right.
     */
    if (!iter->table->replaced ||
        ((type->flags & MAPSAN_MAP_IRREFLEXIVE) != 0 && !type->equal(type, entry, entry)))
        return entry;
    struct swissmap_place place;
    if (!swissmap_core_find(type, self, type->hash(type, entry, self->seed), entry, &place))
        return NULL;
    return swissmap_entry_at(type, place.group, place.slot);
}

const void *swissmap_iter_advance(struct swissmap_iter *iter) {
    while (iter->clears == iter->map->clears) {
        uint64_t last = iter->table->mask * SWISSMAP_SLOTS + SWISSMAP_SLOTS - 1;
        while (iter->visited <= last) {
            const void *entry = visible_entry(iter, (iter->visited++ + iter->offset) & last);
            if (entry != NULL)
                return entry;
        }
        if (iter->next == iter->start)
            break;
        leave(iter);
        enter(iter);
    }
    swissmap_iter_end(iter);
    return NULL;
}

void swissmap_iter_init(struct swissmap_iter *iter, struct swissmap *self) {
    swissmap_core_iter_init(iter, self);
}

bool swissmap_iter_next(struct swissmap_iter *iter, void *key, void *value) {
    return iter->map != NULL && swissmap_core_iter_next(iter->map->type, iter, key, value);
}
