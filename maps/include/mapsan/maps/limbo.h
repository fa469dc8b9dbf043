/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Limbo: where unlinked memory waits until no reader can be in it (epoch.h). A limbo is three bags,
 * one for each epoch whose readers may still be about; a bag is handed back whole when its epoch is
 * two behind. A struct mapsan_reclaimer is a few of them, each with a lock, for maps whose writers
 * have no lock in common; a map whose writers do keeps its limbo under that.
 *
 * Bound on garbage: a limbo asks for the next epoch each MAPSAN_LIMBO_BATCH blocks. If no section
 * lasts longer than it takes to unlink that many, it holds at most three such batches; a longer
 * section adds what is unlinked while it lasts. What a thread leaves behind when it exits is handed
 * back by whoever uses its limbo next, or with the map. Nothing here allocates, so nothing fails.
 */
#ifndef MAPSAN_MAPS_LIMBO_H
#define MAPSAN_MAPS_LIMBO_H

#include <mapsan/maps/epoch.h>
#include <mapsan/maps/vocabulary.h>

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MAPSAN_LIMBO_BATCH 64
#define MAPSAN_LIMBO_STRIPES 16

/* A place in a limbo; part of what waits there. Readers do not look at it. */
struct mapsan_limbo_link {
    struct mapsan_limbo_link *next;
};

struct mapsan_limbo {
    struct {
        struct mapsan_limbo_link *list;
        uint64_t epoch;
    } bags[3];
    uint64_t since_advance; /* blocks retired since the next epoch was asked for */
};

/* Takes an unlinked block; returns a list of earlier ones that are free now, to be disposed of. */
struct mapsan_limbo_link *mapsan_limbo_retire(struct mapsan_limbo *self,
                                              struct mapsan_limbo_link *block);
/* Those that are free now. */
struct mapsan_limbo_link *mapsan_limbo_collect(struct mapsan_limbo *self);
/* All; for who knows that there are no readers. */
struct mapsan_limbo_link *mapsan_limbo_drain(struct mapsan_limbo *self);

/* The head of every block of a reclaimer. */
struct mapsan_retired {
    struct mapsan_limbo_link link;
    size_t size; /* of the block, in bytes, as it was allocated */
};

/* All zero but `allocator` and `alignment`, with mapsan_reclaimer_init. */
struct mapsan_reclaimer {
    struct mapsan_map_allocator allocator;
    size_t alignment; /* of all blocks */
    struct mapsan_reclaimer_stripe {
        pthread_mutex_t lock;
        struct mapsan_limbo limbo;
    } __attribute__((aligned(MAPSAN_EPOCH_LINE))) stripes[MAPSAN_LIMBO_STRIPES];
};

void mapsan_reclaimer_init(struct mapsan_reclaimer *self,
                           const struct mapsan_map_allocator *allocator, size_t alignment);
/* Frees all that was retired; there are no readers. */
void mapsan_reclaimer_destroy(struct mapsan_reclaimer *self);

/* A zeroed block that starts with a struct mapsan_retired, or NULL. */
void *mapsan_reclaimer_allocate(struct mapsan_reclaimer *self, size_t size);
/* Frees a block that no other thread has ever seen. */
void mapsan_reclaimer_release(struct mapsan_reclaimer *self, void *block);
/* Frees an unlinked block when nobody can be in it. */
void mapsan_reclaimer_retire(struct mapsan_reclaimer *self, void *block);
/* Frees what can be freed now; with no section running, that is all. */
void mapsan_reclaimer_flush(struct mapsan_reclaimer *self);

#ifdef __cplusplus
}
#endif
#endif
