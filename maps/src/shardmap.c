/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What is rare in shardmap: growing a shard, getting entries for it, clearing. Sources, invariants
 * and ordering stand in shardmap.h.
 */
#include "generic.h"
#include "mutex.h"

#include <mapsan/maps/shardmap.h>

#define CHAINS_MIN 16
#define SLAB_MIN 8 /* entries; each slab of a shard has twice those of the one before, up to */
#define SLAB_MAX 128

_Static_assert(sizeof(struct shardmap_entry) <= SHARDMAP_HEADER, "the header fits before the key");

/* What a shard without entries points to: one chain, of nothing. Nobody writes it. */
static struct {
    struct shardmap_table table;
    struct shardmap_entry *head;
} empty;

struct shardmap_slab {
    struct mapsan_retired retired;
    struct shardmap_slab *next;
    uint64_t entries;
    /* then the entries */
};

static size_t entry_align(const struct mapsan_map_type *type) {
    return type->entry_align > SHARDMAP_HEADER ? type->entry_align : SHARDMAP_HEADER;
}

static size_t entry_size(const struct mapsan_map_type *type) {
    size_t align = entry_align(type);
    return (align + type->value_offset + type->value_size + align - 1) & ~(align - 1);
}

/* Small entries lie within one cache line. */
static size_t slab_align(const struct mapsan_map_type *type) {
    return entry_align(type) > 64 ? entry_align(type) : 64;
}

uint64_t shardmap_random_hash(struct shardmap_shard *shard) {
    return mapsan_random_next(&shard->random);
}

/* ---- growing --------------------------------------------------------------------------------- */

static struct shardmap_table *table_new(struct shardmap *self, uint64_t chains) {
    uint64_t bytes;
    if (__builtin_mul_overflow(chains, sizeof(struct shardmap_entry *), &bytes) ||
        bytes > PTRDIFF_MAX / 2)
        return NULL;
    struct shardmap_table *table =
        mapsan_reclaimer_allocate(&self->reclaimer, sizeof *table + (size_t)bytes);
    if (table != NULL)
        table->mask = chains - 1;
    return table;
}

/* Entries move one by one, each by its own `next`, in front of those that moved before: whoever
 * follows them comes to an end, if not to all of its old chain. */
static void relink(struct shardmap *self, struct shardmap_shard *shard,
                   const struct shardmap_table *from, const struct shardmap_table *to) {
    const struct mapsan_map_type *type = self->type;
    struct shardmap_entry **heads = shardmap_heads(to);
    for (uint64_t i = 0; i <= from->mask; i++) {
        struct shardmap_entry *entry = shardmap_heads(from)[i], *next;
        for (; entry != NULL; entry = next) {
            const void *key = shardmap_key_of(type, entry);
            uint64_t hash =
                shardmap_hash_to_put(type, shard, type->hash(type, key, self->seed), key);
            struct shardmap_entry **head = &heads[hash & to->mask];
            next = entry->next;
            __atomic_store_n(&entry->next, *head, __ATOMIC_RELEASE);
            *head = entry;
        }
    }
}

static bool grow(struct shardmap *self, struct shardmap_shard *shard) {
    struct shardmap_table *old = shard->table;
    uint64_t chains = old == &empty.table ? CHAINS_MIN : 2 * (old->mask + 1);
    while (chains < shard->capacity)
        chains *= 2;
    struct shardmap_table *table = table_new(self, chains);
    if (table == NULL)
        return false;
    shard->capacity = 0;
    uint64_t version = shard->version;
    __atomic_store_n(&shard->version, version + 1, __ATOMIC_RELAXED);
    /* Releases: whoever meets an entry that was relinked, or the new table, sees the odd version.
     */
    relink(self, shard, old, table);
    __atomic_store_n(&shard->table, table, __ATOMIC_SEQ_CST);
    __atomic_store_n(&shard->version, version + 2, __ATOMIC_RELEASE);
    if (old != &empty.table)
        mapsan_reclaimer_retire(&self->reclaimer, old);
    return true;
}

/* ---- entries --------------------------------------------------------------------------------- */

static bool add_slab(struct shardmap *self, struct shardmap_shard *shard) {
    size_t size = entry_size(self->type), align = entry_align(self->type);
    size_t offset = (sizeof(struct shardmap_slab) + align - 1) & ~(align - 1);
    uint64_t entries = shard->slabs == NULL               ? SLAB_MIN
                       : shard->slabs->entries < SLAB_MAX ? 2 * shard->slabs->entries
                                                          : SLAB_MAX;
    struct shardmap_slab *slab =
        mapsan_reclaimer_allocate(&self->reclaimer, offset + (size_t)entries * size);
    if (slab == NULL)
        return false;
    slab->entries = entries;
    slab->next = shard->slabs;
    shard->slabs = slab;
    for (uint64_t i = entries; i-- > 0;)
        shardmap_give_free(shard,
                           (struct shardmap_entry *)(void *)((char *)slab + offset + i * size));
    return true;
}

bool shardmap_reserve(struct shardmap *self, struct shardmap_shard *shard) {
    /* With a table there is room for all: chains may be long for want of memory. */
    if ((shard->table == &empty.table || shard->count > shard->table->mask) && !grow(self, shard) &&
        shard->table == &empty.table)
        return false;
    return shard->free != NULL || add_slab(self, shard);
}

void shardmap_retire(struct shardmap_shard *shard, struct shardmap_entry *entry) {
    struct mapsan_limbo_link *freed = mapsan_limbo_retire(&shard->limbo, &entry->limbo);
    while (freed != NULL) {
        struct mapsan_limbo_link *next = freed->next;
        freed->next = shard->free;
        shard->free = freed;
        freed = next;
    }
}

/* ---- clearing, making, freeing --------------------------------------------------------------- */

/* Entries go with their slabs, those in limbo too. */
static void clear_shard(struct shardmap *self, struct shardmap_shard *shard) {
    pthread_mutex_lock(&shard->lock);
    struct shardmap_table *table = shard->table;
    struct shardmap_slab *slab = shard->slabs;
    __atomic_store_n(&shard->table, &empty.table, __ATOMIC_SEQ_CST);
    __atomic_store_n(&shard->count, 0, __ATOMIC_RELAXED);
    shard->slabs = NULL;
    shard->free = NULL;
    memset(&shard->limbo, 0, sizeof shard->limbo);
    pthread_mutex_unlock(&shard->lock);
    if (table != &empty.table)
        mapsan_reclaimer_retire(&self->reclaimer, table);
    while (slab != NULL) {
        struct shardmap_slab *next = slab->next;
        mapsan_reclaimer_retire(&self->reclaimer, slab);
        slab = next;
    }
}

void shardmap_clear_all(struct shardmap *self) {
    for (unsigned i = 0; i < SHARDMAP_SHARDS; i++)
        clear_shard(self, &self->shards[i]);
    mapsan_reclaimer_flush(&self->reclaimer);
}

struct shardmap *shardmap_new(const struct mapsan_map_type *type,
                              const struct mapsan_map_options *options) {
    static const struct mapsan_map_options defaults;
    const struct mapsan_map_allocator *allocator = mapsan_map_allocator_of(options);
    if (options == NULL)
        options = &defaults;
    if (options->capacity > PTRDIFF_MAX / (2 * entry_size(type)))
        return NULL;
    struct shardmap *self =
        allocator->allocate(allocator->context, sizeof *self, _Alignof(struct shardmap));
    if (self == NULL)
        return NULL;
    uint64_t random = options->seed != 0 ? options->seed : mapsan_map_new_seed();
    self->type = type;
    self->seed = mapsan_random_next(&random);
    mapsan_reclaimer_init(&self->reclaimer, allocator, slab_align(type));
    for (unsigned i = 0; i < SHARDMAP_SHARDS; i++) {
        struct shardmap_shard *shard = &self->shards[i];
        mapsan_mutex_init(&shard->lock);
        shard->table = &empty.table;
        shard->random = mapsan_random_next(&random);
        shard->capacity = options->capacity / SHARDMAP_SHARDS;
    }
    MAPSAN_INIT(self, &self->tag, "shardmap");
    return self;
}

void shardmap_release(struct shardmap *self) {
    struct mapsan_map_allocator allocator = self->reclaimer.allocator;
    mapsan_reclaimer_destroy(&self->reclaimer);
    for (unsigned i = 0; i < SHARDMAP_SHARDS; i++)
        pthread_mutex_destroy(&self->shards[i].lock);
    allocator.release(allocator.context, self, sizeof *self, _Alignof(struct shardmap));
}

void shardmap_free(struct shardmap *self) { shardmap_core_free(self); }

#define shardmap_TYPE(self) ((self)->type)
SHARDMAP_OPERATIONS(MAPSAN_MAP_GENERIC, shardmap)
