/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Sets of models: building the index and looking names up. An exact name beats a pattern, a later
 * set beats its base; among patterns the longest wins. The index is open addressing over FNV-1a,
 * computed by bytes so that the generator may write it out for another machine.
 */
#include "models_table.h"

#include <stdlib.h>
#include <string.h>

uint64_t ms_name_hash(const char *name) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

static const void *entry_at(const struct ms_name_table *table, uint32_t position) {
    return (const char *)table->entries + position * table->stride;
}

static const char *name_at(const struct ms_name_table *table, uint32_t position) {
    return *(const char *const *)entry_at(table, position);
}

/* ---- building ------------------------------------------------------------------------------ */

static void index_names(struct ms_name_table *table, struct ms_arena *storage) {
    uint32_t size = 4;
    while (size < table->count * 2)
        size *= 2;
    uint32_t *slots = ms_arena_allocate(storage, size * sizeof *slots);
    for (uint32_t i = 0; i < table->count; i++) {
        uint32_t at = (uint32_t)ms_name_hash(name_at(table, i)) & (size - 1);
        while (slots[at])
            at = (at + 1) & (size - 1);
        slots[at] = i + 1;
    }
    table->mask = size - 1;
    table->slots = slots;
}

/* Insertion sort: a set has a few dozen patterns at most. */
static void collect_patterns(struct ms_name_table *table, struct ms_arena *storage) {
    uint32_t *patterns = ms_arena_allocate(storage, table->count * sizeof *patterns);
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        if (!strchr(name_at(table, i), '*'))
            continue;
        uint32_t at = count++;
        for (; at && strlen(name_at(table, patterns[at - 1])) < strlen(name_at(table, i)); at--)
            patterns[at] = patterns[at - 1];
        patterns[at] = i;
    }
    table->patterns = patterns;
    table->pattern_count = count;
}

static struct ms_name_table build_table(const void *entries, size_t stride, size_t count,
                                        struct ms_arena *storage) {
    struct ms_name_table table = {.stride = stride, .count = (uint32_t)count};
    void *copy = ms_arena_allocate(storage, stride * count);
    if (count)
        memcpy(copy, entries, stride * count);
    table.entries = copy;
    index_names(&table, storage);
    collect_patterns(&table, storage);
    return table;
}

struct ms_models *ms_models_build(struct ms_models_draft *draft, const struct ms_models *base) {
    struct ms_models *models = ms_allocate(sizeof *models);
    models->base = base;
    models->storage = draft->storage;
    draft->storage = (struct ms_arena){0};
    models->functions = build_table(draft->functions, sizeof *draft->functions,
                                    draft->function_count, &models->storage);
    models->macros =
        build_table(draft->macros, sizeof *draft->macros, draft->macro_count, &models->storage);
    models->types =
        build_table(draft->types, sizeof *draft->types, draft->type_count, &models->storage);
    ms_models_discard(draft);
    return models;
}

void ms_models_discard(struct ms_models_draft *draft) {
    free(draft->functions);
    free(draft->macros);
    free(draft->types);
    ms_arena_free(&draft->storage);
    *draft = (struct ms_models_draft){0};
}

struct ms_models *ms_models_load(const struct ms_models *base, const char *file, char *message,
                                 size_t message_size) {
    struct ms_models_draft draft = {0};
    if (ms_models_read(&draft, file, message, message_size))
        return ms_models_build(&draft, base);
    ms_models_discard(&draft);
    return NULL;
}

void ms_models_free(struct ms_models *models) {
    if (!models)
        return;
    struct ms_arena storage = models->storage;
    ms_arena_free(&storage);
    free(models);
}

/* ---- looking up ---------------------------------------------------------------------------- */

static const void *find_exact(const struct ms_name_table *table, const char *name, uint64_t hash) {
    for (uint32_t at = (uint32_t)hash & table->mask; table->slots[at]; at = (at + 1) & table->mask)
        if (strcmp(name_at(table, table->slots[at] - 1), name) == 0)
            return entry_at(table, table->slots[at] - 1);
    return NULL;
}

/* The `*` stands for at least one character: `kh_get_*` is not `kh_get_`. */
static bool matches(const char *pattern, const char *name, size_t length) {
    size_t prefix = (size_t)(strchr(pattern, '*') - pattern);
    size_t suffix = strlen(pattern) - prefix - 1;
    return length > prefix + suffix && memcmp(pattern, name, prefix) == 0 &&
           memcmp(pattern + prefix + 1, name + length - suffix, suffix) == 0;
}

static const void *find_pattern(const struct ms_name_table *table, const char *name,
                                size_t length) {
    for (uint32_t i = 0; i < table->pattern_count; i++)
        if (matches(name_at(table, table->patterns[i]), name, length))
            return entry_at(table, table->patterns[i]);
    return NULL;
}

static const void *find(const struct ms_models *models, size_t table, const char *name) {
    uint64_t hash = ms_name_hash(name);
    size_t length = strlen(name);
    const void *found = NULL;
    for (const struct ms_models *set = models; set && !found; set = set->base)
        found = find_exact((const struct ms_name_table *)((const char *)set + table), name, hash);
    for (const struct ms_models *set = models; set && !found; set = set->base)
        found =
            find_pattern((const struct ms_name_table *)((const char *)set + table), name, length);
    return found;
}

const struct ms_model *ms_models_function(const struct ms_models *models, const char *name) {
    return find(models, offsetof(struct ms_models, functions), name);
}

const struct ms_model *ms_models_macro(const struct ms_models *models, const char *name) {
    return find(models, offsetof(struct ms_models, macros), name);
}

const struct ms_type_model *ms_models_type(const struct ms_models *models, const char *spelling) {
    return find(models, offsetof(struct ms_models, types), spelling);
}

/* ---- what was meant ------------------------------------------------------------------------ */

enum { NEAREST_LENGTH_MAX = 40 };

/* Levenshtein's distance, in which two neighbours that changed places count as one change. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t rows[3][NEAREST_LENGTH_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            best = best < last[j] + 1 ? best : last[j] + 1;
            best = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
        size_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b_length];
}

const char *ms_nearest_word(const char *word, size_t length, const char *const *words,
                            size_t count) {
    const char *nearest = NULL;
    size_t least = length / 3 + 1;
    for (size_t i = 0; i < count && length <= NEAREST_LENGTH_MAX; i++) {
        size_t other = strlen(words[i]);
        if (other > NEAREST_LENGTH_MAX)
            continue;
        size_t away = distance(word, length, words[i], other);
        if (away < least) {
            least = away;
            nearest = words[i];
        }
    }
    return nearest;
}
