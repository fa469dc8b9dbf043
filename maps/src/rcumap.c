/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Writing rcumap: copies, publication, grace periods. Sources and invariant stand in rcumap.h. The
 * writer's tree begins at writer->root; nodes of the present version are its own, so it changes
 * their children in place and frees them at once. All memory that a change needs is found before
 * anything of the tree is replaced.
 */
#include "generic.h"
#include "mutex.h"

#include <mapsan/maps/hash.h>
#include <mapsan/maps/rcumap.h>

#include <time.h>
#include <urcu/urcu-bp.h>

#define LEVELS (64 / RCUMAP_BITS)
#define GARBAGE_BATCH ((uint64_t)256 << 10) /* bytes that wait for a grace period together */
#define GRACES 8                            /* of them at a time, then writers wait */

#ifdef __has_feature
#if __has_feature(thread_sanitizer)
void __tsan_acquire(void *address);
#define GRACE_PERIOD_ENDED(self) __tsan_acquire(&(self)->writer)
#endif
#endif
#ifndef GRACE_PERIOD_ENDED
#define GRACE_PERIOD_ENDED(self) ((void)0)
#endif

enum grace_state { GRACE_FREE, GRACE_WAITING, GRACE_OVER };

/* Garbage on its way through call_rcu. */
struct grace {
    struct rcu_head head;
    struct rcumap_node *garbage;
    uint32_t state; /* atomic: enum grace_state */
};

struct rcumap_writer {
    pthread_mutex_t mutex;
    struct rcumap_node *root MAPSAN_GUARDED_BY(mutex);
    uint64_t version MAPSAN_GUARDED_BY(mutex); /* of the nodes that are not published yet */
    uint64_t random MAPSAN_GUARDED_BY(mutex);  /* hashes of keys that do not equal themselves */
    struct rcumap_node *garbage MAPSAN_GUARDED_BY(mutex);
    uint64_t garbage_bytes MAPSAN_GUARDED_BY(mutex);
    struct grace graces[GRACES];
    uint64_t count; /* atomic: of what is published */
    uint64_t entries MAPSAN_GUARDED_BY(mutex);
};

/* ---- nodes ----------------------------------------------------------------------------------- */

static size_t node_align(const struct rcumap *self) {
    return self->type->entry_align > 16 ? self->type->entry_align : 16;
}

static struct rcumap_node *node_new(struct rcumap *self, size_t size, uint32_t count, bool leaf) {
    struct rcumap_node *node =
        self->allocator.allocate(self->allocator.context, size, node_align(self));
    if (node == NULL)
        return NULL;
    node->version = self->writer->version;
    node->size = size;
    node->count = count;
    node->is_leaf = leaf;
    return node;
}

static struct rcumap_node *leaf_new(struct rcumap *self, uint32_t count) {
    size_t entries = rcumap_entries_offset(self->type, count);
    return node_new(self, entries + (size_t)count * self->type->entry_size, count, true);
}

static struct rcumap_node *inner_new(struct rcumap *self) {
    return node_new(self, sizeof(struct rcumap_node) + RCUMAP_FANOUT * sizeof(void *), 0, false);
}

static void node_free(struct rcumap *self, struct rcumap_node *node) {
    self->allocator.release(self->allocator.context, node, node->size, node_align(self));
}

static void free_garbage(struct rcumap *self, struct rcumap_node *garbage) {
    while (garbage != NULL) {
        struct rcumap_node *next = garbage->next_garbage;
        node_free(self, garbage);
        garbage = next;
    }
}

/* A node that was replaced. `next_garbage` is the one field that readers never look at. */
static void discard(struct rcumap *self, struct rcumap_node *node) {
    struct rcumap_writer *writer = self->writer;
    if (node == NULL)
        return;
    if (node->version == writer->version) {
        node_free(self, node);
        return;
    }
    node->next_garbage = writer->garbage;
    writer->garbage = node;
    writer->garbage_bytes += node->size;
}

static void free_tree(struct rcumap *self, struct rcumap_node *node) {
    for (unsigned i = 0; node != NULL && !node->is_leaf && i < RCUMAP_FANOUT; i++)
        free_tree(self, rcumap_children(node)[i]);
    if (node != NULL)
        node_free(self, node);
}

static void discard_tree(struct rcumap *self, struct rcumap_node *node) {
    for (unsigned i = 0; node != NULL && !node->is_leaf && i < RCUMAP_FANOUT; i++)
        discard_tree(self, rcumap_children(node)[i]);
    discard(self, node);
}

/* ---- publication and grace periods ----------------------------------------------------------- */

static void grace_is_over(struct rcu_head *head) {
    struct grace *grace = caa_container_of(head, struct grace, head);
    __atomic_store_n(&grace->state, GRACE_OVER, __ATOMIC_RELEASE);
}

/* Frees what has waited; NULL if all graces are under way. */
static struct grace *free_grace(struct rcumap *self) {
    struct grace *available = NULL;
    for (unsigned i = 0; i < GRACES; i++) {
        struct grace *grace = &self->writer->graces[i];
        uint32_t state = __atomic_load_n(&grace->state, __ATOMIC_ACQUIRE);
        if (state == GRACE_OVER) {
            GRACE_PERIOD_ENDED(self);
            free_garbage(self, grace->garbage);
            __atomic_store_n(&grace->state, GRACE_FREE, __ATOMIC_RELAXED);
        }
        if (state != GRACE_WAITING)
            available = grace;
    }
    return available;
}

/* liburcu gathers callbacks for some milliseconds. */
static void wait_for_graces(struct rcumap *self) {
    static const struct timespec nap = {.tv_nsec = 1000000};
    for (unsigned i = 0; i < GRACES; i++)
        while (__atomic_load_n(&self->writer->graces[i].state, __ATOMIC_ACQUIRE) == GRACE_WAITING)
            nanosleep(&nap, NULL);
    (void)free_grace(self);
}

/* Waits for the readers, unless the thread is one: it would wait for itself. */
static void free_own_garbage(struct rcumap *self) {
    struct rcumap_writer *writer = self->writer;
    if (urcu_bp_read_ongoing())
        return;
    urcu_bp_synchronize_rcu();
    GRACE_PERIOD_ENDED(self);
    free_garbage(self, writer->garbage);
    writer->garbage = NULL;
    writer->garbage_bytes = 0;
}

static void hand_garbage_over(struct rcumap *self) {
    struct rcumap_writer *writer = self->writer;
    struct grace *grace = free_grace(self);
    if (grace == NULL) {
        free_own_garbage(self);
        return;
    }
    grace->garbage = writer->garbage;
    writer->garbage = NULL;
    writer->garbage_bytes = 0;
    __atomic_store_n(&grace->state, GRACE_WAITING, __ATOMIC_RELAXED);
    urcu_bp_call_rcu(&grace->head, grace_is_over);
}

static void publish(struct rcumap *self) {
    struct rcumap_writer *writer = self->writer;
    __atomic_store_n(&self->current, writer->root, __ATOMIC_RELEASE);
    __atomic_store_n(&writer->count, writer->entries, __ATOMIC_RELAXED);
    writer->version++;
    if (writer->garbage_bytes >= GARBAGE_BATCH)
        hand_garbage_over(self);
}

/* ---- changing the writer's tree -------------------------------------------------------------- */

/* The way to a key: inner nodes from the root, and what is below the last. */
struct path {
    uint64_t hash;
    unsigned depth;
    struct rcumap_node *nodes[LEVELS];
    struct rcumap_node *leaf; /* or NULL */
    uint32_t index;           /* of the key in the leaf; its count if it is absent */
};

static unsigned child_index(uint64_t hash, unsigned level) {
    return (unsigned)(hash >> (level * RCUMAP_BITS)) % RCUMAP_FANOUT;
}

/* Keys that do not equal themselves are never looked for: anywhere will do. */
static uint64_t hash_of(struct rcumap *self, const void *key) {
    const struct mapsan_map_type *type = self->type;
    if ((type->flags & MAPSAN_MAP_IRREFLEXIVE) != 0 && !type->equal(type, key, key))
        return mapsan_random_next(&self->writer->random);
    return type->hash(type, key, self->seed);
}

static bool find(struct rcumap *self, const void *key, struct path *path) {
    struct rcumap_node *node = self->writer->root;
    path->hash = hash_of(self, key);
    path->depth = 0;
    for (; node != NULL && !node->is_leaf; path->depth++) {
        path->nodes[path->depth] = node;
        node = rcumap_children(node)[child_index(path->hash, path->depth)];
    }
    path->leaf = node;
    path->index = node != NULL ? rcumap_index_of(self->type, node, path->hash, key) : 0;
    return node != NULL && path->index < node->count;
}

static void *found_entry(const struct rcumap *self, const struct path *path) {
    return rcumap_entry_at(self->type, path->leaf, path->index);
}

static void *found_value(const struct rcumap *self, const struct path *path) {
    return (char *)found_entry(self, path) + self->type->value_offset;
}

/* Puts `node` where the path's leaf was. False: no memory, and nothing has changed. */
static bool replace(struct rcumap *self, const struct path *path, struct rcumap_node *node) {
    struct rcumap_writer *writer = self->writer;
    struct rcumap_node *copies[LEVELS] = {NULL};
    unsigned top = path->depth;
    /* Inner nodes that are left without children go, those above are copied if they are not ours.
     */
    while (node == NULL && top > 0 && path->nodes[top - 1]->count == 1)
        top--;
    for (unsigned level = top; level-- > 0;) {
        if (path->nodes[level]->version == writer->version)
            break;
        if ((copies[level] = inner_new(self)) != NULL)
            continue;
        for (unsigned i = level + 1; i < top; i++)
            node_free(self, copies[i]);
        return false;
    }
    for (unsigned level = top; level < path->depth; level++)
        discard(self, path->nodes[level]);
    discard(self, path->leaf);
    for (unsigned level = top; level-- > 0;) {
        struct rcumap_node *old = path->nodes[level], *inner = copies[level];
        struct rcumap_node **children = rcumap_children(inner != NULL ? inner : old);
        if (inner != NULL) {
            memcpy(children, rcumap_children(old), RCUMAP_FANOUT * sizeof *children);
            inner->count = old->count;
        } else {
            inner = old;
        }
        struct rcumap_node **child = &children[child_index(path->hash, level)];
        /* Below the last level the child has been here before, and is only replaced. */
        inner->count += (uint32_t)(node != NULL) - (uint32_t)(*child != NULL);
        *child = node;
        node = inner;
        if (inner == old)
            return true;
        discard(self, old);
    }
    writer->root = node;
    return true;
}

/* Copies an entry with its tag into a leaf that is being made. */
static void fill_slot(struct rcumap *self, struct rcumap_node *leaf, uint32_t index, uint8_t tag,
                      const void *entry) {
    rcumap_tags(leaf)[index] = tag;
    memcpy(rcumap_entry_at(self->type, leaf, index), entry, self->type->entry_size);
}

/* A copy of the path's leaf with room for `added` entries behind and without `removed`. */
static struct rcumap_node *copy_leaf(struct rcumap *self, const struct path *path, uint32_t added,
                                     bool removed) {
    const struct rcumap_node *old = path->leaf;
    uint32_t count = old != NULL ? old->count : 0, next = 0;
    struct rcumap_node *leaf = leaf_new(self, count + added - removed);
    for (uint32_t i = 0; leaf != NULL && i < count; i++)
        if (!removed || i != path->index)
            fill_slot(self, leaf, next++, rcumap_tags(old)[i], rcumap_entry_at(self->type, old, i));
    return leaf;
}

/* An entry of the writer's own, which it may still change. */
struct spot {
    struct rcumap_node *leaf;
    uint32_t index;
};

/* Makes an inner node of a leaf that has become too big, and frees it; says where the entry at
 * `spot` has gone. NULL: no memory. */
static struct rcumap_node *split(struct rcumap *self, struct rcumap_node *leaf, unsigned level,
                                 struct spot *spot) {
    const struct mapsan_map_type *type = self->type;
    uint32_t counts[RCUMAP_FANOUT] = {0};
    if (leaf->count <= RCUMAP_LEAF_MAX || level >= LEVELS)
        return leaf;
    struct rcumap_node *inner = inner_new(self);
    uint8_t *place = self->allocator.allocate(self->allocator.context, leaf->count, 1);
    bool complete = inner != NULL && place != NULL;
    for (uint32_t i = 0; complete && i < leaf->count; i++) {
        place[i] = (uint8_t)child_index(hash_of(self, rcumap_entry_at(type, leaf, i)), level);
        counts[place[i]]++;
    }
    for (unsigned child = 0; complete && child < RCUMAP_FANOUT; child++) {
        if (counts[child] == 0)
            continue;
        struct rcumap_node *part = leaf_new(self, counts[child]);
        uint32_t next = 0;
        for (uint32_t i = 0; part != NULL && i < leaf->count; i++) {
            if (place[i] != child)
                continue;
            if (spot->leaf == leaf && spot->index == i)
                *spot = (struct spot){part, next};
            fill_slot(self, part, next++, rcumap_tags(leaf)[i], rcumap_entry_at(type, leaf, i));
        }
        if (part != NULL)
            part = split(self, part, level + 1, spot);
        rcumap_children(inner)[child] = part;
        inner->count += part != NULL;
        complete = part != NULL;
    }
    if (place != NULL)
        self->allocator.release(self->allocator.context, place, leaf->count, 1);
    node_free(self, leaf);
    if (!complete && inner != NULL)
        free_tree(self, inner);
    return complete ? inner : NULL;
}

/* A leaf in which the key has a place, at path->index, for its value to be set. NULL: no memory. */
static struct rcumap_node *leaf_with(struct rcumap *self, const struct path *path, bool present,
                                     const void *key) {
    struct rcumap_node *leaf = copy_leaf(self, path, !present, false);
    if (leaf != NULL && !present) {
        rcumap_tags(leaf)[path->index] = rcumap_tag(path->hash);
        memcpy(rcumap_entry_at(self->type, leaf, path->index), key, self->type->key_size);
    }
    return leaf;
}

static void *value_in(const struct rcumap *self, const struct rcumap_node *leaf, uint32_t index) {
    return (char *)rcumap_entry_at(self->type, leaf, index) + self->type->value_offset;
}

/* Makes the leaf part of the tree, or frees it: no memory. */
static bool install(struct rcumap *self, const struct path *path, bool present,
                    struct rcumap_node *leaf, struct spot *spot) {
    *spot = (struct spot){leaf, path->index};
    struct rcumap_node *node = split(self, leaf, path->depth, spot);
    if (node == NULL)
        return false;
    if (!replace(self, path, node)) {
        free_tree(self, node);
        return false;
    }
    self->writer->entries += !present;
    return true;
}

static bool store(struct rcumap *self, const struct path *path, bool present, const void *key,
                  const void *value) {
    struct rcumap_node *leaf = leaf_with(self, path, present, key);
    if (leaf == NULL)
        return false;
    mapsan_map_copy(value_in(self, leaf, path->index), value, self->type->value_size);
    struct spot spot;
    return install(self, path, present, leaf, &spot);
}

static bool erase(struct rcumap *self, const struct path *path) {
    struct rcumap_node *leaf = NULL;
    if (path->leaf->count > 1 && (leaf = copy_leaf(self, path, 0, true)) == NULL)
        return false;
    if (!replace(self, path, leaf)) {
        if (leaf != NULL)
            node_free(self, leaf);
        return false;
    }
    self->writer->entries--;
    return true;
}

/* ---- operations ------------------------------------------------------------------------------ */

static int put(struct rcumap *self, const void *key, const void *value) {
    struct path path;
    bool present = find(self, key, &path);
    return store(self, &path, present, key, value) ? !present : MAPSAN_MAP_NO_MEMORY;
}

static int take(struct rcumap *self, const void *key, void *old_key, void *output) {
    struct path path;
    if (!find(self, key, &path))
        return MAPSAN_MAP_NO;
    if (old_key != NULL)
        memcpy(old_key, found_entry(self, &path), self->type->key_size);
    if (output != NULL)
        mapsan_map_copy(output, found_value(self, &path), self->type->value_size);
    return erase(self, &path) ? MAPSAN_MAP_YES : MAPSAN_MAP_NO_MEMORY;
}

/* Takes an entry out of a leaf that nobody else has seen, in place: this cannot fail. The entries
 * begin a little earlier when there are fewer tags. */
static void shrink_own_leaf(struct rcumap *self, const struct spot *spot, const void *key) {
    struct rcumap_node *leaf = spot->leaf;
    uint32_t last = leaf->count - 1;
    char *entries = rcumap_entry_at(self->type, leaf, 0);
    rcumap_tags(leaf)[spot->index] = rcumap_tags(leaf)[last];
    memmove(entries + spot->index * self->type->entry_size, entries + last * self->type->entry_size,
            self->type->entry_size);
    leaf->count = last;
    memmove(rcumap_entry_at(self->type, leaf, 0), entries, last * self->type->entry_size);
    self->writer->entries--;
    struct path path;
    if (last == 0 && !find(self, key, &path) && path.leaf == leaf)
        (void)replace(self, &path, NULL); /* the path is our own: it needs no memory */
}

/* The entry is put into the writer's own tree first, so that nothing can fail after the decision;
 * nobody else sees it before it is published. */
static int update(struct rcumap *self, const void *key, mapsan_map_update decide, void *context) {
    struct path path;
    struct spot spot;
    bool present = find(self, key, &path);
    struct rcumap_node *leaf = leaf_with(self, &path, present, key);
    if (leaf == NULL)
        return MAPSAN_MAP_NO_MEMORY;
    if (!present)
        memset(value_in(self, leaf, path.index), 0, self->type->value_size);
    if (!install(self, &path, present, leaf, &spot))
        return MAPSAN_MAP_NO_MEMORY;
    enum mapsan_map_decision decision =
        decide(context, key, value_in(self, spot.leaf, spot.index), present);
    bool stored = decision == MAPSAN_UPDATE_STORE, removed = decision == MAPSAN_UPDATE_REMOVE;
    if (removed || (!present && !stored))
        shrink_own_leaf(self, &spot, key);
    return stored || (removed && present);
}

static int compare_and_swap(struct rcumap *self, const void *key, const void *expected,
                            const void *desired) {
    struct path path;
    size_t size = self->type->value_size;
    if (!find(self, key, &path) ||
        (size > 0 && memcmp(found_value(self, &path), expected, size) != 0))
        return MAPSAN_MAP_NO;
    return store(self, &path, true, key, desired) ? MAPSAN_MAP_YES : MAPSAN_MAP_NO_MEMORY;
}

int rcumap_write_put(struct rcumap *self, const void *key, const void *value) {
    pthread_mutex_lock(&self->writer->mutex);
    int result = put(self, key, value);
    publish(self);
    pthread_mutex_unlock(&self->writer->mutex);
    return result;
}

int rcumap_write_get_or_put(struct rcumap *self, const void *key, void *value) {
    struct path path;
    pthread_mutex_lock(&self->writer->mutex);
    bool present = find(self, key, &path);
    int result = MAPSAN_MAP_NO;
    if (present)
        mapsan_map_copy(value, found_value(self, &path), self->type->value_size);
    else
        result = store(self, &path, false, key, value) ? MAPSAN_MAP_YES : MAPSAN_MAP_NO_MEMORY;
    publish(self);
    pthread_mutex_unlock(&self->writer->mutex);
    return result;
}

int rcumap_write_take(struct rcumap *self, const void *key, void *old_key, void *output) {
    pthread_mutex_lock(&self->writer->mutex);
    int result = take(self, key, old_key, output);
    publish(self);
    pthread_mutex_unlock(&self->writer->mutex);
    return result;
}

int rcumap_write_update(struct rcumap *self, const void *key, mapsan_map_update decide,
                        void *context) {
    pthread_mutex_lock(&self->writer->mutex);
    int result = update(self, key, decide, context);
    publish(self);
    pthread_mutex_unlock(&self->writer->mutex);
    return result;
}

int rcumap_write_compare_and_swap(struct rcumap *self, const void *key, const void *expected,
                                  const void *desired) {
    pthread_mutex_lock(&self->writer->mutex);
    int result = compare_and_swap(self, key, expected, desired);
    publish(self);
    pthread_mutex_unlock(&self->writer->mutex);
    return result;
}

void rcumap_batch_begin(struct rcumap *self) { pthread_mutex_lock(&self->writer->mutex); }

int rcumap_batch_put(struct rcumap *self, const void *key, const void *value) {
    return put(self, key, value);
}

int rcumap_batch_remove(struct rcumap *self, const void *key) {
    return take(self, key, NULL, NULL);
}

void rcumap_batch_end(struct rcumap *self) {
    publish(self);
    pthread_mutex_unlock(&self->writer->mutex);
}

uint64_t rcumap_read_len(struct rcumap *self) {
    return __atomic_load_n(&self->writer->count, __ATOMIC_RELAXED);
}

/* Recursion is as deep as the tree: at most one level for every four bits of a hash. */
bool rcumap_visit(const struct mapsan_map_type *type, const struct rcumap_node *node,
                  mapsan_map_visit visit, void *context) {
    bool complete = true;
    if (node == NULL)
        return true;
    for (uint32_t i = 0; complete && node->is_leaf && i < node->count; i++) {
        const void *entry = rcumap_entry_at(type, node, i);
        complete = visit(context, entry, mapsan_map_value_of(type, entry));
    }
    for (unsigned i = 0; complete && !node->is_leaf && i < RCUMAP_FANOUT; i++)
        complete = rcumap_visit(type, rcumap_children(node)[i], visit, context);
    return complete;
}

/* ---- clearing, making, freeing --------------------------------------------------------------- */

void rcumap_clear_all(struct rcumap *self) {
    struct rcumap_writer *writer = self->writer;
    pthread_mutex_lock(&writer->mutex);
    struct rcumap_node *root = writer->root;
    writer->root = NULL;
    writer->entries = 0;
    publish(self);
    discard_tree(self, root);
    if (!urcu_bp_read_ongoing())
        wait_for_graces(self);
    free_own_garbage(self);
    pthread_mutex_unlock(&writer->mutex);
}

void rcumap_quiesce(void) { urcu_bp_synchronize_rcu(); }

struct rcumap *rcumap_new(const struct mapsan_map_type *type,
                          const struct mapsan_map_options *options) {
    const struct mapsan_map_allocator *allocator = mapsan_map_allocator_of(options);
    if (options != NULL && options->capacity > PTRDIFF_MAX / 2 / type->entry_size)
        return NULL;
    struct rcumap *self =
        allocator->allocate(allocator->context, sizeof *self, _Alignof(struct rcumap));
    if (self == NULL)
        return NULL;
    struct rcumap_writer *writer =
        allocator->allocate(allocator->context, sizeof *writer, _Alignof(struct rcumap_writer));
    if (writer == NULL) {
        allocator->release(allocator->context, self, sizeof *self, _Alignof(struct rcumap));
        return NULL;
    }
    mapsan_mutex_init(&writer->mutex);
    writer->version = 1;
    writer->random = options != NULL && options->seed != 0 ? options->seed : mapsan_map_new_seed();
    self->seed = mapsan_random_next(&writer->random);
    self->type = type;
    self->allocator = *allocator;
    self->writer = writer;
    MAPSAN_INIT(self, &self->tag, "rcumap");
    return self;
}

void rcumap_drop_all(struct rcumap *self) {
    wait_for_graces(self);
    GRACE_PERIOD_ENDED(self);
    free_garbage(self, self->writer->garbage);
    free_tree(self, self->writer->root);
}

void rcumap_release(struct rcumap *self) {
    struct mapsan_map_allocator allocator = self->allocator;
    pthread_mutex_destroy(&self->writer->mutex);
    allocator.release(allocator.context, self->writer, sizeof *self->writer,
                      _Alignof(struct rcumap_writer));
    allocator.release(allocator.context, self, sizeof *self, _Alignof(struct rcumap));
}

void rcumap_free(struct rcumap *self) { rcumap_core_free(self); }

#define rcumap_TYPE(self) ((self)->type)
RCUMAP_OPERATIONS(MAPSAN_MAP_GENERIC, rcumap)
