/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Writing triemap, one node's lock at a time; upwards two, when a node that has become empty is
 * taken from its parent. Sources, invariant and ordering stand in triemap.h.
 */
#include "generic.h"
#include "mutex.h"

#include <mapsan/maps/hash.h>
#include <mapsan/maps/triemap.h>

/* ---- nodes and entries ----------------------------------------------------------------------- */

static struct triemap_node *node_new(struct triemap *self, struct triemap_node *parent) {
    struct triemap_node *node = mapsan_reclaimer_allocate(&self->reclaimer, sizeof *node);
    if (node == NULL)
        return NULL;
    node->parent = parent;
    mapsan_mutex_init(&node->lock);
    return node;
}

/* A key's entry, without a value yet. NULL: no memory. */
static struct triemap_entry *entry_new(struct triemap *self, uint64_t hash, const void *key) {
    const struct mapsan_map_type *type = self->type;
    size_t align = type->entry_align;
    size_t key_offset = (sizeof(struct triemap_entry) + align - 1) & ~(align - 1);
    struct triemap_entry *entry = mapsan_reclaimer_allocate(
        &self->reclaimer, key_offset + type->value_offset + type->value_size);
    if (entry == NULL)
        return NULL;
    entry->hash = hash;
    memcpy(triemap_key_of(type, entry), key, type->key_size);
    return entry;
}

/* Keys that do not equal themselves are spread at random: their bits would put all in one place. */
static uint64_t hash_of(struct triemap *self, const void *key) {
    const struct mapsan_map_type *type = self->type;
    if ((type->flags & MAPSAN_MAP_IRREFLEXIVE) != 0 && !type->equal(type, key, key)) {
        uint64_t state = __atomic_fetch_add(&self->random, 1, __ATOMIC_RELAXED);
        return mapsan_random_next(&state);
    }
    return type->hash(type, key, self->seed);
}

/* ---- finding, under the node's lock ---------------------------------------------------------- */

struct place {
    uint64_t hash;
    struct triemap_node *node; /* locked */
    unsigned level;
    uintptr_t *child;            /* the node's, on the way of the hash */
    uintptr_t *link;             /* what points to the entry */
    struct triemap_entry *entry; /* NULL: the key is absent */
};

static void find_entry(struct triemap *self, const void *key, struct place *place) {
    place->link = place->child;
    for (uintptr_t next; (next = triemap_child(place->link)) != 0;) {
        place->entry = (struct triemap_entry *)next;
        if (triemap_is(self->type, place->entry, place->hash, key))
            return;
        place->link = &place->entry->overflow;
    }
    place->entry = NULL;
}

/* Locks the node that has the key or would get it. What was seen on the way is looked at again
 * under the lock: a node may have come between, or this one may have died. */
static void lock_place(struct triemap *self, const void *key, struct place *place) {
    for (;;) {
        struct triemap_node *node = &self->root;
        unsigned level = 0;
        uintptr_t *child = &node->children[triemap_index(place->hash, level)], next;
        while (((next = triemap_child(child)) & TRIEMAP_NODE) != 0) {
            node = triemap_node_of(next);
            child = &node->children[triemap_index(place->hash, ++level)];
        }
        pthread_mutex_lock(&node->lock);
        if (!node->dead && (triemap_child(child) & TRIEMAP_NODE) == 0) {
            place->node = node;
            place->level = level;
            place->child = child;
            find_entry(self, key, place);
            return;
        }
        pthread_mutex_unlock(&node->lock);
    }
}

static void unlock_place(const struct place *place) { pthread_mutex_unlock(&place->node->lock); }

/* ---- changing -------------------------------------------------------------------------------- */

static void publish(uintptr_t *child, uintptr_t what) {
    __atomic_store_n(child, what, __ATOMIC_SEQ_CST);
}

/* Frees the nodes that arrange() has made, which nobody has seen. */
static void free_arranged(struct triemap *self, uintptr_t child, unsigned level, uint64_t hash) {
    while ((child & TRIEMAP_NODE) != 0) {
        struct triemap_node *node = triemap_node_of(child);
        child = triemap_child(&node->children[triemap_index(hash, ++level)]);
        pthread_mutex_destroy(&node->lock);
        mapsan_reclaimer_release(&self->reclaimer, node);
    }
}

/* What the place's child has to become for `entry`, of an absent key, to be in it too: the entry,
 * before those of the same hash; or nodes as deep as the hashes agree. 0: no memory. */
static uintptr_t arrange(struct triemap *self, const struct place *place,
                         struct triemap_entry *entry) {
    uintptr_t present = triemap_child(place->child), top = 0;
    const struct triemap_entry *other = (const struct triemap_entry *)present;
    if (present == 0 || other->hash == entry->hash) {
        __atomic_store_n(&entry->overflow, present, __ATOMIC_RELAXED);
        return (uintptr_t)entry;
    }
    struct triemap_node *parent = place->node;
    uintptr_t *link = &top;
    for (unsigned level = place->level + 1;; level++) {
        struct triemap_node *node = node_new(self, parent);
        if (node == NULL) {
            free_arranged(self, top, place->level, entry->hash);
            return 0;
        }
        __atomic_store_n(link, (uintptr_t)node | TRIEMAP_NODE, __ATOMIC_RELAXED);
        unsigned mine = triemap_index(entry->hash, level), its = triemap_index(other->hash, level);
        link = &node->children[mine];
        parent = node;
        if (mine == its)
            continue;
        __atomic_store_n(link, (uintptr_t)entry, __ATOMIC_RELAXED);
        __atomic_store_n(&node->children[its], present, __ATOMIC_RELAXED);
        return top;
    }
}

static void add_arranged(struct triemap *self, const struct place *place, uintptr_t arranged) {
    publish(place->child, arranged);
    __atomic_fetch_add(&self->count, 1, __ATOMIC_RELAXED);
}

/* Puts a new entry in the place of the present one. */
static void replace(struct triemap *self, const struct place *place, struct triemap_entry *entry) {
    __atomic_store_n(&entry->overflow, triemap_child(&place->entry->overflow), __ATOMIC_RELAXED);
    publish(place->link, (uintptr_t)entry);
    mapsan_reclaimer_retire(&self->reclaimer, place->entry);
}

static bool is_empty(const struct triemap_node *node) {
    for (unsigned i = 0; i < TRIEMAP_FANOUT; i++)
        if (triemap_child(&node->children[i]) != 0)
            return false;
    return true;
}

/* Takes the present entry out, and nodes that are empty then. Unlocks. */
static void unlink_and_unlock(struct triemap *self, struct place *place) {
    struct triemap_node *node = place->node;
    publish(place->link, triemap_child(&place->entry->overflow));
    __atomic_fetch_sub(&self->count, 1, __ATOMIC_RELAXED);
    mapsan_reclaimer_retire(&self->reclaimer, place->entry);
    while (node->parent != NULL && is_empty(node)) {
        struct triemap_node *parent = node->parent;
        uintptr_t *child = &parent->children[triemap_index(place->hash, --place->level)];
        pthread_mutex_lock(&parent->lock);
        bool linked = triemap_child(child) == ((uintptr_t)node | TRIEMAP_NODE);
        if (linked) {
            node->dead = true;
            publish(child, 0);
        }
        pthread_mutex_unlock(&node->lock);
        /* If it is not linked any more, clear has it in hand, and retires it. */
        if (linked)
            mapsan_reclaimer_retire(&self->reclaimer, node);
        node = parent;
    }
    pthread_mutex_unlock(&node->lock);
}

/* ---- operations ------------------------------------------------------------------------------ */

/* Gives the key the entry's value, whether it is there or not. */
static int store(struct triemap *self, const struct place *place, struct triemap_entry *entry) {
    if (place->entry != NULL) {
        replace(self, place, entry);
        return MAPSAN_MAP_NO;
    }
    uintptr_t arranged = arrange(self, place, entry);
    if (arranged == 0)
        return MAPSAN_MAP_NO_MEMORY;
    add_arranged(self, place, arranged);
    return MAPSAN_MAP_YES;
}

static struct triemap_entry *entry_with(struct triemap *self, uint64_t hash, const void *key,
                                        const void *value) {
    struct triemap_entry *entry = entry_new(self, hash, key);
    if (entry != NULL)
        mapsan_map_copy(triemap_value_of(self->type, entry), value, self->type->value_size);
    return entry;
}

/* An entry keeps the key that was put first, though it is replaced. */
static void keep_key(struct triemap *self, const struct place *place, struct triemap_entry *entry) {
    if (place->entry != NULL)
        memcpy(triemap_key_of(self->type, entry), triemap_key_of(self->type, place->entry),
               self->type->key_size);
}

int triemap_write_put(struct triemap *self, const void *key, const void *value) {
    struct place place = {.hash = hash_of(self, key)};
    struct triemap_entry *entry = entry_with(self, place.hash, key, value);
    if (entry == NULL)
        return MAPSAN_MAP_NO_MEMORY;
    lock_place(self, key, &place);
    keep_key(self, &place, entry);
    int result = store(self, &place, entry);
    unlock_place(&place);
    if (result == MAPSAN_MAP_NO_MEMORY)
        mapsan_reclaimer_release(&self->reclaimer, entry);
    return result;
}

int triemap_write_get_or_put(struct triemap *self, const void *key, void *value) {
    struct place place = {.hash = hash_of(self, key)};
    struct triemap_entry *entry = entry_with(self, place.hash, key, value);
    int result = MAPSAN_MAP_NO;
    if (entry == NULL)
        return MAPSAN_MAP_NO_MEMORY;
    lock_place(self, key, &place);
    if (place.entry != NULL)
        mapsan_map_copy(value, triemap_value_of(self->type, place.entry), self->type->value_size);
    else
        result = store(self, &place, entry);
    unlock_place(&place);
    if (result != MAPSAN_MAP_YES)
        mapsan_reclaimer_release(&self->reclaimer, entry);
    return result;
}

int triemap_write_take(struct triemap *self, const void *key, void *old_key, void *output) {
    const struct mapsan_map_type *type = self->type;
    struct place place = {.hash = hash_of(self, key)};
    lock_place(self, key, &place);
    if (place.entry == NULL) {
        unlock_place(&place);
        return MAPSAN_MAP_NO;
    }
    if (old_key != NULL)
        memcpy(old_key, triemap_key_of(type, place.entry), type->key_size);
    if (output != NULL)
        mapsan_map_copy(output, triemap_value_of(type, place.entry), type->value_size);
    unlink_and_unlock(self, &place);
    return MAPSAN_MAP_YES;
}

/* The new entry is arranged for before the decision, and published after it. */
int triemap_write_update(struct triemap *self, const void *key, mapsan_map_update decide,
                         void *context) {
    const struct mapsan_map_type *type = self->type;
    struct place place = {.hash = hash_of(self, key)};
    struct triemap_entry *entry = entry_new(self, place.hash, key);
    if (entry == NULL)
        return MAPSAN_MAP_NO_MEMORY;
    lock_place(self, key, &place);
    bool present = place.entry != NULL;
    uintptr_t arranged = present ? 0 : arrange(self, &place, entry);
    if (!present && arranged == 0) {
        unlock_place(&place);
        mapsan_reclaimer_release(&self->reclaimer, entry);
        return MAPSAN_MAP_NO_MEMORY;
    }
    keep_key(self, &place, entry);
    if (present)
        mapsan_map_copy(triemap_value_of(type, entry), triemap_value_of(type, place.entry),
                        type->value_size);
    enum mapsan_map_decision decision =
        decide(context, key, triemap_value_of(type, entry), present);
    if (decision == MAPSAN_UPDATE_STORE && present)
        replace(self, &place, entry);
    else if (decision == MAPSAN_UPDATE_STORE)
        add_arranged(self, &place, arranged);
    bool removes = decision == MAPSAN_UPDATE_REMOVE && present;
    if (removes)
        unlink_and_unlock(self, &place);
    else
        unlock_place(&place);
    if (decision != MAPSAN_UPDATE_STORE) {
        free_arranged(self, arranged, place.level, place.hash);
        mapsan_reclaimer_release(&self->reclaimer, entry);
    }
    return decision == MAPSAN_UPDATE_STORE || removes;
}

int triemap_write_compare_and_swap(struct triemap *self, const void *key, const void *expected,
                                   const void *desired) {
    const struct mapsan_map_type *type = self->type;
    struct place place = {.hash = hash_of(self, key)};
    int result = MAPSAN_MAP_NO;
    lock_place(self, key, &place);
    if (place.entry != NULL && (type->value_size == 0 || memcmp(triemap_value_of(type, place.entry),
                                                                expected, type->value_size) == 0)) {
        struct triemap_entry *entry =
            entry_with(self, place.hash, triemap_key_of(type, place.entry), desired);
        result = entry != NULL ? MAPSAN_MAP_YES : MAPSAN_MAP_NO_MEMORY;
        if (entry != NULL)
            replace(self, &place, entry);
    }
    unlock_place(&place);
    return result;
}

/* Each child is looked at once, so an entry that moves down or is replaced meanwhile comes once. */
bool triemap_visit(const struct mapsan_map_type *type, const struct triemap_node *node,
                   mapsan_map_visit visit, void *context) {
    for (unsigned i = 0; i < TRIEMAP_FANOUT; i++) {
        uintptr_t child = triemap_child(&node->children[i]);
        if ((child & TRIEMAP_NODE) != 0) {
            if (!triemap_visit(type, triemap_node_of(child), visit, context))
                return false;
            continue;
        }
        while (child != 0) {
            const struct triemap_entry *entry = (const struct triemap_entry *)child;
            if (!visit(context, triemap_key_of(type, entry), triemap_value_of(type, entry)))
                return false;
            child = triemap_child(&entry->overflow);
        }
    }
    return true;
}

/* ---- clearing, making, freeing --------------------------------------------------------------- */

/* From the top: a node is emptied and, unless it is the root, dead before its children are. Who has
 * found one of them by then still puts into it, and is cleared away after that. */
static void clear_node(struct triemap *self, struct triemap_node *node) {
    uintptr_t children[TRIEMAP_FANOUT];
    pthread_mutex_lock(&node->lock);
    node->dead = node->parent != NULL;
    for (unsigned i = 0; i < TRIEMAP_FANOUT; i++) {
        children[i] = triemap_child(&node->children[i]);
        publish(&node->children[i], 0);
    }
    pthread_mutex_unlock(&node->lock);
    for (unsigned i = 0; i < TRIEMAP_FANOUT; i++) {
        uintptr_t child = children[i];
        if ((child & TRIEMAP_NODE) != 0) {
            clear_node(self, triemap_node_of(child));
            mapsan_reclaimer_retire(&self->reclaimer, triemap_node_of(child));
            continue;
        }
        while (child != 0) {
            struct triemap_entry *entry = (struct triemap_entry *)child;
            child = triemap_child(&entry->overflow);
            __atomic_fetch_sub(&self->count, 1, __ATOMIC_RELAXED);
            mapsan_reclaimer_retire(&self->reclaimer, entry);
        }
    }
}

void triemap_clear_all(struct triemap *self) {
    mapsan_epoch_enter();
    clear_node(self, &self->root);
    mapsan_epoch_leave();
    mapsan_reclaimer_flush(&self->reclaimer);
}

struct triemap *triemap_new(const struct mapsan_map_type *type,
                            const struct mapsan_map_options *options) {
    const struct mapsan_map_allocator *allocator = mapsan_map_allocator_of(options);
    if (options != NULL && options->capacity > PTRDIFF_MAX / 4 / type->entry_size)
        return NULL;
    struct triemap *self =
        allocator->allocate(allocator->context, sizeof *self, _Alignof(struct triemap));
    if (self == NULL)
        return NULL;
    self->random = options != NULL && options->seed != 0 ? options->seed : mapsan_map_new_seed();
    self->seed = mapsan_random_next(&self->random);
    self->type = type;
    mapsan_mutex_init(&self->root.lock);
    mapsan_reclaimer_init(&self->reclaimer, allocator, type->entry_align);
    MAPSAN_INIT(self, &self->tag, "triemap");
    return self;
}

void triemap_release(struct triemap *self) {
    struct mapsan_map_allocator allocator = self->reclaimer.allocator;
    mapsan_reclaimer_destroy(&self->reclaimer);
    pthread_mutex_destroy(&self->root.lock);
    allocator.release(allocator.context, self, sizeof *self, _Alignof(struct triemap));
}

void triemap_free(struct triemap *self) { triemap_core_free(self); }

#define triemap_TYPE(self) ((self)->type)
TRIEMAP_OPERATIONS(MAPSAN_MAP_GENERIC, triemap)
