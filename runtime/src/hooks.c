/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The hooks' fast path: one open operation in this thread, nobody else near. Whatever else comes up
 * (a new thread, an operation inside another, a map seen for the first time, a second thread, a
 * collision) is a tail call to operations.c, so that these stay leaf functions of a few
 * instructions.
 */
#include "delay.h"
#include "iterators.h"
#include "operations.h"
#include "protocol.h"
#include "references.h"

#define HOOK __attribute__((visibility("default")))
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE void read_begin(struct mapsan_thread *self, struct mapsan_tag *tag,
                              const struct mapsan_site *site, uintptr_t frame) {
    mapsan_publish(&self->first, tag, site, frame);
    const uint64_t word = mapsan_observe(tag);
    self->first.word = word;
    if (MAPSAN_UNLIKELY(mapsan_is_claim(word)))
        mapsan_first_read_found();
}

/* False if the word changed, or operations are open inside this one, which changes first.word. */
ALWAYS_INLINE bool read_end(struct mapsan_thread *self, struct mapsan_tag *tag) {
    if (MAPSAN_UNLIKELY(mapsan_recheck(tag) != self->first.word))
        return false;
    mapsan_retract(&self->first);
    return true;
}

ALWAYS_INLINE void write_begin(struct mapsan_thread *self, struct mapsan_tag *tag,
                               const struct mapsan_site *site, uintptr_t frame) {
    mapsan_publish(&self->first, tag, site, frame);
    const uint64_t previous = mapsan_place_claim(tag, mapsan_claim(self->claim_base, site));
    if (MAPSAN_UNLIKELY((previous & MAPSAN_CLAIMED) | mapsan_company(tag, self)))
        mapsan_first_write_found(previous);
}

/* As long as no other thread has touched the map, none can have claimed it. */
ALWAYS_INLINE bool write_end(struct mapsan_thread *self, struct mapsan_tag *tag) {
    if (MAPSAN_UNLIKELY(self->nested | mapsan_company(tag, self)))
        return false;
    mapsan_place_stamp(tag, self->stamp = mapsan_next_stamp(self->stamp));
    mapsan_retract(&self->first);
    return true;
}

/* The hooks differ in how they find the tag and in what they bracket, and in nothing else. */
#define TAG_HOOKS(name, kind, notes_pc)                                                            \
    HOOK void __mapsan_tag_##name##_begin(struct mapsan_tag *tag, const void *map,                 \
                                          const struct mapsan_site *site) {                        \
        struct mapsan_thread *self = mapsan_self;                                                  \
        if (MAPSAN_UNLIKELY(self->first.tag || mapsan_untouched(tag, self))) {                     \
            mapsan_tag_begin_slow(tag, map, site, MAPSAN_PC, MAPSAN_FRAME);                        \
            return;                                                                                \
        }                                                                                          \
        if (notes_pc)                                                                              \
            self->first.pc = MAPSAN_PC;                                                            \
        kind##_begin(self, tag, site, MAPSAN_FRAME);                                               \
    }                                                                                              \
    HOOK void __mapsan_tag_##name##_end(struct mapsan_tag *tag) {                                  \
        struct mapsan_thread *self = mapsan_self;                                                  \
        if (self->first.tag != tag || !kind##_end(self, tag))                                      \
            mapsan_tag_end_slow(tag, MAPSAN_FRAME);                                                \
    }

/* A tag is in this thread's cache only if the thread has touched it. */
#define MAP_HOOKS(name, kind, notes_pc)                                                            \
    HOOK void __mapsan_map_##name##_begin(const void *map, const struct mapsan_site *site) {       \
        struct mapsan_thread *self = mapsan_self;                                                  \
        struct mapsan_tag *tag = *mapsan_cached(self, map);                                        \
        if (MAPSAN_UNLIKELY(self->first.tag || tag->map != map)) {                                 \
            mapsan_map_begin_slow(map, site, MAPSAN_PC, MAPSAN_FRAME);                             \
            return;                                                                                \
        }                                                                                          \
        if (notes_pc)                                                                              \
            self->first.pc = MAPSAN_PC;                                                            \
        kind##_begin(self, tag, site, MAPSAN_FRAME);                                               \
    }                                                                                              \
    HOOK void __mapsan_map_##name##_end(const void *map, const struct mapsan_site *site) {         \
        struct mapsan_thread *self = mapsan_self;                                                  \
        struct mapsan_tag *tag = self->first.tag;                                                  \
        if (!tag || tag->map != map || !kind##_end(self, tag))                                     \
            mapsan_map_end_slow(map, site, MAPSAN_FRAME);                                          \
    }

TAG_HOOKS(read, read, false)
MAP_HOOKS(read, read, false)
TAG_HOOKS(iterate, read, true)
MAP_HOOKS(iterate, read, true)
TAG_HOOKS(write, write, true)
MAP_HOOKS(write, write, true)
TAG_HOOKS(destroy, write, true)

HOOK void __mapsan_map_destroy_begin(const void *map, const struct mapsan_site *site) {
    if (site->flags & MAPSAN_SITE_UNREF)
        mapsan_map_unref_begin(map, site, MAPSAN_PC, MAPSAN_FRAME);
    else
        mapsan_map_begin_slow(map, site, MAPSAN_PC, MAPSAN_FRAME);
}

HOOK void __mapsan_map_destroy_end(const void *map, const struct mapsan_site *site) {
    if (site->flags & MAPSAN_SITE_UNREF) {
        mapsan_map_unref_end(map, site, MAPSAN_FRAME);
        return;
    }
    mapsan_map_end_slow(map, site, MAPSAN_FRAME);
    mapsan_map_forget(map);
}

HOOK void __mapsan_map_ref(const void *map) { mapsan_map_referenced(map); }

HOOK void __mapsan_tag_init(struct mapsan_tag *tag, const void *map,
                            const struct mapsan_site *site) {
    mapsan_tag_made(tag, map, site, MAPSAN_PC, MAPSAN_FRAME);
}

HOOK void __mapsan_map_init(const void *map, const struct mapsan_site *site) {
    mapsan_map_made(map, site, MAPSAN_PC, MAPSAN_FRAME);
}

/* With a plan, every operation takes the slow path. */
#define DATA_HOOKS(name)                                                                           \
    HOOK void __mapsan_data_##name##_begin(const void *data, const struct mapsan_site *site) {     \
        if (MAPSAN_UNLIKELY(mapsan_delaying))                                                      \
            mapsan_map_begin_slow(data, site, MAPSAN_PC, MAPSAN_FRAME);                            \
    }                                                                                              \
    HOOK void __mapsan_data_##name##_end(const void *data, const struct mapsan_site *site) {       \
        if (MAPSAN_UNLIKELY(mapsan_delaying))                                                      \
            mapsan_map_end_slow(data, site, MAPSAN_FRAME);                                         \
    }

DATA_HOOKS(read)
DATA_HOOKS(write)

HOOK void __mapsan_iterator_stands(const void *iterator, const void *map,
                                   const struct mapsan_site *site) {
    mapsan_iterator_stands(iterator, map, site);
}

HOOK void __mapsan_iterator_used(const void *iterator, const void *map,
                                 const struct mapsan_site *site) {
    mapsan_iterator_used(iterator, map, site, MAPSAN_PC, MAPSAN_FRAME);
}
