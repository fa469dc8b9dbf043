/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Bags of unlinked memory; design and bound stand in limbo.h. */
#include "mutex.h"

#include <mapsan/maps/limbo.h>

/* Appends. */
static void move(struct mapsan_limbo_link **to, struct mapsan_limbo_link **from) {
    struct mapsan_limbo_link **end = to;
    while (*end != NULL)
        end = &(*end)->next;
    *end = *from;
    *from = NULL;
}

struct mapsan_limbo_link *mapsan_limbo_collect(struct mapsan_limbo *self) {
    uint64_t now = mapsan_epoch_now();
    struct mapsan_limbo_link *freed = NULL;
    for (unsigned i = 0; i < 3; i++)
        if (self->bags[i].list != NULL && self->bags[i].epoch + 2 <= now)
            move(&freed, &self->bags[i].list);
    return freed;
}

struct mapsan_limbo_link *mapsan_limbo_drain(struct mapsan_limbo *self) {
    struct mapsan_limbo_link *freed = NULL;
    for (unsigned i = 0; i < 3; i++)
        move(&freed, &self->bags[i].list);
    return freed;
}

struct mapsan_limbo_link *mapsan_limbo_retire(struct mapsan_limbo *self,
                                              struct mapsan_limbo_link *block) {
    uint64_t now = mapsan_epoch_now();
    struct mapsan_limbo_link *freed = NULL;
    unsigned bag = (unsigned)(now % 3);
    if (self->bags[bag].epoch != now) {
        /* Once per epoch: this bag is three behind or more, the next one two. */
        freed = mapsan_limbo_collect(self);
        self->bags[bag].epoch = now;
    }
    block->next = self->bags[bag].list;
    self->bags[bag].list = block;
    if (++self->since_advance >= MAPSAN_LIMBO_BATCH) {
        self->since_advance = 0;
        (void)mapsan_epoch_advance();
    }
    return freed;
}

void mapsan_reclaimer_init(struct mapsan_reclaimer *self,
                           const struct mapsan_map_allocator *allocator, size_t alignment) {
    mapsan_epoch_prepare();
    self->allocator = *allocator;
    self->alignment =
        alignment > _Alignof(struct mapsan_retired) ? alignment : _Alignof(struct mapsan_retired);
    for (unsigned i = 0; i < MAPSAN_LIMBO_STRIPES; i++)
        mapsan_mutex_init(&self->stripes[i].lock);
}

void *mapsan_reclaimer_allocate(struct mapsan_reclaimer *self, size_t size) {
    struct mapsan_retired *block =
        self->allocator.allocate(self->allocator.context, size, self->alignment);
    if (block != NULL)
        block->size = size;
    return block;
}

void mapsan_reclaimer_release(struct mapsan_reclaimer *self, void *block) {
    size_t size = ((struct mapsan_retired *)block)->size;
    self->allocator.release(self->allocator.context, block, size, self->alignment);
}

static void release_list(struct mapsan_reclaimer *self, struct mapsan_limbo_link *list) {
    while (list != NULL) {
        struct mapsan_limbo_link *next = list->next;
        mapsan_reclaimer_release(self, list);
        list = next;
    }
}

void mapsan_reclaimer_retire(struct mapsan_reclaimer *self, void *block) {
    struct mapsan_reclaimer_stripe *stripe =
        &self->stripes[mapsan_thread_index() % MAPSAN_LIMBO_STRIPES];
    pthread_mutex_lock(&stripe->lock);
    struct mapsan_limbo_link *freed = mapsan_limbo_retire(&stripe->limbo, block);
    pthread_mutex_unlock(&stripe->lock);
    release_list(self, freed);
}

void mapsan_reclaimer_flush(struct mapsan_reclaimer *self) {
    for (unsigned advances = 0; advances < 2; advances++)
        (void)mapsan_epoch_advance();
    for (unsigned i = 0; i < MAPSAN_LIMBO_STRIPES; i++) {
        pthread_mutex_lock(&self->stripes[i].lock);
        struct mapsan_limbo_link *freed = mapsan_limbo_collect(&self->stripes[i].limbo);
        pthread_mutex_unlock(&self->stripes[i].lock);
        release_list(self, freed);
    }
}

void mapsan_reclaimer_destroy(struct mapsan_reclaimer *self) {
    for (unsigned i = 0; i < MAPSAN_LIMBO_STRIPES; i++) {
        release_list(self, mapsan_limbo_drain(&self->stripes[i].limbo));
        pthread_mutex_destroy(&self->stripes[i].lock);
    }
}
