/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Repairs that need no thought: the unlock that an early return forgot, the read lock that should
 * have been a write lock. The engine knows the names and the places; whether the source is written
 * so that the repair fits (no macro, a place where a statement may begin) is seen in the text by
 * whoever prints it, with ms_fix_fit().
 */
#include "report.h"

#include "races.h"

#include <stdlib.h>
#include <string.h>

/* ---- in the text ---- */

/* What is written last before a place, not counting space; NULL at the start of the file and after
 * what may be a comment. */
static const char *last_before(const char *start, const char *at) {
    while (at > start && strchr(" \t\r\n", at[-1]))
        at--;
    for (const char *before = at - 1; before > start && before[-1] != '\n'; before--)
        if (before[-1] == '/' && (before[0] == '/' || before[0] == '*'))
            return NULL;
    return at > start ? at - 1 : NULL;
}

static bool ends_with_else(const char *start, const char *last) {
    return last - start >= 4 && memcmp(last - 3, "else", 4) == 0 &&
           strchr(" \t\n};", last[-4]) != NULL;
}

/* The white space with which the line of a place begins, or a blank if there is more before it. */
static char *separator(const char *start, const char *at) {
    const char *line = at;
    while (line > start && line[-1] != '\n')
        line--;
    size_t length = strspn(line, " \t");
    return line + length == at ? ms_format("\n%.*s", (int)length, line) : ms_format(" ");
}

/* Before a statement of a block it is a line of its own; before the one statement of an `if` the
 * two need braces. */
static bool fit_statement(const char *text, const char *start, const char *at, const char *end,
                          struct ms_edit *edit) {
    const char *last = last_before(start, at);
    if (last && strchr("{};", *last)) {
        char *space = separator(start, at);
        *edit = (struct ms_edit){.insert = ms_format("%s%s", text, space)};
        free(space);
        return true;
    }
    const char *close = at;
    while (close < end && *close != ';' && *close != '\n')
        close++;
    if (!last || (*last != ')' && !ends_with_else(start, last)) || close == end || *close != ';')
        return false;
    edit->remove = (size_t)(close + 1 - at);
    edit->insert = ms_format("{ %s %.*s }", text, (int)edit->remove, at);
    return true;
}

bool ms_fix_fit(const struct ms_fixit *fix, const char *start, const char *at, const char *end,
                struct ms_edit *edit) {
    size_t length = strlen(fix->remove);
    if (length > (size_t)(end - at) || memcmp(at, fix->remove, length) != 0)
        return false;
    if (fix->statement)
        return fit_statement(fix->insert, start, at, end, edit);
    *edit = (struct ms_edit){.remove = length, .insert = ms_format("%s", fix->insert)};
    return true;
}

/* ---- the missing unlock ---- */

/* The call as it is to be written, if it is a plain one with the lock alone: `unlock(&c->lock);`.
 */
static const char *call_text(struct ms_program *program, ms_function function, uint32_t event) {
    const struct ms_event *call = &program->facts->events[event];
    if (call->kind != MS_EVENT_CALL || !call->callee || call->arguments.count != 1 ||
        call->where.macro || (call->flags & (MS_EVENT_MACRO_CALL | MS_EVENT_CLEANUP)))
        return NULL;
    ms_path argument = program->facts->arguments[call->arguments.first];
    return ms_arena_format(&program->arena, "%s(%s);",
                           ms_name(program, ms_function_at(program, call->callee)->name),
                           ms_spelled(program, function, argument));
}

/* Whether what is returned does not have to be read first: a constant, or a variable of the
 * function's own. */
static bool returns_at_once(const struct ms_program *program, ms_function function,
                            const struct ms_event *event) {
    ms_type result = ms_function_at(program, function)->result;
    enum ms_path_kind kind = ms_node(program, event->value)->kind;
    if (event->kind != MS_EVENT_RETURN || event->where.macro)
        return false;
    return program->facts->types[result].kind == MS_TYPE_VOID || kind == MS_PATH_CONSTANT ||
           kind == MS_PATH_LOCAL || kind == MS_PATH_PARAM;
}

void ms_fix_missing_release(struct ms_program *program, ms_function function, uint32_t exit,
                            uint32_t release) {
    const char *call = call_text(program, function, release);
    const struct ms_event *event = &program->facts->events[exit];
    if (!call || !exit || !returns_at_once(program, function, event))
        return;
    ms_report_fix(program, function, event->where, "", call);
    struct ms_finding *finding = &program->findings[program->finding_count - 1];
    finding->fixits[finding->fixit_count - 1].statement = true;
}

/* ---- the read lock that should have been a write lock ---- */

static const struct {
    const char *shared, *exclusive;
} modes[] = {
    {"pthread_rwlock_rdlock", "pthread_rwlock_wrlock"},
    {"pthread_rwlock_tryrdlock", "pthread_rwlock_trywrlock"},
    {"pthread_rwlock_timedrdlock", "pthread_rwlock_timedwrlock"},
    {"g_rw_lock_reader_lock", "g_rw_lock_writer_lock"},
    {"g_rw_lock_reader_trylock", "g_rw_lock_writer_trylock"},
    {"g_rw_lock_reader_unlock", "g_rw_lock_writer_unlock"},
    {"uv_rwlock_rdlock", "uv_rwlock_wrlock"},
    {"uv_rwlock_tryrdlock", "uv_rwlock_trywrlock"},
    {"uv_rwlock_rdunlock", "uv_rwlock_wrunlock"},
};

static const char *exclusive_name(const char *shared) {
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(modes[i].shared, shared) == 0)
            return modes[i].exclusive;
    return NULL;
}

void ms_fix_shared_mode(struct ms_program *program, ms_function function, uint32_t acquisition) {
    const struct ms_event *taken = &program->facts->events[acquisition];
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    if (taken->kind != MS_EVENT_CALL || !taken->arguments.count)
        return;
    ms_path lock = program->facts->arguments[taken->arguments.first];
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++) {
            const struct ms_event *call = &program->facts->events[e];
            if (call->kind != MS_EVENT_CALL || !call->callee || !call->arguments.count ||
                program->facts->arguments[call->arguments.first] != lock)
                continue;
            const char *name = ms_name(program, ms_function_at(program, call->callee)->name);
            if (exclusive_name(name))
                ms_report_fix(program, function, call->where, name, exclusive_name(name));
        }
    }
}
