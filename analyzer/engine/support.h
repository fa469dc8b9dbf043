/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What C lacks and the engine needs everywhere: checked allocation, an arena, growing arrays, an
 * index from hashes to table positions, a string builder. */
#ifndef MAPSAN_SUPPORT_H
#define MAPSAN_SUPPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ends the process with one clear line; the only exit in the engine. */
_Noreturn void ms_out_of_memory(size_t size);
void *ms_allocate(size_t size);                 /* zeroed; never NULL */
void *ms_reallocate(void *memory, size_t size); /* never NULL */
char *ms_format(const char *format, ...) __attribute__((format(printf, 1, 2))); /* malloc'ed */

/* The name of a file made absolute, without "./", "//" and "name/.."; malloc'ed. Symbolic links
 * stay: the name is for people, and for telling files apart. */
char *ms_absolute_name(const char *directory, const char *file);
/* What is left of an absolute name as seen from the current directory. */
const char *ms_name_from_here(const char *absolute);

/* Makes room for one more element in a table of `count` elements. The capacity is the next power of
 * two and therefore not stored. Returns the (possibly moved) table; new elements are not zeroed. */
void *ms_grow(void *table, size_t count, size_t element_size);
#define MS_PUSH(table, count, ...)                                                                 \
    ((table) = ms_grow((table), (count), sizeof *(table)), (table)[(count)++] = (__VA_ARGS__))

/* Memory that is freed all at once. */
struct ms_arena {
    struct ms_arena_chunk *chunk;
    size_t used;
};
void *ms_arena_allocate(struct ms_arena *arena, size_t size); /* zeroed, aligned to 8 */
char *ms_arena_copy(struct ms_arena *arena, const char *text, size_t length);
char *ms_arena_format(struct ms_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ms_arena_free(struct ms_arena *arena);

/* An open-addressing multimap from hash to position; the owner compares the elements itself:
 *
 *     size_t cursor = ms_index_start(&index, hash);
 *     for (uint32_t at; (at = ms_index_next(&index, hash, &cursor)) != MS_INDEX_END;)
 *         if (equal(table[at], key)) return at;
 *     ms_index_add(&index, hash, new_position);
 */
struct ms_index {
    struct ms_index_slot *slots;
    uint32_t mask, count;
};
struct ms_index_slot {
    uint32_t hash; /* 0: free */
    uint32_t position;
};
#define MS_INDEX_END UINT32_MAX
void ms_index_add(struct ms_index *index, uint64_t hash, uint32_t position);
void ms_index_free(struct ms_index *index);

/* Slots are small, so that a probe is one line of cache; the owner compares anyway. */
static inline uint32_t ms_index_hash(uint64_t hash) {
    return (uint32_t)hash ? (uint32_t)hash : 1; /* ms_hash_mix has folded the halves */
}
static inline size_t ms_index_start(const struct ms_index *index, uint64_t hash) {
    return ms_index_hash(hash) & index->mask;
}
static inline uint32_t ms_index_next(const struct ms_index *index, uint64_t hash, size_t *cursor) {
    while (index->slots && index->slots[*cursor].hash) {
        const struct ms_index_slot *slot = &index->slots[*cursor];
        *cursor = (*cursor + 1) & index->mask;
        if (slot->hash == ms_index_hash(hash))
            return slot->position;
    }
    return MS_INDEX_END;
}

uint64_t ms_hash_bytes(const void *data, size_t size, uint64_t seed);
static inline uint64_t ms_hash_mix(uint64_t a, uint64_t b) {
    uint64_t h = (a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdu;
    return h ^ (h >> 32);
}

/* A string that grows. */
struct ms_text {
    char *data; /* always terminated once something was added; free() it */
    size_t length;
};
void ms_text_add(struct ms_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif
#endif
