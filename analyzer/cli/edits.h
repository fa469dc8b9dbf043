/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Insertions into source files, and the unified diff that makes them. */
#ifndef MAPSAN_EDITS_H
#define MAPSAN_EDITS_H

#include "mapsan/findings.h"

#include <stdbool.h>
#include <stdio.h>

struct edited_file {
    char *path; /* absolute */
    char *text;
    size_t length;
    struct insertion {
        size_t at;
        char *text;
    } *insertions;
    size_t insertion_count;
};

struct edits {
    struct edited_file *items;
    size_t count;
};

/* The file of a place, read when it is first asked for; NULL if it cannot be. The pointer is good
 * until the next file is opened. */
struct edited_file *edited_file(struct edits *edits, const struct ms_place *place);
/* The position of a line and column, both from 1; SIZE_MAX if there is none. */
size_t edited_offset(const struct edited_file *file, uint32_t line, uint32_t column);
/* Whether a position is outside of all braces. */
bool edited_at_file_scope(const struct edited_file *file, size_t at);
/* Once, however often it is asked for. */
void edit_insert(struct edited_file *file, size_t at, const char *text);

/* `include` goes into every file that is changed, behind those that are there. */
void print_edits(struct edits *edits, const char *include, FILE *out);
void free_edits(struct edits *edits);

#endif
