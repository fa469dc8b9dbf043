/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Allocation, arena, index and string builder; see support.h. */
#include "support.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void ms_out_of_memory(size_t size) {
    fprintf(stderr, "mapsan: error: out of memory (%zu bytes wanted)\n", size);
    exit(2);
}

void *ms_allocate(size_t size) {
    void *memory = calloc(1, size ? size : 1);
    if (!memory)
        ms_out_of_memory(size);
    return memory;
}

void *ms_reallocate(void *memory, size_t size) {
    void *moved = realloc(memory, size ? size : 1);
    if (!moved)
        ms_out_of_memory(size);
    return moved;
}

static char *format_text(const char *format, va_list arguments, size_t *length) {
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    *length = size < 0 ? 0 : (size_t)size;
    char *text = ms_allocate(*length + 1);
    vsnprintf(text, *length + 1, format, arguments);
    return text;
}

char *ms_format(const char *format, ...) {
    size_t length;
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments, &length);
    va_end(arguments);
    return text;
}

void *ms_grow(void *table, size_t count, size_t element_size) {
    bool full = count == 0 || (count & (count - 1)) == 0;
    if (!full)
        return table;
    size_t capacity = count ? count * 2 : 1;
    if (capacity > SIZE_MAX / element_size)
        ms_out_of_memory(SIZE_MAX);
    return ms_reallocate(table, capacity * element_size);
}

static void simplify(char *path) {
    char *out = path;
    for (char *at = path; *at;) {
        char *part = at + strspn(at, "/");
        size_t length = strcspn(part, "/");
        at = part + length;
        if (length == 0 || (length == 1 && part[0] == '.'))
            continue;
        if (length == 2 && part[0] == '.' && part[1] == '.') {
            while (out > path && *--out != '/')
                continue;
            continue;
        }
        *out++ = '/';
        memmove(out, part, length);
        out += length;
    }
    if (out == path)
        *out++ = '/';
    *out = '\0';
}

char *ms_absolute_name(const char *directory, const char *file) {
    char here[PATH_MAX];
    char *path;
    if (!directory || !*directory)
        directory = ".";
    if (file[0] == '/')
        path = ms_format("%s", file);
    else if (directory[0] == '/' || !getcwd(here, sizeof here))
        path = ms_format("%s/%s", directory, file);
    else
        path = ms_format("%s/%s/%s", here, directory, file);
    if (path[0] == '/')
        simplify(path);
    return path;
}

const char *ms_name_from_here(const char *absolute) {
    char here[PATH_MAX];
    size_t length = getcwd(here, sizeof here) ? strlen(here) : 0;
    bool below = length && strncmp(absolute, here, length) == 0 && absolute[length] == '/';
    return below ? absolute + length + 1 : absolute;
}

struct ms_arena_chunk {
    struct ms_arena_chunk *previous;
    size_t size;
    _Alignas(8) unsigned char data[];
};

void *ms_arena_allocate(struct ms_arena *arena, size_t size) {
    size = (size + 7) & ~(size_t)7;
    if (!arena->chunk || arena->chunk->size - arena->used < size) {
        size_t next = arena->chunk ? arena->chunk->size * 2 : 4096;
        if (next > (size_t)1 << 20)
            next = (size_t)1 << 20;
        if (next < size)
            next = size;
        struct ms_arena_chunk *chunk = ms_allocate(sizeof *chunk + next);
        chunk->previous = arena->chunk;
        chunk->size = next;
        arena->chunk = chunk;
        arena->used = 0;
    }
    void *memory = arena->chunk->data + arena->used;
    arena->used += size;
    return memory;
}

char *ms_arena_copy(struct ms_arena *arena, const char *text, size_t length) {
    char *copy = ms_arena_allocate(arena, length + 1);
    if (length)
        memcpy(copy, text, length);
    return copy;
}

char *ms_arena_format(struct ms_arena *arena, const char *format, ...) {
    size_t length;
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments, &length);
    va_end(arguments);
    char *copy = ms_arena_copy(arena, text, length);
    free(text);
    return copy;
}

void ms_arena_free(struct ms_arena *arena) {
    for (struct ms_arena_chunk *chunk = arena->chunk, *previous; chunk; chunk = previous) {
        previous = chunk->previous;
        free(chunk);
    }
    *arena = (struct ms_arena){0};
}

static void place(struct ms_index *index, struct ms_index_slot slot) {
    uint32_t at = slot.hash & index->mask;
    while (index->slots[at].hash)
        at = (at + 1) & index->mask;
    index->slots[at] = slot;
}

void ms_index_add(struct ms_index *index, uint64_t hash, uint32_t position) {
    uint32_t size = index->slots ? index->mask + 1 : 0;
    if ((uint64_t)index->count * 4 >= (uint64_t)size * 3) {
        struct ms_index grown = {.mask = (size ? size * 2 : 16) - 1, .count = index->count};
        grown.slots = ms_allocate(((size_t)grown.mask + 1) * sizeof *grown.slots);
        for (uint32_t i = 0; i < size; i++)
            if (index->slots[i].hash)
                place(&grown, index->slots[i]);
        free(index->slots);
        *index = grown;
    }
    place(index, (struct ms_index_slot){ms_index_hash(hash), position});
    index->count++;
}

void ms_index_free(struct ms_index *index) {
    free(index->slots);
    *index = (struct ms_index){0};
}

/* FNV-1a over words, finished with a mix: short keys, no adversary. */
uint64_t ms_hash_bytes(const void *data, size_t size, uint64_t seed) {
    const unsigned char *bytes = data;
    uint64_t hash = seed ^ 0xcbf29ce484222325u ^ size;
    for (; size >= 8; size -= 8, bytes += 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        hash = ms_hash_mix(hash, word);
    }
    for (; size; size--, bytes++)
        hash = (hash ^ *bytes) * 0x100000001b3u;
    return ms_hash_mix(hash, hash >> 29);
}

void ms_text_add(struct ms_text *text, const char *format, ...) {
    size_t length;
    va_list arguments;
    va_start(arguments, format);
    char *more = format_text(format, arguments, &length);
    va_end(arguments);
    text->data = ms_reallocate(text->data, text->length + length + 1);
    memcpy(text->data + text->length, more, length + 1);
    text->length += length;
    free(more);
}
