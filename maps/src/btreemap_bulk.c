/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What btreemap does to many entries at once: loading, from the bottom up, and taking out a range,
 * on a tree that shares with the old one what stays, so that it can be left off without a trace.
 */
#include "btreemap_internal.h"

/* What is left to load. */
struct source {
    const char *keys;
    const char *values;
};

static void load_entry(struct btreemap *self, struct btreemap_node *node, uint32_t index,
                       struct source *source) {
    const struct mapsan_map_type *type = self->type;
    char *entry = entry_at(self, node, index);
    memcpy(entry, source->keys, type->key_size);
    mapsan_map_copy(entry + type->value_offset, source->values, type->value_size);
    source->keys += type->key_size;
    if (type->value_size != 0)
        source->values += type->value_size;
}

/* A tree with `count` entries; below each child there is room for `room` - 1 in children of a
 * leaf's size upwards: 1 below a leaf. Entries are spread evenly, which leaves no node less than
 * half full. NULL: no memory. */
static struct btreemap_node *build(struct btreemap *self, struct source *source, uint64_t count,
                                   uint64_t room) {
    struct btreemap_node *node = btreemap_node_new(self, room == 1);
    if (node == NULL)
        return NULL;
    uint64_t parts = room == 1 ? count + 1 : (count + room) / room, below = count - (parts - 1);
    for (uint64_t part = 0; part < parts; part++) {
        if (!node->leaf) {
            uint64_t size = below / parts + (part < below % parts);
            struct btreemap_node *child =
                build(self, source, size, room / (2 * (uint64_t)self->degree));
            if (child == NULL) {
                for (uint64_t built = 0; built < part; built++)
                    btreemap_drop(self, children(self, node)[built]);
                btreemap_node_free(self, node);
                return NULL;
            }
            children(self, node)[part] = child;
        }
        if (part + 1 < parts)
            load_entry(self, node, (uint32_t)part, source);
    }
    node->count = (uint32_t)(parts - 1);
    return node;
}

static bool ascending(const struct btreemap *self, const char *keys, uint64_t count) {
    for (uint64_t i = 1; i < count; i++, keys += self->type->key_size)
        if (self->type->compare(self->type, keys, keys + self->type->key_size) >= 0)
            return false;
    return true;
}

int btreemap_load(struct btreemap *self, const void *keys, const void *values, uint64_t count) {
    struct source source = {keys, values};
    int result = MAPSAN_MAP_NO;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "btreemap");
    if (self->root == NULL && ascending(self, keys, count)) {
        uint64_t room = 1;
        /* A node of room r has up to r * 2t - 1 entries with what is below it. */
        while (room <= count / (2 * (uint64_t)self->degree))
            room *= 2 * (uint64_t)self->degree;
        self->root = count > 0 ? build(self, &source, count, room) : NULL;
        result = self->root != NULL || count == 0 ? MAPSAN_MAP_YES : MAPSAN_MAP_NO_MEMORY;
        if (result == MAPSAN_MAP_YES)
            self->count = count;
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

/* The first entry from `from` on. */
static const void *first_entry(struct btreemap *self, const void *from) {
    struct btreemap_node *node = self->root;
    if (from != NULL)
        return btreemap_core_nearest(self->type, self, from, BTREEMAP_AT_LEAST);
    while (node != NULL && !node->leaf)
        node = children(self, node)[0];
    return node != NULL ? entry_at(self, node, 0) : NULL;
}

static bool erase_range(struct btreemap *self, const void *from, const void *to, void *key) {
    const struct mapsan_map_type *type = self->type;
    for (;;) {
        const void *entry = first_entry(self, from);
        if (entry == NULL || (to != NULL && type->compare(type, entry, to) >= 0))
            return true;
        memcpy(key, entry, type->key_size);
        if (!btreemap_erase(self, key))
            return false;
    }
}

int btreemap_remove_range(struct btreemap *self, const void *from, const void *to) {
    const struct mapsan_map_type *type = self->type;
    void *key =
        self->allocator.allocate(self->allocator.context, type->key_size, type->entry_align);
    int result = MAPSAN_MAP_NO_MEMORY;
    if (key == NULL)
        return result;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "btreemap");
    struct btreemap_node *old = self->root;
    uint64_t count = self->count;
    if (old != NULL)
        btreemap_share(old);
    if (erase_range(self, from, to, key)) {
        result = self->count != count;
    } else {
        /* Back to what was; the rest is only this tree's. */
        struct btreemap_node *left = self->root;
        self->root = old;
        self->count = count;
        old = left;
    }
    if (old != NULL)
        btreemap_drop(self, old);
    MAPSAN_WRITE_END(&self->tag);
    self->allocator.release(self->allocator.context, key, type->key_size, type->entry_align);
    return result;
}
