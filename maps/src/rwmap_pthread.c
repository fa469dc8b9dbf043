/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* rwmap_pthread's memory and generic form; all else is in rwmap_pthread.h. */
#include "generic.h"

#include <mapsan/maps/rwmap_pthread.h>

struct rwmap_pthread *rwmap_pthread_new(const struct mapsan_map_type *type,
                                        const struct mapsan_map_options *options) {
    const struct mapsan_map_allocator *allocator = mapsan_map_allocator_of(options);
    struct rwmap_pthread *self =
        allocator->allocate(allocator->context, sizeof *self, _Alignof(struct rwmap_pthread));
    if (self == NULL)
        return NULL;
    if (pthread_rwlock_init(&self->lock, NULL) != 0) {
        allocator->release(allocator->context, self, sizeof *self, _Alignof(struct rwmap_pthread));
        return NULL;
    }
    if (!hmap_init(&self->map, type, options)) {
        pthread_rwlock_destroy(&self->lock);
        allocator->release(allocator->context, self, sizeof *self, _Alignof(struct rwmap_pthread));
        return NULL;
    }
    return self;
}

void rwmap_pthread_release(struct rwmap_pthread *self) {
    struct mapsan_map_allocator allocator = self->map.allocator;
    pthread_rwlock_destroy(&self->lock);
    allocator.release(allocator.context, self, sizeof *self, _Alignof(struct rwmap_pthread));
}

void rwmap_pthread_free(struct rwmap_pthread *self) { rwmap_pthread_core_free(self); }

#define rwmap_pthread_TYPE(self) ((self)->map.type)
RWMAP_PTHREAD_OPERATIONS(MAPSAN_MAP_GENERIC, rwmap_pthread)
