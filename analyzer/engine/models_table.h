/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * How a set of models is stored: three tables of entries that begin with their name, each with an
 * open- addressing index of exact names and a list of patterns. Shared by the lookup (models.c),
 * the reader (models_yaml.c) and the generator of the built-in set (analyzer/models/generate.c),
 * which writes the very same structures out as constants.
 */
#ifndef MAPSAN_MODELS_TABLE_H
#define MAPSAN_MODELS_TABLE_H

#include "mapsan/models.h"
#include "support.h"

struct ms_name_table {
    const void *entries; /* each begins with a `const char *name` */
    size_t stride;       /* size of one */
    uint32_t count;
    uint32_t mask;            /* size of slots - 1 */
    const uint32_t *slots;    /* position of an entry + 1; 0: free */
    const uint32_t *patterns; /* positions of the names with a `*`, longest first */
    uint32_t pattern_count;
};

struct ms_models {
    const struct ms_models *base;
    struct ms_name_table functions; /* of struct ms_model */
    struct ms_name_table macros;    /* of struct ms_model */
    struct ms_name_table types;     /* of struct ms_type_model */
    struct ms_arena storage;
};

/* What the reader fills, before it becomes a set. The arena owns all text and, after
 * ms_models_build, the tables. */
struct ms_models_draft {
    struct ms_model *functions, *macros;
    struct ms_type_model *types;
    size_t function_count, macro_count, type_count;
    struct ms_arena storage;
};

/* Adds a YAML file, or text that is said to stand in it, to the draft. On error returns false and
 * writes "FILE:LINE:COLUMN: ..." to message. */
bool ms_models_read(struct ms_models_draft *draft, const char *file, char *message,
                    size_t message_size);
bool ms_models_read_text(struct ms_models_draft *draft, const char *file, const char *text,
                         size_t size, char *message, size_t message_size);
/* Ends the draft either way. */
struct ms_models *ms_models_build(struct ms_models_draft *draft, const struct ms_models *base);
void ms_models_discard(struct ms_models_draft *draft);

uint64_t ms_name_hash(const char *name); /* the same on every machine */

/* The word that was probably meant: at most a third of its letters differ; NULL if there is none.
 */
const char *ms_nearest_word(const char *word, size_t length, const char *const *words,
                            size_t count);

#endif
