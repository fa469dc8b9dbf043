/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* See silence.h. Matching costs one look-up by place for comments, one by fingerprint for
 * baselines, and one glob for each suppression: findings are few. */
#include "silence.h"

#include "report.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct comment {
    const char *file; /* absolute */
    struct ms_place where;
    const char *checks;
    bool has_reason, used;
};

struct ms_silence {
    struct comment *comments;
    size_t comment_count;
    struct ms_index by_line;
    bool *used; /* by position in options.silencers */
};

static struct ms_silence *silence_of(struct ms_program *program) {
    if (!program->silence) {
        const struct ms_silencers *silencers = program->options.silencers;
        program->silence = ms_allocate(sizeof *program->silence);
        program->silence->used = ms_allocate(silencers ? silencers->count : 0);
    }
    return program->silence;
}

void ms_silence_free(struct ms_program *program) {
    if (!program->silence)
        return;
    free(program->silence->comments);
    ms_index_free(&program->silence->by_line);
    free(program->silence->used);
    free(program->silence);
}

static const char *absolute(struct ms_program *program, const struct ms_place *place) {
    char *name = ms_absolute_name(place->directory, place->file);
    const char *kept = ms_arena_copy(&program->arena, name, strlen(name));
    free(name);
    return kept;
}

/* ---- comments ------------------------------------------------------------------------------ */

static uint64_t line_hash(const char *file, uint32_t line) {
    return ms_hash_bytes(file, strlen(file), line);
}

static struct comment *next_comment(const struct ms_silence *silence, const char *file,
                                    uint32_t line, size_t *cursor) {
    uint64_t hash = line_hash(file, line);
    if (*cursor == SIZE_MAX)
        *cursor = ms_index_start(&silence->by_line, hash);
    for (uint32_t at; (at = ms_index_next(&silence->by_line, hash, cursor)) != MS_INDEX_END;)
        if (silence->comments[at].where.line == line &&
            strcmp(silence->comments[at].file, file) == 0)
            return &silence->comments[at];
    return NULL;
}

void ms_silence_add_comment(struct ms_program *program, uint32_t unit,
                            const struct ms_attribute *comment) {
    struct ms_silence *silence = silence_of(program);
    const struct ms_unit *from = program->units[unit];
    const char *directory = ms_unit_text(from, from->directory);
    struct comment added = {
        .where = {.file = ms_name(program, comment->where.file),
                  .directory = ms_arena_copy(&program->arena, directory, strlen(directory)),
                  .line = comment->where.line,
                  .column = comment->where.column,
                  .token = comment->where.token,
                  .unit = unit},
        .checks = ms_name(program, comment->text),
        .has_reason = comment->kind == MS_IGNORE_WITH_REASON};
    added.file = absolute(program, &added.where);
    size_t cursor = SIZE_MAX;
    for (const struct comment *known;
         (known = next_comment(silence, added.file, added.where.line, &cursor));)
        if (known->where.column == added.where.column)
            return; /* a header that many units include */
    ms_index_add(&silence->by_line, line_hash(added.file, added.where.line),
                 (uint32_t)silence->comment_count);
    MS_PUSH(silence->comments, silence->comment_count, added);
}

/* Whether "a,b" names the check; an empty list and `*` name every check. */
static bool list_names(const char *list, enum ms_check check) {
    if (!*list)
        return true;
    for (size_t length; *list; list += length + (list[length] == ',')) {
        length = strcspn(list, ",");
        const char *name = ms_check_name(check);
        if ((length == 1 && *list == '*') ||
            (length == strlen(name) && strncmp(list, name, length) == 0))
            return true;
    }
    return false;
}

static bool silenced_by_comment(struct ms_program *program, const struct ms_finding *finding) {
    const struct ms_silence *silence = silence_of(program);
    const char *file = absolute(program, &finding->where);
    bool silenced = false;
    for (uint32_t above = 0; above < 2; above++) {
        size_t cursor = SIZE_MAX;
        for (struct comment *comment;
             (comment = next_comment(silence, file, finding->where.line - above, &cursor));)
            if (comment->has_reason && list_names(comment->checks, finding->check))
                silenced = comment->used = true;
    }
    return silenced;
}

/* ---- globs --------------------------------------------------------------------------------- */

/* A file has three names: as the compiler was given it, absolute, and as seen from here. */
static bool names_file(const char *glob, const char *given, const char *absolute_name) {
    return !fnmatch(glob, given, 0) || !fnmatch(glob, absolute_name, 0) ||
           !fnmatch(glob, ms_name_from_here(absolute_name), 0);
}

/* ---- files --------------------------------------------------------------------------------- */

static bool matches(const struct ms_silencer *silencer, const struct ms_finding *finding,
                    const char *file) {
    if (silencer->check != MS_CHECK_NONE && silencer->check != finding->check)
        return false;
    return (finding->function && !fnmatch(silencer->glob, finding->function, 0)) ||
           names_file(silencer->glob, finding->where.file, file);
}

static bool silenced_by_line(struct ms_program *program, const struct ms_finding *finding) {
    const struct ms_silencers *silencers = program->options.silencers;
    const char *file = absolute(program, &finding->where);
    bool silenced = false;
    for (size_t i = 0; i < silencers->count; i++)
        if (silencers->items[i].glob && matches(&silencers->items[i], finding, file))
            silenced = silence_of(program)->used[i] = true;
    return silenced;
}

/* Two problems may have one fingerprint; each needs an entry of its own. */
static bool silenced_by_baseline(struct ms_program *program, const struct ms_finding *finding) {
    const struct ms_silencers *silencers = program->options.silencers;
    bool printed = finding->confidence >= program->options.confidence;
    bool *used = silence_of(program)->used;
    size_t cursor = ms_index_start(&silencers->fingerprints, finding->fingerprint);
    for (uint32_t at; (at = ms_index_next(&silencers->fingerprints, finding->fingerprint,
                                          &cursor)) != MS_INDEX_END;) {
        if (silencers->items[at].fingerprint != finding->fingerprint || (printed && used[at]))
            continue;
        used[at] = true;
        if (printed)
            return true;
    }
    return false;
}

bool ms_silenced(struct ms_program *program, const struct ms_finding *finding) {
    bool by_comment = silenced_by_comment(program, finding);
    if (!program->options.silencers)
        return by_comment;
    bool by_line = silenced_by_line(program, finding);
    return by_comment || by_line || silenced_by_baseline(program, finding);
}

/* ---- headers ------------------------------------------------------------------------------- */

bool ms_in_filtered_header(const struct ms_program *program, const struct ms_place *where) {
    const char *filter = program->options.header_filter;
    if (!filter)
        return false;
    const struct ms_unit *unit = program->units[where->unit];
    char *file = ms_absolute_name(where->directory, where->file);
    char *source = ms_absolute_name(where->directory, ms_unit_text(unit, unit->source));
    bool wanted = strcmp(file, source) == 0, header = !wanted;
    if (header)
        wanted = *filter == '-';
    for (size_t length; header && *filter; filter += length + (filter[length] == ',')) {
        length = strcspn(filter, ",");
        bool excludes = *filter == '-';
        char *glob = ms_format("%.*s", (int)(length - excludes), filter + excludes);
        if (names_file(glob, where->file, file))
            wanted = !excludes;
        free(glob);
    }
    free(file);
    free(source);
    return !wanted;
}

/* ---- what is stale ------------------------------------------------------------------------- */

/* A name in the list that no check has; "" if there is none. */
static const char *unknown_name(struct ms_program *program, const char *list) {
    for (size_t length; *list; list += length + (list[length] == ',')) {
        length = strcspn(list, ",");
        const char *name = ms_arena_copy(&program->arena, list, length);
        if (strcmp(name, "*") != 0 && ms_check_find(name) == MS_CHECK_NONE)
            return name;
    }
    return "";
}

/* Whether one of the checks in question did not run: then nothing is known. */
static bool is_switched_off(const struct ms_program *program, const char *list) {
    for (int check = MS_CHECK_NONE + 1; check < MS_CHECK_COUNT; check++)
        if ((program->options.disabled_checks >> check & 1) && list_names(list, check))
            return true;
    return false;
}

static void report_comment(struct ms_program *program, const struct comment *comment) {
    const char *unknown = unknown_name(program, comment->checks);
    if (*unknown)
        ms_report_silencer(program, &comment->where,
                           "there is no check `%s` that a comment could silence; `mapsan checks` "
                           "lists them",
                           unknown);
    else if (!comment->has_reason)
        ms_report_silencer(program, &comment->where,
                           "a comment that silences needs a reason, and does nothing without one: "
                           "mapsan-ignore(%s): why",
                           comment->checks);
    else if (program->options.complete && !comment->used &&
             !is_switched_off(program, comment->checks))
        ms_report_silencer(program, &comment->where,
                           "this comment silences nothing any more: no finding of `%s` here",
                           *comment->checks ? comment->checks : "any check");
}

static struct ms_place place_of_line(const struct ms_silencers *silencers, size_t at) {
    return (struct ms_place){.file = silencers->files[silencers->items[at].file],
                             .line = silencers->items[at].line,
                             .column = 1};
}

/* One finding for a baseline, however many of its entries are done with. */
static void report_baseline(struct ms_program *program, uint32_t file) {
    const struct ms_silencers *silencers = program->options.silencers;
    size_t first = 0, count = 0;
    for (size_t i = silencers->count; i-- > 0;)
        if (silencers->items[i].file == file && !silencers->items[i].glob &&
            !program->silence->used[i]) {
            first = i;
            count++;
        }
    if (!count)
        return;
    struct ms_place where = place_of_line(silencers, first);
    ms_report_silencer(program, &where,
                       "%zu entr%s of this baseline silence%s nothing any more, from this one on; "
                       "write it again with --write-baseline",
                       count, count == 1 ? "y" : "ies", count == 1 ? "s" : "");
}

static void report_line(struct ms_program *program, size_t at) {
    const struct ms_silencer *silencer = &program->options.silencers->items[at];
    const char *checks = silencer->check ? ms_check_name(silencer->check) : "*";
    struct ms_place where = place_of_line(program->options.silencers, at);
    if (!is_switched_off(program, checks))
        ms_report_silencer(program, &where,
                           "this suppression silences nothing any more: no finding of `%s` in `%s`",
                           checks, silencer->glob);
}

void ms_report_stale(struct ms_program *program) {
    const struct ms_silence *silence = silence_of(program);
    const struct ms_silencers *silencers = program->options.silencers;
    for (size_t i = 0; i < silence->comment_count; i++)
        report_comment(program, &silence->comments[i]);
    if (!silencers || !program->options.complete)
        return;
    for (size_t i = 0; i < silencers->count; i++)
        if (silencers->items[i].glob && !silence->used[i])
            report_line(program, i);
    if (is_switched_off(program, "*"))
        return;
    for (uint32_t file = 0; file < silencers->file_count; file++)
        report_baseline(program, file);
}
