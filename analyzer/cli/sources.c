/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The source files that findings point into: their names as seen from here, and their lines. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

struct source_file {
    char *name;
    char *text;    /* NULL: cannot be read */
    size_t *lines; /* where each begins; one more for the end */
    size_t line_count;
};

struct sources {
    struct source_file *files;
    size_t count;
};

struct sources *sources_new(void) { return ms_allocate(sizeof(struct sources)); }

void sources_free(struct sources *sources) {
    for (size_t i = 0; i < sources->count; i++) {
        free(sources->files[i].name);
        free(sources->files[i].text);
        free(sources->files[i].lines);
    }
    free(sources->files);
    free(sources);
}

/* ---- names --------------------------------------------------------------------------------- */

char *place_absolute(const struct ms_place *place) {
    return ms_absolute_name(place->directory, place->file);
}

char *place_name(const struct ms_place *place) {
    char *path = place_absolute(place);
    char *name = ms_format("%s", ms_name_from_here(path));
    free(path);
    return name;
}

/* ---- lines --------------------------------------------------------------------------------- */

static void index_lines(struct source_file *file, size_t size) {
    MS_PUSH(file->lines, file->line_count, 0);
    for (size_t at = 0; at < size; at++)
        if (file->text[at] == '\n')
            MS_PUSH(file->lines, file->line_count, at + 1);
    MS_PUSH(file->lines, file->line_count, size + 1);
    file->line_count--;
}

static void load(struct source_file *file) {
    FILE *stream = fopen(file->name, "rb");
    if (!stream)
        return;
    struct ms_text text = {0};
    char buffer[4096];
    for (size_t count; (count = fread(buffer, 1, sizeof buffer, stream)) > 0;) {
        text.data = ms_reallocate(text.data, text.length + count);
        memcpy(text.data + text.length, buffer, count);
        text.length += count;
    }
    if (ferror(stream)) {
        free(text.data);
    } else {
        file->text = text.data ? text.data : ms_allocate(1);
        index_lines(file, text.length);
    }
    fclose(stream);
}

const char *source_line(struct sources *sources, const struct ms_place *place, uint32_t line,
                        size_t *length) {
    char *name = place_absolute(place);
    struct source_file *file = NULL;
    for (size_t i = 0; i < sources->count && !file; i++)
        if (strcmp(sources->files[i].name, name) == 0)
            file = &sources->files[i];
    if (file) {
        free(name);
    } else {
        MS_PUSH(sources->files, sources->count, (struct source_file){.name = name});
        file = &sources->files[sources->count - 1];
        load(file);
    }
    if (!file->text || line == 0 || line > file->line_count)
        return NULL;
    const char *text = file->text + file->lines[line - 1];
    *length = file->lines[line] - file->lines[line - 1] - 1;
    if (*length && text[*length - 1] == '\r')
        --*length;
    return text;
}

static bool fit(struct sources *sources, const struct ms_fixit *repair, struct ms_edit *edit) {
    const struct ms_place *where = &repair->where;
    size_t length = 0, first = 0;
    const char *line = source_line(sources, where, where->line, &length);
    const char *start = source_line(sources, where, 1, &first);
    return line && where->column && where->column <= length &&
           ms_fix_fit(repair, start, line + where->column - 1, line + length, edit);
}

size_t repairs_of(struct sources *sources, const struct ms_finding *finding,
                  struct ms_edit **edits) {
    *edits = NULL;
    for (size_t count = 0; count < finding->fixit_count;) {
        struct ms_edit edit = {0};
        if (!fit(sources, &finding->fixits[count], &edit)) {
            free_repairs(*edits, count);
            *edits = NULL;
            return 0;
        }
        MS_PUSH(*edits, count, edit);
    }
    return finding->fixit_count;
}

void free_repairs(struct ms_edit *edits, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(edits[i].insert);
    free(edits);
}
