/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* rwmap's memory and generic form; all else is in rwmap.h. A zeroed lock is a free one. */
#include "generic.h"

#include <mapsan/maps/rwmap.h>

struct rwmap *rwmap_new(const struct mapsan_map_type *type,
                        const struct mapsan_map_options *options) {
    const struct mapsan_map_allocator *allocator = mapsan_map_allocator_of(options);
    struct rwmap *self =
        allocator->allocate(allocator->context, sizeof *self, _Alignof(struct rwmap));
    if (self == NULL)
        return NULL;
    if (!hmap_init(&self->map, type, options)) {
        allocator->release(allocator->context, self, sizeof *self, _Alignof(struct rwmap));
        return NULL;
    }
    return self;
}

void rwmap_release(struct rwmap *self) {
    struct mapsan_map_allocator allocator = self->map.allocator;
    allocator.release(allocator.context, self, sizeof *self, _Alignof(struct rwmap));
}

void rwmap_free(struct rwmap *self) { rwmap_core_free(self); }

#define rwmap_TYPE(self) ((self)->map.type)
RWMAP_OPERATIONS(MAPSAN_MAP_GENERIC, rwmap)
