/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What changes btreemap's shape, its visits of many entries, and its generic form. Sources and
 * invariant stand in btreemap.h.
 */
#include "btreemap_internal.h"
#include "generic.h"

#define NODE_BYTES 512 /* that entries of a node take by default, about */

/* ---- nodes ----------------------------------------------------------------------------------- */

static size_t node_align(const struct btreemap *self) {
    return self->type->entry_align > sizeof(void *) ? self->type->entry_align : sizeof(void *);
}

static size_t node_size(const struct btreemap *self, bool leaf) {
    size_t size = btreemap_entries_offset(self->type) + entries_max(self) * self->type->entry_size;
    size = (size + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
    return leaf ? size : size + 2 * (size_t)self->degree * sizeof(void *);
}

struct btreemap_node *btreemap_node_new(struct btreemap *self, bool leaf) {
    struct btreemap_node *node =
        self->allocator.allocate(self->allocator.context, node_size(self, leaf), node_align(self));
    if (node != NULL)
        node->leaf = leaf;
    return node;
}

void btreemap_node_free(struct btreemap *self, struct btreemap_node *node) {
    self->allocator.release(self->allocator.context, node, node_size(self, node->leaf),
                            node_align(self));
}

static void move_entries(const struct btreemap *self, struct btreemap_node *to, uint32_t to_index,
                         const struct btreemap_node *from, uint32_t from_index, uint32_t count) {
    memmove(entry_at(self, to, to_index), entry_at(self, from, from_index),
            count * self->type->entry_size);
}

static void move_children(const struct btreemap *self, struct btreemap_node *to, uint32_t to_index,
                          const struct btreemap_node *from, uint32_t from_index, uint32_t count) {
    if (!from->leaf)
        memmove(children(self, to) + to_index, children(self, from) + from_index,
                count * sizeof(struct btreemap_node *));
}

/* One tree less has the node; the last one frees it. Recursion is as deep as the tree. */
void btreemap_drop(struct btreemap *self, struct btreemap_node *node) {
    if (__atomic_load_n(&node->shares, __ATOMIC_ACQUIRE) != 0 &&
        __atomic_fetch_sub(&node->shares, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    for (uint32_t i = 0; !node->leaf && i <= node->count; i++)
        btreemap_drop(self, children(self, node)[i]);
    btreemap_node_free(self, node);
}

void btreemap_share(struct btreemap_node *node) {
    __atomic_fetch_add(&node->shares, 1, __ATOMIC_RELAXED);
}

bool btreemap_copy_node(struct btreemap *self, struct btreemap_node **link) {
    struct btreemap_node *node = *link, *copy = btreemap_node_new(self, node->leaf);
    if (copy == NULL)
        return false;
    copy->count = node->count;
    move_entries(self, copy, 0, node, 0, node->count);
    move_children(self, copy, 0, node, 0, node->count + 1);
    for (uint32_t i = 0; !copy->leaf && i <= copy->count; i++)
        btreemap_share(children(self, copy)[i]);
    *link = copy;
    btreemap_drop(self, node);
    return true;
}

/* ---- putting --------------------------------------------------------------------------------- */

bool btreemap_split(struct btreemap *self, struct btreemap_node *node, uint32_t index) {
    struct btreemap_node *lower = children(self, node)[index];
    struct btreemap_node *upper = btreemap_node_new(self, lower->leaf);
    uint32_t degree = self->degree;
    if (upper == NULL)
        return false;
    move_entries(self, upper, 0, lower, degree, degree - 1);
    move_children(self, upper, 0, lower, degree, degree);
    move_entries(self, node, index + 1, node, index, node->count - index);
    move_children(self, node, index + 2, node, index + 1, node->count - index);
    move_entries(self, node, index, lower, degree - 1, 1);
    children(self, node)[index + 1] = upper;
    node->count++;
    upper->count = lower->count = degree - 1;
    return true;
}

bool btreemap_prepare_root(struct btreemap *self) {
    if (self->root != NULL && !btreemap_own(self, &self->root))
        return false;
    if (self->root != NULL && self->root->count < entries_max(self))
        return true;
    struct btreemap_node *root = btreemap_node_new(self, self->root == NULL);
    if (root == NULL)
        return false;
    if (self->root != NULL) {
        children(self, root)[0] = self->root;
        if (!btreemap_split(self, root, 0)) {
            btreemap_node_free(self, root);
            return false;
        }
    }
    self->root = root;
    return true;
}

void btreemap_open_gap(struct btreemap *self, const struct btreemap_place *place) {
    struct btreemap_node *node = place->node;
    move_entries(self, node, place->index + 1, node, place->index, node->count - place->index);
    node->count++;
}

static void close_gap(struct btreemap *self, struct btreemap_node *node, uint32_t index) {
    node->count--;
    move_entries(self, node, index, node, index + 1, node->count - index);
}

/* A root without entries or children is none. */
static void shrink_root(struct btreemap *self) {
    struct btreemap_node *root = self->root;
    if (root->count > 0)
        return;
    self->root = root->leaf ? NULL : children(self, root)[0];
    btreemap_node_free(self, root);
}

void btreemap_close_gap(struct btreemap *self, const struct btreemap_place *place) {
    close_gap(self, place->node, place->index);
    shrink_root(self);
}

/* ---- removing -------------------------------------------------------------------------------- */

/* Makes one node of children `index` and the next, with the entry between them. */
static struct btreemap_node *merge(struct btreemap *self, struct btreemap_node *node,
                                   uint32_t index) {
    struct btreemap_node *lower = children(self, node)[index];
    struct btreemap_node *upper = children(self, node)[index + 1];
    move_entries(self, lower, lower->count, node, index, 1);
    move_entries(self, lower, lower->count + 1, upper, 0, upper->count);
    move_children(self, lower, lower->count + 1, upper, 0, upper->count + 1);
    lower->count += upper->count + 1;
    move_children(self, node, index + 1, node, index + 2, node->count - index - 1);
    close_gap(self, node, index);
    btreemap_node_free(self, upper);
    return lower;
}

/* The lower neighbour's last entry goes up, the one between them comes down. */
static void borrow_from_lower(struct btreemap *self, struct btreemap_node *node, uint32_t index) {
    struct btreemap_node *lower = children(self, node)[index - 1];
    struct btreemap_node *child = children(self, node)[index];
    move_entries(self, child, 1, child, 0, child->count);
    move_children(self, child, 1, child, 0, child->count + 1);
    move_entries(self, child, 0, node, index - 1, 1);
    move_entries(self, node, index - 1, lower, lower->count - 1, 1);
    move_children(self, child, 0, lower, lower->count, 1);
    child->count++;
    lower->count--;
}

static void borrow_from_upper(struct btreemap *self, struct btreemap_node *node, uint32_t index) {
    struct btreemap_node *child = children(self, node)[index];
    struct btreemap_node *upper = children(self, node)[index + 1];
    move_entries(self, child, child->count, node, index, 1);
    move_entries(self, node, index, upper, 0, 1);
    move_children(self, child, child->count + 1, upper, 0, 1);
    move_children(self, upper, 0, upper, 1, upper->count);
    close_gap(self, upper, 0);
    child->count++;
}

/* The node that now holds what child `index` held, with an entry to spare; this tree's alone. NULL:
 * no memory. */
static struct btreemap_node *fill(struct btreemap *self, struct btreemap_node *node,
                                  uint32_t index) {
    struct btreemap_node **child = children(self, node) + index;
    if (!btreemap_own(self, child))
        return NULL;
    if (child[0]->count >= self->degree)
        return child[0];
    bool lower_spares = index > 0 && child[-1]->count >= self->degree;
    bool upper_spares = index < node->count && child[1]->count >= self->degree;
    bool use_lower = lower_spares || (!upper_spares && index == node->count);
    if (!btreemap_own(self, use_lower ? child - 1 : child + 1))
        return NULL;
    if (lower_spares)
        borrow_from_lower(self, node, index);
    else if (upper_spares)
        borrow_from_upper(self, node, index);
    else
        return merge(self, node, use_lower ? index - 1 : index);
    return child[0];
}

enum target { THE_KEY, THE_LEAST, THE_GREATEST };

/* Where to take an entry out of a leaf, and which entry of an inner node, if any, it replaces. */
struct removal {
    struct btreemap_node *leaf;
    uint32_t index;
    void *replaced;
};

/* An inner node's entry is replaced by its neighbour in a leaf below, which is taken out instead.
 * Nothing on the way there moves the entry to be replaced: the child entered first has one to
 * spare. All on the way keeps the entries. False: no memory. */
static bool descend_to_remove(struct btreemap *self, const void *key, struct removal *removal) {
    enum target target = THE_KEY;
    removal->replaced = NULL;
    if (!btreemap_own(self, &self->root))
        return false;
    for (struct btreemap_node *node = self->root; node != NULL;) {
        uint32_t index = target == THE_LEAST ? 0 : node->count - node->leaf;
        if (target == THE_KEY)
            index = btreemap_bound(self->type, node, key, false);
        removal->leaf = node;
        removal->index = index;
        if (node->leaf)
            return true;
        if (target != THE_KEY || !btreemap_is_at(self->type, node, index, key)) {
            node = fill(self, node, index);
            continue;
        }
        struct btreemap_node **child = children(self, node) + index;
        bool lower_spares = child[0]->count >= self->degree;
        if (!lower_spares && child[1]->count < self->degree) {
            bool owned = btreemap_own(self, &child[0]) && btreemap_own(self, &child[1]);
            node = owned ? merge(self, node, index) : NULL;
            continue;
        }
        removal->replaced = entry_at(self, node, index);
        target = lower_spares ? THE_GREATEST : THE_LEAST;
        child += target == THE_LEAST;
        node = btreemap_own(self, child) ? *child : NULL;
    }
    return false;
}

bool btreemap_prepare_erase(struct btreemap *self, const void *key) {
    struct removal removal;
    bool prepared = descend_to_remove(self, key, &removal);
    shrink_root(self);
    return prepared;
}

bool btreemap_erase(struct btreemap *self, const void *key) {
    struct removal removal;
    bool found = descend_to_remove(self, key, &removal);
    if (found) {
        if (removal.replaced != NULL)
            memcpy(removal.replaced, entry_at(self, removal.leaf, removal.index),
                   self->type->entry_size);
        close_gap(self, removal.leaf, removal.index);
        self->count--;
    }
    shrink_root(self);
    return found;
}

void btreemap_drop_all(struct btreemap *self) {
    if (self->root != NULL)
        btreemap_drop(self, self->root);
    self->root = NULL;
    self->count = 0;
}

/* ---- visiting -------------------------------------------------------------------------------- */

struct range {
    const void *from; /* NULL: no bound */
    const void *to;
    bool reverse;
    mapsan_map_visit visit;
    void *context;
};

/* Child i lies before entry i. Recursion is as deep as the tree. */
static bool visit_range(struct btreemap *self, struct btreemap_node *node,
                        const struct range *range) {
    const struct mapsan_map_type *type = self->type;
    uint32_t first = range->from != NULL ? btreemap_bound(type, node, range->from, false) : 0;
    uint32_t end = range->to != NULL ? btreemap_bound(type, node, range->to, false) : node->count;
    /* Empty if the bounds are the wrong way round. */
    for (uint32_t i = first; i <= end; i++) {
        uint32_t index = range->reverse ? end - (i - first) : i;
        bool has_entry = index < end;
        void *entry = has_entry ? entry_at(self, node, index) : NULL;
        const void *value = has_entry ? mapsan_map_value_of(type, entry) : NULL;
        if (range->reverse && has_entry && !range->visit(range->context, entry, value))
            return false;
        if (!node->leaf && !visit_range(self, children(self, node)[index], range))
            return false;
        if (!range->reverse && has_entry && !range->visit(range->context, entry, value))
            return false;
    }
    return true;
}

bool btreemap_visit_all(struct btreemap *self, mapsan_map_visit visit, void *context) {
    struct range all = {NULL, NULL, false, visit, context};
    return self->root == NULL || visit_range(self, self->root, &all);
}

bool btreemap_range(struct btreemap *self, const void *from, const void *to, bool reverse,
                    mapsan_map_visit visit, void *context) {
    struct range range = {from, to, reverse, visit, context};
    MAPSAN_ITERATE_BEGIN(self, &self->tag, "btreemap");
    bool complete = self->root == NULL || visit_range(self, self->root, &range);
    MAPSAN_ITERATE_END(&self->tag);
    return complete;
}

static const void *end_entry(struct btreemap *self, bool greatest) {
    struct btreemap_node *node = self->root;
    if (node == NULL)
        return NULL;
    while (!node->leaf)
        node = children(self, node)[greatest ? node->count : 0];
    return entry_at(self, node, greatest ? node->count - 1 : 0);
}

static bool copy_end(struct btreemap *self, bool greatest, void *found, void *value) {
    MAPSAN_READ_BEGIN(self, &self->tag, "btreemap");
    bool any = btreemap_copy_out(self->type, end_entry(self, greatest), found, value);
    MAPSAN_READ_END(&self->tag);
    return any;
}

bool btreemap_min(struct btreemap *self, void *found, void *value) {
    return copy_end(self, false, found, value);
}

bool btreemap_max(struct btreemap *self, void *found, void *value) {
    return copy_end(self, true, found, value);
}

bool btreemap_seek(struct btreemap *self, const void *key, enum btreemap_relation relation,
                   void *found, void *value) {
    return btreemap_core_seek(self->type, self, key, relation, found, value);
}

/* ---- making and freeing ---------------------------------------------------------------------- */

static bool is_possible(const struct mapsan_map_type *type, uint64_t capacity) {
    uint64_t bytes;
    return !__builtin_mul_overflow(capacity, type->entry_size, &bytes) && bytes <= PTRDIFF_MAX / 2;
}

struct btreemap *btreemap_new(const struct mapsan_map_type *type,
                              const struct mapsan_map_options *options) {
    const struct mapsan_map_allocator *allocator = mapsan_map_allocator_of(options);
    if (options != NULL && !is_possible(type, options->capacity))
        return NULL;
    struct btreemap *self =
        allocator->allocate(allocator->context, sizeof *self, _Alignof(struct btreemap));
    if (self == NULL)
        return NULL;
    size_t entries = NODE_BYTES / type->entry_size;
    self->degree = entries < 8 ? 4 : (uint32_t)(entries / 2);
    self->type = type;
    self->allocator = *allocator;
    MAPSAN_INIT(self, &self->tag, "btreemap");
    return self;
}

struct btreemap *btreemap_clone(struct btreemap *self) {
    struct btreemap *clone =
        self->allocator.allocate(self->allocator.context, sizeof *clone, _Alignof(struct btreemap));
    if (clone == NULL)
        return NULL;
    MAPSAN_READ_BEGIN(self, &self->tag, "btreemap");
    if (self->root != NULL)
        btreemap_share(self->root);
    __atomic_store_n(&self->cloned, true, __ATOMIC_RELAXED);
    clone->root = self->root;
    clone->count = self->count;
    clone->degree = self->degree;
    clone->cloned = true;
    clone->type = self->type;
    clone->allocator = self->allocator;
    MAPSAN_READ_END(&self->tag);
    MAPSAN_INIT(clone, &clone->tag, "btreemap");
    return clone;
}

bool btreemap_set_degree(struct btreemap *self, uint32_t degree) {
    MAPSAN_WRITE_BEGIN(self, &self->tag, "btreemap");
    bool allowed =
        self->root == NULL && degree >= BTREEMAP_DEGREE_MIN && degree <= BTREEMAP_DEGREE_MAX;
    if (allowed)
        self->degree = degree;
    MAPSAN_WRITE_END(&self->tag);
    return allowed;
}

void btreemap_release(struct btreemap *self) {
    struct mapsan_map_allocator allocator = self->allocator;
    allocator.release(allocator.context, self, sizeof *self, _Alignof(struct btreemap));
}

void btreemap_free(struct btreemap *self) { btreemap_core_free(self); }

#define btreemap_TYPE(self) ((self)->type)
BTREEMAP_OPERATIONS(MAPSAN_MAP_GENERIC, btreemap)
