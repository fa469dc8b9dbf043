/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * check-then-act. What was read in one critical section decides on a write in another, and is not
 * read again there: in between someone else may have made the same decision, or undone its reason.
 * The epochs say what depends on what; here it is asked who that someone could be.
 */
#include "../epochs.h"
#include "checks.h"
#include "report.h"

#include <string.h>

static const struct ms_event *event_at(const struct ms_program *program, uint32_t event) {
    return &program->facts->events[event];
}

/* Whether somebody who sets the data that was decided on also touches the data that is written, in
 * one critical section: then the two belong together. */
static bool belong_together(struct ms_program *program, const struct ms_instance *setter,
                            ms_path lock, ms_path key) {
    ms_path lock_key = ms_lock_key(program, lock);
    const struct ms_group *group = ms_group_of_key(program, key);
    uint32_t section = 0;
    for (uint32_t l = 0; l < setter->locks.count; l++)
        if (ms_lock_key(program, setter->locks.items[l].lock) == lock_key)
            section = setter->locks.items[l].event;
    for (uint32_t i = 0; group && section && i < group->count; i++)
        for (uint32_t l = 0; l < group->items[i].locks.count; l++)
            if (group->items[i].locks.items[l].event == section &&
                ms_lock_key(program, group->items[i].locks.items[l].lock) == lock_key)
                return true;
    return false;
}

static struct ms_gap gap_of(const struct ms_stale_act *act) {
    return (struct ms_gap){act->function, act->source.event, act->event, act->lock};
}

/* The function itself on another thread, where nobody else writes the data. */
static const struct ms_instance *find_itself(struct ms_program *program,
                                             const struct ms_stale_act *act,
                                             struct ms_instance *itself, bool *known) {
    const struct ms_access *access = &program->accesses[act->access];
    const struct ms_code *code = &program->code[access->function];
    struct ms_gap gap = gap_of(act);
    if (access->kind != MS_ACCESS_INIT || ms_path_key(program, access->path) != act->source.key)
        return NULL;
    for (uint32_t c = 0; c < code->context_count; c++)
        if (ms_make_instance(program, act->access, c, itself) &&
            ms_gap_is_parallel(program, &gap, itself, known))
            return itself;
    return NULL;
}

/* A place without the lock that a check on guards has reported already. */
static bool is_reported(const struct ms_program *program, const struct ms_source *source) {
    struct ms_location where = event_at(program, source->event)->where;
    for (size_t i = 0; !source->lock && i < program->finding_count; i++)
        if (program->findings[i].where.line == where.line &&
            !strcmp(program->findings[i].where.file, ms_name(program, where.file)))
            return true;
    return false;
}

/* A setter that moves a state machine on: who drives it, its owner knows. */
static bool sets_state(const struct ms_program *program, const struct ms_stale_act *act) {
    const struct ms_access *access = &program->accesses[act->access];
    const struct ms_event *write = event_at(program, access->event);
    const char *type = ms_name(program, program->facts->types[write->type].spelling);
    return access->function != act->function && write->kind == MS_EVENT_WRITE &&
           !(access->flags & MS_ACCESS_MODIFY) && !strncmp(type, "enum ", 5);
}

/* Whether the lock is the one that guards what was read without it. */
static bool was_needed(struct ms_program *program, const struct ms_stale_act *act) {
    const struct ms_group *group = ms_group_of_key(program, act->source.key);
    const struct ms_access *read = &program->accesses[act->source.access];
    if (act->source.lock || (read->flags & MS_ACCESS_MODIFY))
        return true;
    return group && group->guard.lock == ms_lock_key(program, act->lock);
}

static const char *what_is_done(struct ms_program *program, const struct ms_stale_act *act) {
    const struct ms_event *event = event_at(program, act->event);
    const struct ms_access *access = &program->accesses[act->access];
    if (access->event != act->event)
        return ms_arena_format(&program->arena, "%s()",
                               ms_name(program, ms_function_at(program, event->callee)->name));
    if (access->operation)
        return ms_arena_format(&program->arena, "%s()", access->operation);
    return ms_arena_format(&program->arena, "this write to `%s`",
                           ms_spelled(program, access->function, access->path));
}

static void note_read(struct ms_program *program, const struct ms_stale_act *act) {
    const struct ms_access *read = &program->accesses[act->source.access];
    ms_report_note(program, read->function, event_at(program, read->event)->where,
                   "`%s` is read here%s%s%s, in %s()",
                   ms_spelled(program, read->function, read->path), read->operation ? " by " : "",
                   read->operation ? read->operation : "",
                   act->source.lock ? " in an earlier critical section" : " without the lock",
                   ms_name(program, ms_function_at(program, read->function)->name));
}

static void note_other(struct ms_program *program, const struct ms_stale_act *act,
                       const struct ms_instance *other, bool known) {
    const struct ms_access *write = ms_access_of(program, other);
    ms_report_note(program, write->function, event_at(program, write->event)->where,
                   "in between it may be %s here%s%s, in %s()", ms_access_word(write),
                   write->operation ? " by " : "", write->operation ? write->operation : "",
                   ms_name(program, ms_function_at(program, write->function)->name));
    if (known && program->code[act->function].context_count)
        ms_report_callers(program, &program->code[act->function].contexts[0]);
}

static void judge_act(struct ms_program *program, const struct ms_stale_act *act) {
    const struct ms_access *read = &program->accesses[act->source.access];
    struct ms_instance itself;
    bool known = false;
    struct ms_gap gap = gap_of(act);
    const struct ms_instance *other =
        ms_find_interference(program, &gap, act->source.key, act->related, &known);
    if (!other)
        other = find_itself(program, act, &itself, &known);
    ms_path key = ms_path_key(program, program->accesses[act->access].path);
    if (!other || act->pending || !was_needed(program, act) || is_reported(program, &act->source) ||
        (act->related && !belong_together(program, other, act->lock, key)))
        return;
    enum ms_confidence confidence =
        known && !act->related ? MS_CONFIDENCE_HIGH : MS_CONFIDENCE_MEDIUM;
    if (sets_state(program, act) || ms_lock_is_one_of_many(program, act->lock))
        confidence = MS_CONFIDENCE_LOW;
    const char *data = ms_spelled(program, read->function, read->path);
    const char *lock = ms_spelled(program, act->function, act->lock);
    if (!ms_report(program, MS_CHECK_CHECK_THEN_ACT, confidence, act->function,
                   event_at(program, act->event)->where, act->source.key,
                   act->source.lock ? "%s relies on what `%s` was before `%s` was given back"
                                    : "%s relies on what `%s` was before `%s` was taken",
                   what_is_done(program, act), data, lock))
        return;
    note_read(program, act);
    note_other(program, act, other, known);
}

static void judge(struct ms_program *program) {
    const struct ms_epochs *epochs = ms_collect_epochs(program);
    for (size_t i = 0; i < epochs->act_count; i++)
        judge_act(program, &epochs->acts[i]);
}

const struct ms_check_code ms_code_of_CHECK_THEN_ACT = {.judge = judge};
