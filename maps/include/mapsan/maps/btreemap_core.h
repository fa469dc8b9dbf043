/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The operations of btreemap that must be fast, written once for the typed and the generic form:
 * with a constant `type` they are inlined and specialised (see define.h), btreemap.c calls them
 * with a variable one. What changes the tree's shape, and visits of many entries, are in
 * btreemap.c.
 */
#ifndef MAPSAN_MAPS_BTREEMAP_CORE_H
#define MAPSAN_MAPS_BTREEMAP_CORE_H

#include <mapsan/maps/btreemap.h>

#ifdef __cplusplus
extern "C" {
#endif

struct btreemap_node {
    uint32_t count;
    bool leaf;
    uint64_t
        shares; /* atomic: how many trees have it besides one; while not 0 it does not change */
    /* then room for 2t - 1 entries and, if it is not a leaf, 2t children */
};

/* Where a key is, or in which leaf it would go. */
struct btreemap_place {
    struct btreemap_node *node;
    uint32_t index;
    bool present;
};

/* A root with room for an entry. False: no memory. */
bool btreemap_prepare_root(struct btreemap *self);
/* Divides the full child `index` of a node that is not full. False: no memory, nothing changed. */
bool btreemap_split(struct btreemap *self, struct btreemap_node *node, uint32_t index);
/* Makes and closes the gap for an entry of a leaf; both keep the other entries. */
void btreemap_open_gap(struct btreemap *self, const struct btreemap_place *place);
void btreemap_close_gap(struct btreemap *self, const struct btreemap_place *place);
/* Makes `*link` a node of this tree alone, a copy if it is shared. False: no memory. */
bool btreemap_copy_node(struct btreemap *self, struct btreemap_node **link);
/* Takes out a key that is there. False: no memory, which takes a clone. */
bool btreemap_erase(struct btreemap *self, const void *key);
/* Finds what btreemap_erase of this key needs, so that it will succeed next. */
bool btreemap_prepare_erase(struct btreemap *self, const void *key);
bool btreemap_visit_all(struct btreemap *self, mapsan_map_visit visit, void *context);
void btreemap_drop_all(struct btreemap *self);
void btreemap_release(struct btreemap *self);

MAPSAN_MAP_INLINE size_t btreemap_entries_offset(const struct mapsan_map_type *type) {
    return type->entry_align > sizeof(struct btreemap_node) ? type->entry_align
                                                            : sizeof(struct btreemap_node);
}

MAPSAN_MAP_INLINE void *btreemap_entry_at(const struct mapsan_map_type *type,
                                          const struct btreemap_node *node, uint32_t index) {
    return (char *)(uintptr_t)node + btreemap_entries_offset(type) + index * type->entry_size;
}

MAPSAN_MAP_INLINE struct btreemap_node **btreemap_children(const struct mapsan_map_type *type,
                                                           const struct btreemap *self,
                                                           const struct btreemap_node *node) {
    size_t offset =
        btreemap_entries_offset(type) + (2 * (size_t)self->degree - 1) * type->entry_size;
    offset = (offset + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
    return (struct btreemap_node **)(void *)((char *)(uintptr_t)node + offset);
}

/* The first entry whose key is not below `key` (or, with `above`, is above it); node->count if
 * none. The halving has no branch that could be mispredicted. */
MAPSAN_MAP_INLINE uint32_t btreemap_bound(const struct mapsan_map_type *type,
                                          const struct btreemap_node *node, const void *key,
                                          bool above) {
    uint32_t first = 0, left = node->count;
    while (left > 0) {
        uint32_t half = left / 2;
        int order = type->compare(type, btreemap_entry_at(type, node, first + half), key);
        bool skip = order < (above ? 1 : 0);
        first = skip ? first + half + 1 : first;
        left = skip ? left - half - 1 : half;
    }
    return first;
}

MAPSAN_MAP_INLINE bool btreemap_is_at(const struct mapsan_map_type *type,
                                      const struct btreemap_node *node, uint32_t index,
                                      const void *key) {
    return index < node->count &&
           type->compare(type, btreemap_entry_at(type, node, index), key) == 0;
}

MAPSAN_MAP_INLINE bool btreemap_core_find(const struct mapsan_map_type *type,
                                          const struct btreemap *self, const void *key,
                                          struct btreemap_place *place) {
    struct btreemap_node *node = self->root;
    while (node != NULL) {
        uint32_t index = btreemap_bound(type, node, key, false);
        if (btreemap_is_at(type, node, index, key)) {
            place->node = node;
            place->index = index;
            return true;
        }
        node = node->leaf ? NULL : btreemap_children(type, self, node)[index];
    }
    return false;
}

/* Before a change. The acquire pairs with the other tree's release of the node: it reads no more.
 */
MAPSAN_MAP_INLINE bool btreemap_own(struct btreemap *self, struct btreemap_node **link) {
    return __builtin_expect(__atomic_load_n(&(*link)->shares, __ATOMIC_ACQUIRE) == 0, 1) ||
           btreemap_copy_node(self, link);
}

/* Finds the key, or a leaf with room for it; all nodes on the way are this tree's alone then.
 * False: no memory. */
MAPSAN_MAP_INLINE bool btreemap_core_place(const struct mapsan_map_type *type,
                                           struct btreemap *self, const void *key,
                                           struct btreemap_place *place) {
    if (!btreemap_prepare_root(self))
        return false;
    struct btreemap_node *node = self->root;
    for (;;) {
        uint32_t index = btreemap_bound(type, node, key, false);
        place->node = node;
        place->index = index;
        place->present = btreemap_is_at(type, node, index, key);
        if (place->present || node->leaf)
            return true;
        struct btreemap_node **child = &btreemap_children(type, self, node)[index];
        if (!btreemap_own(self, child))
            return false;
        if ((*child)->count < 2 * self->degree - 1) {
            node = *child;
        } else if (!btreemap_split(self, node, index)) {
            return false;
        } /* else the entry that came up decides where to go on */
    }
}

MAPSAN_MAP_INLINE void *btreemap_value_at(const struct mapsan_map_type *type,
                                          const struct btreemap_place *place) {
    return (char *)btreemap_entry_at(type, place->node, place->index) + type->value_offset;
}

/* Puts the key into the leaf that btreemap_core_place found. */
MAPSAN_MAP_INLINE void btreemap_core_occupy(const struct mapsan_map_type *type,
                                            struct btreemap *self,
                                            const struct btreemap_place *place, const void *key) {
    btreemap_open_gap(self, place);
    memcpy(btreemap_entry_at(type, place->node, place->index), key, type->key_size);
    self->count++;
}

MAPSAN_MAP_INLINE bool btreemap_core_get(const struct mapsan_map_type *type, struct btreemap *self,
                                         const void *key, void *output) {
    struct btreemap_place place;
    MAPSAN_READ_BEGIN(self, &self->tag, "btreemap");
    bool found = btreemap_core_find(type, self, key, &place);
    if (found && output != NULL)
        mapsan_map_copy(output, btreemap_value_at(type, &place), type->value_size);
    MAPSAN_READ_END(&self->tag);
    return found;
}

MAPSAN_MAP_INLINE int btreemap_core_put(const struct mapsan_map_type *type, struct btreemap *self,
                                        const void *key, const void *value) {
    struct btreemap_place place;
    int result = MAPSAN_MAP_NO_MEMORY;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "btreemap");
    if (btreemap_core_place(type, self, key, &place)) {
        if (!place.present)
            btreemap_core_occupy(type, self, &place, key);
        mapsan_map_copy(btreemap_value_at(type, &place), value, type->value_size);
        result = !place.present;
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int btreemap_core_get_or_put(const struct mapsan_map_type *type,
                                               struct btreemap *self, const void *key,
                                               void *value) {
    struct btreemap_place place;
    int result = MAPSAN_MAP_NO_MEMORY;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "btreemap");
    if (btreemap_core_place(type, self, key, &place)) {
        if (place.present) {
            mapsan_map_copy(value, btreemap_value_at(type, &place), type->value_size);
        } else {
            btreemap_core_occupy(type, self, &place, key);
            mapsan_map_copy(btreemap_value_at(type, &place), value, type->value_size);
        }
        result = !place.present;
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int btreemap_core_take(const struct mapsan_map_type *type, struct btreemap *self,
                                         const void *key, void *old_key, void *output) {
    struct btreemap_place place;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "btreemap");
    bool found = btreemap_core_find(type, self, key, &place);
    int result = found;
    if (found) {
        if (old_key != NULL)
            memcpy(old_key, btreemap_entry_at(type, place.node, place.index), type->key_size);
        if (output != NULL)
            mapsan_map_copy(output, btreemap_value_at(type, &place), type->value_size);
        if (!btreemap_erase(self, key))
            result = MAPSAN_MAP_NO_MEMORY;
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

/* What removing could need is found before the decision; without clones it needs nothing. */
MAPSAN_MAP_INLINE bool btreemap_core_place_update(const struct mapsan_map_type *type,
                                                  struct btreemap *self, const void *key,
                                                  struct btreemap_place *place) {
    if (!btreemap_core_place(type, self, key, place))
        return false;
    if (!place->present || !__atomic_load_n(&self->cloned, __ATOMIC_RELAXED))
        return true;
    return btreemap_prepare_erase(self, key) && btreemap_core_find(type, self, key, place);
}

/* An absent key's value is made in the gap where it would stay. */
MAPSAN_MAP_INLINE int btreemap_core_update(const struct mapsan_map_type *type,
                                           struct btreemap *self, const void *key,
                                           mapsan_map_update decide, void *context) {
    struct btreemap_place place;
    int result = MAPSAN_MAP_NO_MEMORY;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "btreemap");
    if (btreemap_core_place_update(type, self, key, &place)) {
        if (!place.present) {
            btreemap_core_occupy(type, self, &place, key);
            memset(btreemap_value_at(type, &place), 0, type->value_size);
        }
        enum mapsan_map_decision decision =
            decide(context, key, btreemap_value_at(type, &place), place.present);
        if (decision == MAPSAN_UPDATE_REMOVE && place.present) {
            (void)btreemap_erase(self, key);
        } else if (decision != MAPSAN_UPDATE_STORE && !place.present) {
            btreemap_close_gap(self, &place);
            self->count--;
        }
        result =
            decision == MAPSAN_UPDATE_STORE || (decision == MAPSAN_UPDATE_REMOVE && place.present);
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

MAPSAN_MAP_INLINE int btreemap_core_compare_and_swap(const struct mapsan_map_type *type,
                                                     struct btreemap *self, const void *key,
                                                     const void *expected, const void *desired) {
    struct btreemap_place place;
    int result = MAPSAN_MAP_NO;
    MAPSAN_WRITE_BEGIN(self, &self->tag, "btreemap");
    if (btreemap_core_find(type, self, key, &place) &&
        (type->value_size == 0 ||
         memcmp(btreemap_value_at(type, &place), expected, type->value_size) == 0)) {
        result = MAPSAN_MAP_YES;
        if (__atomic_load_n(&self->cloned, __ATOMIC_RELAXED) &&
            !btreemap_core_place(type, self, key, &place))
            result = MAPSAN_MAP_NO_MEMORY;
        else
            mapsan_map_copy(btreemap_value_at(type, &place), desired, type->value_size);
    }
    MAPSAN_WRITE_END(&self->tag);
    return result;
}

/* On the way down each node has the best entry so far beside the way: the deepest one is the
 * nearest. */
MAPSAN_MAP_INLINE const void *btreemap_core_nearest(const struct mapsan_map_type *type,
                                                    const struct btreemap *self, const void *key,
                                                    enum btreemap_relation relation) {
    bool upwards = relation == BTREEMAP_AT_LEAST || relation == BTREEMAP_ABOVE;
    bool above = relation == BTREEMAP_ABOVE || relation == BTREEMAP_AT_MOST;
    const void *nearest = NULL;
    struct btreemap_node *node = self->root;
    while (node != NULL) {
        uint32_t index = btreemap_bound(type, node, key, above);
        if (upwards && index < node->count)
            nearest = btreemap_entry_at(type, node, index);
        else if (!upwards && index > 0)
            nearest = btreemap_entry_at(type, node, index - 1);
        node = node->leaf ? NULL : btreemap_children(type, self, node)[index];
    }
    return nearest;
}

MAPSAN_MAP_INLINE bool btreemap_copy_out(const struct mapsan_map_type *type, const void *entry,
                                         void *found, void *value) {
    if (entry == NULL)
        return false;
    if (found != NULL)
        memcpy(found, entry, type->key_size);
    if (value != NULL)
        mapsan_map_copy(value, mapsan_map_value_of(type, entry), type->value_size);
    return true;
}

MAPSAN_MAP_INLINE bool btreemap_core_seek(const struct mapsan_map_type *type, struct btreemap *self,
                                          const void *key, enum btreemap_relation relation,
                                          void *found, void *value) {
    MAPSAN_READ_BEGIN(self, &self->tag, "btreemap");
    const void *entry = btreemap_core_nearest(type, self, key, relation);
    bool any = btreemap_copy_out(type, entry, found, value);
    MAPSAN_READ_END(&self->tag);
    return any;
}

MAPSAN_MAP_INLINE bool btreemap_core_each(const struct mapsan_map_type *type, struct btreemap *self,
                                          mapsan_map_visit visit, void *context) {
    (void)type;
    MAPSAN_ITERATE_BEGIN(self, &self->tag, "btreemap");
    bool complete = btreemap_visit_all(self, visit, context);
    MAPSAN_ITERATE_END(&self->tag);
    return complete;
}

MAPSAN_MAP_INLINE uint64_t btreemap_core_len(struct btreemap *self) {
    MAPSAN_READ_BEGIN(self, &self->tag, "btreemap");
    uint64_t count = self->count;
    MAPSAN_READ_END(&self->tag);
    return count;
}

MAPSAN_MAP_INLINE void btreemap_core_clear(struct btreemap *self) {
    MAPSAN_WRITE_BEGIN(self, &self->tag, "btreemap");
    btreemap_drop_all(self);
    MAPSAN_WRITE_END(&self->tag);
}

MAPSAN_MAP_INLINE void btreemap_core_free(struct btreemap *self) {
    if (self == NULL)
        return;
    MAPSAN_DESTROY_BEGIN(self, &self->tag, "btreemap");
    btreemap_drop_all(self);
    MAPSAN_DESTROY_END(&self->tag);
    btreemap_release(self);
}

#ifdef __cplusplus
}
#endif
#endif
