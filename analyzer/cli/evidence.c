/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Which report of the runtime is about which finding: one of its two operations, or one of the
 * three innermost functions on their stacks, stands where the finding has its primary place; or
 * both stand at places that its notes name.
 */
#include "confirm.h"

#include <stdlib.h>
#include <string.h>

enum { INNERMOST = 3 };

void read_evidence(struct evidence_lines *evidence, const char *file) {
    FILE *stream = fopen(file, "r");
    char *line = NULL;
    size_t room = 0;
    while (stream && getline(&line, &room, stream) >= 0) {
        json_t *object = json_loads(line, JSON_ALLOW_NUL, NULL);
        const char *kind = json_string_value(json_object_get(object, "kind"));
        if (kind && strcmp(kind, "start") == 0)
            evidence->started = true;
        if (object)
            json_array_append_new(evidence->lines, object);
    }
    free(line);
    if (stream)
        fclose(stream);
}

static bool is_at(const json_t *site, const struct ms_place *where) {
    const char *file = json_string_value(json_object_get(site, "file"));
    return file && where->file &&
           json_integer_value(json_object_get(site, "line")) == where->line &&
           strcmp(file, where->file) == 0;
}

/* A frame's "FILE:LINE:COLUMN", with the directory of the compilation in front. */
static bool frame_is_at(const json_t *frame, const struct ms_place *where) {
    const char *source = json_string_value(json_object_get(frame, "source"));
    const size_t length = where->file ? strlen(where->file) : 0;
    if (!source || !length)
        return false;
    for (const char *at = source; (at = strstr(at, where->file)); at++)
        if (at[length] == ':' && (at == source || at[-1] == '/') &&
            strtoul(at + length + 1, NULL, 10) == where->line)
            return true;
    return false;
}

static bool side_is_at(const json_t *side, const struct ms_place *where) {
    const json_t *stack = json_object_get(side, "stack");
    if (is_at(side, where))
        return true;
    for (size_t i = 0; i < json_array_size(stack) && i < INNERMOST; i++)
        if (frame_is_at(json_array_get(stack, i), where))
            return true;
    return false;
}

static bool at_a_note(const json_t *side, const struct ms_finding *finding) {
    for (size_t i = 0; i < finding->note_count; i++)
        if (side_is_at(side, &finding->notes[i].where))
            return true;
    return false;
}

static bool confirms(const json_t *line, const struct ms_finding *finding) {
    const json_t *sides = json_object_get(line, "sides");
    const json_t *one = json_array_get(sides, 0), *other = json_array_get(sides, 1);
    return side_is_at(one, &finding->where) || side_is_at(other, &finding->where) ||
           (at_a_note(one, finding) && at_a_note(other, finding));
}

static bool reaches(const json_t *line, const struct ms_finding *finding) {
    if (is_at(line, &finding->where))
        return true;
    for (size_t i = 0; i < finding->note_count; i++)
        if (is_at(line, &finding->notes[i].where))
            return true;
    return false;
}

static enum verdict verdict_of(const json_t *report) {
    const json_t *other = json_array_get(json_object_get(report, "sides"), 1);
    return json_is_true(json_object_get(other, "unordered")) ? VERDICT_UNORDERED
                                                             : VERDICT_CONFIRMED;
}

static void strengthen(struct evidence *evidence, enum verdict verdict, json_t *report) {
    if (verdict > evidence->verdict)
        *evidence = (struct evidence){verdict, report};
}

void weigh_evidence(const struct evidence_lines *evidence, const struct ms_findings *findings,
                    struct evidence *result) {
    for (size_t i = 0; i < findings->count; i++) {
        const struct ms_finding *finding = &findings->items[i];
        const bool possible = is_confirmable(finding->check);
        result[i] = (struct evidence){possible ? VERDICT_NOT_REACHED : VERDICT_STATIC, NULL};
        size_t at;
        json_t *line;
        json_array_foreach(evidence->lines, at, line) {
            const char *kind = json_string_value(json_object_get(line, "kind"));
            if (!possible || !kind || result[i].verdict == VERDICT_CONFIRMED)
                continue;
            if (strcmp(kind, "report") == 0 && confirms(line, finding))
                strengthen(&result[i], verdict_of(line), line);
            else if (strcmp(kind, "reached") == 0 && reaches(line, finding))
                strengthen(&result[i], VERDICT_REACHED, NULL);
        }
    }
}
