/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The hooks' fast path: one open operation in this thread, nobody else near. Whatever else comes up
 * (a new thread, an operation inside another, a map seen for the first time, a second thread, a
 * collision) is a tail call to operations.c, so that these stay leaf functions of a few
 * instructions.
 */
#include "operations.h"
#include "protocol.h"

#define HOOK __attribute__((visibility("default")))
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE void read_begin(struct mapsan_thread *self, struct mapsan_tag *tag, const void *map,
                              const struct mapsan_site *site, uintptr_t pc, uintptr_t frame) {
    mapsan_publish(&self->first, tag, site, pc, frame);
    const uint64_t word = mapsan_observe(tag);
    self->first.word = word;
    if (MAPSAN_UNLIKELY(mapsan_is_claim(word) || !mapsan_has_touched(tag, self)))
        mapsan_read_begin_slow(self, &self->first, map);
}

ALWAYS_INLINE void read_end(struct mapsan_thread *self, struct mapsan_tag *tag, uintptr_t frame) {
    if (MAPSAN_UNLIKELY(mapsan_recheck(tag) != self->first.word))
        mapsan_end_slow(self, &self->first, frame);
    else
        mapsan_retract(&self->first);
}

ALWAYS_INLINE void write_begin(struct mapsan_thread *self, struct mapsan_tag *tag, const void *map,
                               const struct mapsan_site *site, uintptr_t pc, uintptr_t frame) {
    mapsan_publish(&self->first, tag, site, pc, frame);
    const uint64_t previous = mapsan_place_claim(tag, mapsan_claim(self->claim_base, site));
    self->first.word = previous;
    if (MAPSAN_UNLIKELY(mapsan_is_claim(previous) || mapsan_is_shared(tag, self)))
        mapsan_write_begin_slow(self, &self->first, map);
}

ALWAYS_INLINE void write_end(struct mapsan_thread *self, struct mapsan_tag *tag, uintptr_t frame) {
    const uint64_t claim = mapsan_claim(self->claim_base, self->first.site);
    if (MAPSAN_UNLIKELY(mapsan_is_shared(tag, self) || !mapsan_claim_stands(tag, claim))) {
        mapsan_end_slow(self, &self->first, frame);
        return;
    }
    mapsan_place_stamp(tag, self->stamp = mapsan_next_stamp(self->stamp));
    mapsan_retract(&self->first);
}

/* The hooks differ in how they find the tag and in what they bracket, and in nothing else. */
#define TAG_BEGIN(name, kind)                                                                      \
    HOOK void __mapsan_tag_##name##_begin(struct mapsan_tag *tag, const void *map,                 \
                                          const struct mapsan_site *site) {                        \
        struct mapsan_thread *self = mapsan_self;                                                  \
        if (MAPSAN_UNLIKELY(self->first.tag != NULL))                                              \
            mapsan_tag_begin_nested(tag, map, site, MAPSAN_PC, MAPSAN_FRAME);                      \
        else                                                                                       \
            kind##_begin(self, tag, map, site, MAPSAN_PC, MAPSAN_FRAME);                           \
    }

#define TAG_END(name, kind)                                                                        \
    HOOK void __mapsan_tag_##name##_end(struct mapsan_tag *tag) {                                  \
        struct mapsan_thread *self = mapsan_self;                                                  \
        if (MAPSAN_UNLIKELY(self->first.tag != tag || self->nested))                               \
            mapsan_tag_end_nested(tag, MAPSAN_FRAME);                                              \
        else                                                                                       \
            kind##_end(self, tag, MAPSAN_FRAME);                                                   \
    }

#define MAP_BEGIN(name, kind)                                                                      \
    HOOK void __mapsan_map_##name##_begin(const void *map, const struct mapsan_site *site) {       \
        struct mapsan_thread *self = mapsan_self;                                                  \
        struct mapsan_tag *tag = *mapsan_cached(self, map);                                        \
        if (MAPSAN_UNLIKELY(self->first.tag || tag->map != map))                                   \
            mapsan_map_begin_nested(map, site, MAPSAN_PC, MAPSAN_FRAME);                           \
        else                                                                                       \
            kind##_begin(self, tag, map, site, MAPSAN_PC, MAPSAN_FRAME);                           \
    }

#define MAP_END(name, kind)                                                                        \
    HOOK void __mapsan_map_##name##_end(const void *map, const struct mapsan_site *site) {         \
        struct mapsan_thread *self = mapsan_self;                                                  \
        struct mapsan_tag *tag = self->first.tag;                                                  \
        if (MAPSAN_UNLIKELY(!tag || tag->map != map || self->nested))                              \
            mapsan_map_end_nested(map, site, MAPSAN_FRAME);                                        \
        else                                                                                       \
            kind##_end(self, tag, MAPSAN_FRAME);                                                   \
    }

#define HOOKS(name, kind)                                                                          \
    TAG_BEGIN(name, kind)                                                                          \
    TAG_END(name, kind)                                                                            \
    MAP_BEGIN(name, kind)                                                                          \
    MAP_END(name, kind)

HOOKS(read, read)
HOOKS(iterate, read)
HOOKS(write, write)

TAG_BEGIN(destroy, write)
MAP_BEGIN(destroy, write)

HOOK void __mapsan_tag_destroy_end(struct mapsan_tag *tag) {
    mapsan_tag_end_nested(tag, MAPSAN_FRAME);
}

HOOK void __mapsan_map_destroy_end(const void *map, const struct mapsan_site *site) {
    mapsan_map_end_nested(map, site, MAPSAN_FRAME);
    mapsan_map_forget(map);
}

HOOK void __mapsan_tag_init(struct mapsan_tag *tag, const void *map,
                            const struct mapsan_site *site) {
    mapsan_tag_made(tag, map, site, MAPSAN_PC);
}

HOOK void __mapsan_map_init(const void *map, const struct mapsan_site *site) {
    mapsan_map_made(map, site, MAPSAN_PC);
}
