/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* See edits.h. Files are small enough to be walked from their start for every question. */
#include "edits.h"

#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { CONTEXT = 3 };

/* ---- files --------------------------------------------------------------------------------- */

static bool read_file(struct edited_file *file) {
    FILE *stream = fopen(file->path, "rb");
    struct ms_text text = {0};
    char buffer[4096];
    if (!stream)
        return false;
    for (size_t count; (count = fread(buffer, 1, sizeof buffer, stream)) > 0;) {
        text.data = ms_reallocate(text.data, text.length + count + 1);
        memcpy(text.data + text.length, buffer, count);
        text.length += count;
        text.data[text.length] = '\0';
    }
    bool good = !ferror(stream) && text.data && !memchr(text.data, '\0', text.length);
    fclose(stream);
    if (!good) {
        free(text.data);
        return false;
    }
    file->text = text.data;
    file->length = text.length;
    return true;
}

struct edited_file *edited_file(struct edits *edits, const struct ms_place *place) {
    char *path = place_absolute(place);
    for (size_t i = 0; i < edits->count; i++)
        if (strcmp(edits->items[i].path, path) == 0) {
            free(path);
            return edits->items[i].text ? &edits->items[i] : NULL;
        }
    struct edited_file file = {.path = path};
    bool good = read_file(&file);
    MS_PUSH(edits->items, edits->count, file);
    return good ? &edits->items[edits->count - 1] : NULL;
}

void free_edits(struct edits *edits) {
    for (size_t i = 0; i < edits->count; i++) {
        struct edited_file *file = &edits->items[i];
        for (size_t n = 0; n < file->insertion_count; n++)
            free(file->insertions[n].text);
        free(file->insertions);
        free(file->path);
        free(file->text);
    }
    free(edits->items);
}

size_t edited_offset(const struct edited_file *file, uint32_t line, uint32_t column) {
    const char *at = file->text;
    for (uint32_t n = 1; n < line; n++) {
        at = strchr(at, '\n');
        if (!at)
            return SIZE_MAX;
        at++;
    }
    return column && column <= strcspn(at, "\n") ? (size_t)(at - file->text) + column - 1
                                                 : SIZE_MAX;
}

/* What a character is part of; braces in text and comments are none. */
enum part { CODE, LINE_COMMENT, COMMENT, STRING, CHARACTER };

static enum part next_part(enum part part, const char *at) {
    switch (part) {
    case LINE_COMMENT:
        return *at == '\n' ? CODE : part;
    case COMMENT:
        return at[-1] == '*' && *at == '/' ? CODE : part;
    case STRING:
    case CHARACTER:
        return (*at == (part == STRING ? '"' : '\'') && at[-1] != '\\') || *at == '\n' ? CODE
                                                                                       : part;
    default:
        return *at == '"'                   ? STRING
               : *at == '\''                ? CHARACTER
               : *at == '/' && at[1] == '/' ? LINE_COMMENT
               : *at == '/' && at[1] == '*' ? COMMENT
                                            : CODE;
    }
}

bool edited_at_file_scope(const struct edited_file *file, size_t at) {
    int depth = 0;
    enum part part = CODE;
    for (size_t i = 0; i < at; i++) {
        if (part == CODE)
            depth += (file->text[i] == '{') - (file->text[i] == '}');
        part = i ? next_part(part, file->text + i) : CODE;
    }
    return depth == 0 && part == CODE;
}

void edit_insert(struct edited_file *file, size_t at, const char *text) {
    for (size_t i = 0; i < file->insertion_count; i++)
        if (file->insertions[i].at == at && strcmp(file->insertions[i].text, text) == 0)
            return;
    struct insertion made = {at, ms_format("%s", text)};
    size_t position = file->insertion_count;
    MS_PUSH(file->insertions, file->insertion_count, made);
    for (; position && file->insertions[position - 1].at > at; position--)
        file->insertions[position] = file->insertions[position - 1];
    file->insertions[position] = made;
}

/* ---- the include --------------------------------------------------------------------------- */

/* Behind the last #include before the first change that stands under no other condition than that
 * change; else at the very start. */
static size_t place_of_include(const struct edited_file *file) {
    int depth = 0, wanted = 0;
    size_t first = file->insertions[0].at, place = 0;
    for (int pass = 0; pass < 2; pass++) {
        depth = 0;
        for (size_t at = 0; at < first; at += strcspn(file->text + at, "\n") + 1) {
            const char *line = file->text + at + strspn(file->text + at, " \t");
            if (*line != '#')
                continue;
            line += 1 + strspn(line + 1, " \t");
            depth += strncmp(line, "if", 2) == 0;
            depth -= strncmp(line, "endif", 5) == 0;
            if (pass == 1 && depth <= wanted && strncmp(line, "include", 7) == 0)
                place = at + strcspn(file->text + at, "\n") + 1;
        }
        wanted = depth;
    }
    return place;
}

/* ---- the diff ------------------------------------------------------------------------------ */

static const char *line_at(const struct edited_file *file, size_t line) {
    const char *at = file->text;
    for (size_t n = 0; n < line && at; n++) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    return at;
}

static size_t line_of(const struct edited_file *file, size_t at) {
    size_t line = 0;
    for (size_t i = 0; i < at; i++)
        line += file->text[i] == '\n';
    return line;
}

static size_t line_count(const struct edited_file *file) {
    size_t lines = line_of(file, file->length);
    return lines + (file->length && file->text[file->length - 1] != '\n');
}

static void print_line(char sign, const char *text, size_t length, FILE *out) {
    fprintf(out, "%c%.*s\n", sign, (int)length, text);
}

/* One line as it will be. */
static void print_new_line(const struct edited_file *file, size_t line, FILE *out) {
    const char *text = line_at(file, line);
    size_t length = strcspn(text, "\n"), begin = (size_t)(text - file->text), at = begin;
    fputc('+', out);
    for (size_t i = 0; i < file->insertion_count; i++) {
        const struct insertion *insertion = &file->insertions[i];
        if (insertion->at < begin || insertion->at > begin + length ||
            strchr(insertion->text, '\n'))
            continue;
        fprintf(out, "%.*s%s", (int)(insertion->at - at), file->text + at, insertion->text);
        at = insertion->at;
    }
    fprintf(out, "%.*s\n", (int)(begin + length - at), file->text + at);
}

static bool is_changed(const struct edited_file *file, size_t line, bool whole) {
    for (size_t i = 0; i < file->insertion_count; i++)
        if ((strchr(file->insertions[i].text, '\n') != NULL) == whole &&
            line_of(file, file->insertions[i].at) == line)
            return true;
    return false;
}

static void print_hunk(const struct edited_file *file, size_t first, size_t end, size_t *added,
                       FILE *out) {
    size_t lines = 0;
    for (size_t line = first; line < end; line++)
        lines += is_changed(file, line, true);
    fprintf(out, "@@ -%zu,%zu +%zu,%zu @@\n", first + 1, end - first, first + 1 + *added,
            end - first + lines);
    *added += lines;
    for (size_t line = first; line < end; line++) {
        for (size_t i = 0; i < file->insertion_count; i++) {
            const char *text = file->insertions[i].text;
            if (strchr(text, '\n') && line_of(file, file->insertions[i].at) == line)
                print_line('+', text, strcspn(text, "\n"), out);
        }
        const char *text = line_at(file, line);
        print_line(is_changed(file, line, false) ? '-' : ' ', text, strcspn(text, "\n"), out);
        if (is_changed(file, line, false))
            print_new_line(file, line, out);
    }
}

static void print_file(const struct edited_file *file, FILE *out) {
    const char *name = ms_name_from_here(file->path);
    size_t lines = line_count(file), added = 0;
    fprintf(out, "--- %s\n+++ %s\n", name, name);
    for (size_t line = 0; line < lines;) {
        if (!is_changed(file, line, true) && !is_changed(file, line, false)) {
            line++;
            continue;
        }
        size_t first = line > CONTEXT ? line - CONTEXT : 0, end = line + 1;
        for (size_t at = line; at < lines && at < end + 2 * CONTEXT; at++)
            if (is_changed(file, at, true) || is_changed(file, at, false))
                end = at + 1;
        end = end + CONTEXT < lines ? end + CONTEXT : lines;
        print_hunk(file, first, end, &added, out);
        line = end;
    }
}

void print_edits(struct edits *edits, const char *include, FILE *out) {
    for (size_t i = 0; i < edits->count; i++) {
        struct edited_file *file = &edits->items[i];
        if (!file->insertion_count)
            continue;
        char *line = ms_format("%s\n", include);
        if (!strstr(file->text, include))
            edit_insert(file, place_of_include(file), line);
        free(line);
        print_file(file, out);
    }
}
