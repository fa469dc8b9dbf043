/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Findings are made here and nowhere else: confidence, switches, suppressions, one per problem. */
#include "report.h"

#include "races.h"

#include <fnmatch.h>
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

/* "a,b" names check; an empty list names all. */
static bool list_names(const char *list, enum ms_check check) {
    const char *name = ms_check_name(check);
    size_t length = strlen(name);
    if (!*list)
        return true;
    for (const char *at = list; (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ',' || at[-1] == ' ') &&
            (!at[length] || at[length] == ',' || at[length] == ' '))
            return true;
    return false;
}

static bool ignored_by_comment(const struct ms_program *program, enum ms_check check,
                               struct ms_location where) {
    for (size_t i = 1; i < program->facts->ignore_count; i++) {
        const struct ms_attribute *ignore = &program->facts->ignores[i];
        if (ignore->where.file == where.file &&
            (ignore->where.line == where.line || ignore->where.line + 1 == where.line) &&
            list_names(ms_name(program, ignore->text), check))
            return true;
    }
    return false;
}

/* Lines "check:glob"; the glob is tried on the function and on the file. */
static bool suppressed_by_option(const struct ms_program *program, enum ms_check check,
                                 ms_function function, const char *file) {
    for (size_t i = 0; i < program->options.suppression_count; i++) {
        const char *line = program->options.suppressions[i];
        const char *colon = strchr(line, ':');
        char name[64];
        if (!colon || (size_t)(colon - line) >= sizeof name)
            continue;
        memcpy(name, line, (size_t)(colon - line));
        name[colon - line] = '\0';
        if (strcmp(name, "*") && ms_check_find(name) != check)
            continue;
        if (!fnmatch(colon + 1, ms_name(program, ms_function_at(program, function)->name), 0) ||
            !fnmatch(colon + 1, file, 0))
            return true;
    }
    return false;
}

static bool analysis_is_off(const struct ms_program *program, ms_function function) {
    struct ms_range range = ms_function_at(program, function)->attributes;
    for (uint32_t i = 0; i < range.count; i++)
        if (program->facts->attributes[range.first + i].kind == MS_ATTRIBUTE_NO_ANALYSIS)
            return true;
    return false;
}

static uint64_t fingerprint_of(struct ms_program *program, enum ms_check check,
                               ms_function function, const char *file, ms_path subject) {
    const char *base = strrchr(file, '/');
    char *text = ms_format("%s|%s|%s|%s", ms_check_name(check), base ? base + 1 : file,
                           ms_name(program, ms_function_at(program, function)->name),
                           subject ? ms_spelled(program, function, subject) : "");
    uint64_t hash = ms_hash_bytes(text, strlen(text), 0);
    free(text);
    return hash;
}

/* The checks that ask which lock an access needs: one answer is enough for one place. */
static bool is_about_guard(enum ms_check check) {
    return check == MS_CHECK_UNLOCKED_ACCESS || check == MS_CHECK_GUARD_BYPASS ||
           check == MS_CHECK_WRONG_LOCK || check == MS_CHECK_WRITE_UNDER_READ_LOCK;
}

static bool is_there(const struct ms_program *program, const struct ms_finding *finding) {
    for (size_t i = 0; i < program->finding_count; i++) {
        const struct ms_finding *known = &program->findings[i];
        bool same = known->check == finding->check ||
                    (is_about_guard(known->check) && is_about_guard(finding->check));
        if (known->fingerprint == finding->fingerprint ||
            (same && known->where.line == finding->where.line &&
             known->where.column == finding->where.column &&
             !strcmp(known->where.file, finding->where.file)))
            return true;
    }
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
    const char *file = ms_name(program, where.file);
    if ((program->options.disabled_checks >> check & 1) ||
        confidence < program->options.confidence || analysis_is_off(program, function))
        return false;
    if (ignored_by_comment(program, check, where) ||
        suppressed_by_option(program, check, function, file)) {
        program->suppressed++;
        return false;
    }
    struct ms_finding finding = {
        .check = check,
        .confidence = confidence,
        .where = place_of(program, function, where),
        .function = ms_name(program, ms_function_at(program, function)->name),
        .fingerprint = fingerprint_of(program, check, function, file, subject)};
    if (is_there(program, &finding))
        return false;
    va_list arguments;
    va_start(arguments, format);
    finding.message = format_list(format, arguments);
    va_end(arguments);
    MS_PUSH(program->findings, program->finding_count, finding);
    return true;
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
