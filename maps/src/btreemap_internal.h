/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Shared by btreemap.c and btreemap_bulk.c: a node's parts, and how nodes come and go. */
#ifndef MAPSAN_MAPS_BTREEMAP_INTERNAL_H
#define MAPSAN_MAPS_BTREEMAP_INTERNAL_H

#include <mapsan/maps/btreemap.h>

/* Of this tree alone; NULL: no memory. */
struct btreemap_node *btreemap_node_new(struct btreemap *self, bool leaf);
/* One that no other tree has; not its children. */
void btreemap_node_free(struct btreemap *self, struct btreemap_node *node);
/* One more tree has the node, or one less; then the last one's children go with it. */
void btreemap_share(struct btreemap_node *node);
void btreemap_drop(struct btreemap *self, struct btreemap_node *node);

static inline void *entry_at(const struct btreemap *self, const struct btreemap_node *node,
                             uint32_t index) {
    return btreemap_entry_at(self->type, node, index);
}

static inline struct btreemap_node **children(const struct btreemap *self,
                                              const struct btreemap_node *node) {
    return btreemap_children(self->type, self, node);
}

static inline uint32_t entries_max(const struct btreemap *self) { return 2 * self->degree - 1; }

#endif
