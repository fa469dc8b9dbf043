/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Findings are made here and nowhere else: confidence, switches, suppressions, one per problem. */
#include "report.h"

#include "races.h"
#include "silence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ms_place place_of(const struct ms_program *program, ms_function function,
                                struct ms_location where) {
    uint32_t number = program->function_unit[function];
    const struct ms_unit *unit = program->units[number];
    return (struct ms_place){.file = ms_name(program, where.file),
                             .directory = ms_unit_text(unit, unit->directory),
                             .line = where.line,
                             .column = where.column,
                             .token = where.token,
                             .unit = number};
}

static bool analysis_is_off(const struct ms_program *program, ms_function function) {
    struct ms_range range = ms_function_at(program, function)->attributes;
    for (uint32_t i = 0; i < range.count; i++)
        if (program->facts->attributes[range.first + i].kind == MS_ATTRIBUTE_NO_ANALYSIS)
            return true;
    return false;
}

/* The same for the same problem after unrelated edits and in any checkout: no lines, no
 * directories. */
static uint64_t fingerprint_of(enum ms_check check, const char *file, const char *function,
                               const char *subject) {
    const char *base = strrchr(file, '/');
    char *text =
        ms_format("%s|%s|%s|%s", ms_check_name(check), base ? base + 1 : file, function, subject);
    uint64_t hash = ms_hash_bytes(text, strlen(text), 0);
    free(text);
    return hash;
}

/* ---- one finding for one problem ---- */

/* A problem that was met before, whether it was printed or silenced. */
struct ms_known {
    uint64_t fingerprint, file;
    uint32_t line, column;
    enum ms_check check;
};

/* The checks that ask which lock an access needs: one answer is enough for one place. */
static bool is_about_guard(enum ms_check check) {
    return check == MS_CHECK_UNLOCKED_ACCESS || check == MS_CHECK_GUARD_BYPASS ||
           check == MS_CHECK_WRONG_LOCK || check == MS_CHECK_WRITE_UNDER_READ_LOCK ||
           check == MS_CHECK_UNSAFE_PUBLICATION || check == MS_CHECK_EXPOSED_FIELD;
}

static bool same_problem(const struct ms_known *one, const struct ms_known *other) {
    if (one->file != other->file)
        return false;
    if (one->fingerprint == other->fingerprint)
        return true;
    bool same_check =
        one->check == other->check || (is_about_guard(one->check) && is_about_guard(other->check));
    return same_check && one->line == other->line && one->column == other->column;
}

static bool index_has(const struct ms_program *program, uint64_t hash,
                      const struct ms_known *problem) {
    size_t cursor = ms_index_start(&program->known_index, hash);
    for (uint32_t at; (at = ms_index_next(&program->known_index, hash, &cursor)) != MS_INDEX_END;)
        if (same_problem(&program->known[at], problem))
            return true;
    return false;
}

/* Remembers the problem; false if it was met before. */
static bool is_new(struct ms_program *program, const struct ms_finding *finding) {
    char *file = ms_absolute_name(finding->where.directory, finding->where.file);
    struct ms_known problem = {finding->fingerprint, ms_hash_bytes(file, strlen(file), 0),
                               finding->where.line, finding->where.column, finding->check};
    free(file);
    uint64_t place = ms_hash_mix(problem.file, ms_hash_mix(problem.line, problem.column));
    if (index_has(program, problem.fingerprint, &problem) || index_has(program, place, &problem))
        return false;
    ms_index_add(&program->known_index, problem.fingerprint, (uint32_t)program->known_count);
    ms_index_add(&program->known_index, place, (uint32_t)program->known_count);
    MS_PUSH(program->known, program->known_count, problem);
    return true;
}

/* ---- making findings ---- */

static bool is_known(const struct ms_program *program, uint64_t fingerprint) {
    size_t cursor = ms_index_start(&program->known_index, fingerprint);
    for (uint32_t at;
         (at = ms_index_next(&program->known_index, fingerprint, &cursor)) != MS_INDEX_END;)
        if (program->known[at].fingerprint == fingerprint)
            return true;
    return false;
}

bool ms_guard_is_reported(struct ms_program *program, ms_function function,
                          struct ms_location where, ms_path subject) {
    const char *file = ms_name(program, where.file);
    const char *name = ms_name(program, ms_function_at(program, function)->name);
    const char *data = ms_spelled(program, function, subject);
    for (int check = MS_CHECK_NONE + 1; check < MS_CHECK_COUNT; check++)
        if (is_about_guard((enum ms_check)check) &&
            is_known(program, fingerprint_of((enum ms_check)check, file, name, data)))
            return true;
    return false;
}

static char *format_list(const char *format, va_list arguments) {
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        ms_out_of_memory(0);
    return text;
}

bool ms_report(struct ms_program *program, enum ms_check check, enum ms_confidence confidence,
               ms_function function, struct ms_location where, ms_path subject, const char *format,
               ...) {
    const char *name = ms_name(program, ms_function_at(program, function)->name);
    if ((program->options.disabled_checks >> check & 1) || analysis_is_off(program, function))
        return false;
    struct ms_finding finding = {
        .check = check,
        .confidence = confidence,
        .where = place_of(program, function, where),
        .function = name,
        .fingerprint = fingerprint_of(check, ms_name(program, where.file), name,
                                      subject ? ms_spelled(program, function, subject) : "")};
    if (confidence < program->options.confidence) {
        ms_silenced(program, &finding); /* not in vain: at a lower level it would speak */
        return false;
    }
    if (ms_in_filtered_header(program, &finding.where) || !is_new(program, &finding))
        return false;
    if (ms_silenced(program, &finding)) {
        program->suppressed++;
        return false;
    }
    va_list arguments;
    va_start(arguments, format);
    finding.message = format_list(format, arguments);
    va_end(arguments);
    MS_PUSH(program->findings, program->finding_count, finding);
    return true;
}

void ms_report_silencer(struct ms_program *program, const struct ms_place *where,
                        const char *format, ...) {
    enum ms_check check = MS_CHECK_STALE_SUPPRESSION;
    if (program->options.disabled_checks >> check & 1)
        return;
    va_list arguments;
    va_start(arguments, format);
    struct ms_finding finding = {.check = check,
                                 .confidence = MS_CONFIDENCE_HIGH,
                                 .where = *where,
                                 .message = format_list(format, arguments)};
    va_end(arguments);
    finding.fingerprint = fingerprint_of(check, where->file, "", finding.message);
    MS_PUSH(program->findings, program->finding_count, finding);
}

static bool has_note(const struct ms_finding *finding, const struct ms_place *where,
                     const char *text) {
    for (size_t i = 0; i < finding->note_count; i++)
        if (finding->notes[i].where.line == where->line &&
            finding->notes[i].where.column == where->column &&
            !strcmp(finding->notes[i].where.file, where->file) &&
            !strcmp(finding->notes[i].text, text))
            return true;
    return false;
}

void ms_report_fix(struct ms_program *program, ms_function function, struct ms_location where,
                   const char *remove, const char *insert) {
    struct ms_finding *finding = &program->findings[program->finding_count - 1];
    struct ms_fixit fix = {.where = place_of(program, function, where),
                           .remove = ms_format("%s", remove),
                           .insert = ms_format("%s", insert)};
    MS_PUSH(finding->fixits, finding->fixit_count, fix);
}

void ms_report_note(struct ms_program *program, ms_function function, struct ms_location where,
                    const char *format, ...) {
    struct ms_finding *finding = &program->findings[program->finding_count - 1];
    struct ms_note note = {.where = place_of(program, function, where)};
    va_list arguments;
    va_start(arguments, format);
    note.text = format_list(format, arguments);
    va_end(arguments);
    if (has_note(finding, &note.where, note.text))
        free(note.text); /* both sides may come the same way */
    else
        MS_PUSH(finding->notes, finding->note_count, note);
}

/* The location as the event's source has it: `p->table` where the analysis knows that p is the
 * argument. Of a call, it is what one of the arguments points to, or is. */
static ms_path written_at(struct ms_program *program, uint32_t number, ms_path location) {
    const struct ms_event event = program->facts->events[number];
    ms_path key = ms_path_key(program, location);
    if (event.kind != MS_EVENT_CALL)
        return key && ms_path_key(program, event.path) == key ? event.path : location;
    for (uint32_t i = 0; key && i < event.arguments.count; i++) {
        ms_path argument = program->facts->arguments[event.arguments.first + i];
        const struct ms_path_node *node = ms_node(program, argument);
        ms_path candidate = node->kind == MS_PATH_ADDRESS ? node->base : argument;
        if (ms_path_key(program, candidate) == key)
            return candidate;
    }
    return location;
}

ms_path ms_access_written(struct ms_program *program, const struct ms_access *access) {
    return written_at(program, access->event, access->path);
}

const char *ms_access_spelled(struct ms_program *program, const struct ms_access *access) {
    return ms_spelled(program, access->function, ms_access_written(program, access));
}

const char *ms_lock_spelled(struct ms_program *program, ms_function function, ms_path lock,
                            uint32_t event) {
    return ms_spelled(program, function, written_at(program, event, lock));
}

const char *ms_by_operation(struct ms_program *program, const struct ms_access *access) {
    return access->operation ? ms_arena_format(&program->arena, " by %s()", access->operation) : "";
}

const char *ms_access_word(const struct ms_access *access) {
    switch (access->kind) {
    case MS_ACCESS_WRITE:
        return access->flags & MS_ACCESS_MODIFY ? "modified" : "written";
    case MS_ACCESS_ITERATE:
        return "iterated over";
    default:
        return "read";
    }
}

enum { WAY_MAX = 6 };

void ms_report_way(struct ms_program *program, const struct ms_instance *instance) {
    ms_report_callers(program, ms_context_of(program, instance));
}

void ms_report_callers(struct ms_program *program, const struct ms_context *context) {
    for (int step = 0; context->site != UINT32_MAX && step < WAY_MAX; step++) {
        const struct ms_call_site *site = &program->calls[context->site];
        struct ms_location where = program->facts->events[site->event].where;
        const char *callee = ms_name(program, ms_function_at(program, site->callee)->name);
        const char *caller = ms_name(program, ms_function_at(program, site->caller)->name);
        bool many = site->how == MS_HOW_THREAD && program->threads[site->thread].many;
        switch (site->how) {
        case MS_HOW_THREAD:
            ms_report_note(program, site->caller, where,
                           many ? "threads started here, in %s(), run %s()"
                                : "the thread started here, in %s(), runs %s()",
                           caller, callee);
            return;
        case MS_HOW_SIGNAL:
            ms_report_note(program, site->caller, where, "%s() is made a signal handler here",
                           callee);
            return;
        case MS_HOW_HANDLER:
        case MS_HOW_LOOP:
            ms_report_note(program, site->caller, where, "%s() is registered as a callback here",
                           callee);
            return;
        default:
            ms_report_note(program, site->caller, where, "%s() is called from here, in %s()",
                           callee, caller);
            break;
        }
        context = &program->code[site->caller].contexts[context->parent];
    }
}
