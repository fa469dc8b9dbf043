/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * escaping-reference. A pointer that was read under a lock is followed after the lock was given
 * back, and some other thread frees what such a pointer leads to. The epochs say which uses are
 * stale and which objects are freed where; here it is asked whether the two can meet.
 */
#include "../epochs.h"
#include "checks.h"
#include "report.h"

static const struct ms_event *event_at(const struct ms_program *program, uint32_t event) {
    return &program->facts->events[event];
}

/* The call whose result this event stores, or NULL. */
static const struct ms_event *call_stored(const struct ms_program *program, uint32_t event) {
    enum { DISTANCE_MAX = 8 };
    const struct ms_event *write = event_at(program, event);
    const struct ms_path_node *value = ms_node(program, write->value);
    if (write->kind != MS_EVENT_WRITE || value->kind != MS_PATH_RESULT)
        return NULL;
    for (uint32_t e = event; e-- > 0 && event - e < DISTANCE_MAX;)
        if (event_at(program, e)->kind == MS_EVENT_CALL &&
            event_at(program, e)->result == value->operand)
            return event_at(program, e);
    return NULL;
}

/* Maps that free their elements: made with a function for that, beside those for hash and
 * equality. */
static bool frees_elements(struct ms_program *program, ms_path key) {
    enum { AFTER_HASH_AND_EQUALITY = 2 };
    for (size_t i = 0; i < program->access_count; i++) {
        const struct ms_access *access = &program->accesses[i];
        if ((access->kind != MS_ACCESS_INIT && access->kind != MS_ACCESS_WRITE) ||
            (access->flags & MS_ACCESS_MAP) || ms_path_key(program, access->path) != key)
            continue;
        const struct ms_event *call = call_stored(program, access->event);
        for (uint32_t a = AFTER_HASH_AND_EQUALITY; call && a < call->arguments.count; a++)
            if (ms_node(program, program->facts->arguments[call->arguments.first + a])->kind ==
                MS_PATH_FUNCTION)
                return true;
    }
    return false;
}

/* Where an object that such a pointer leads to ends, in parallel to its use. */
struct end {
    const struct ms_instance *other;
    ms_function function;
    uint32_t event;
    bool known;
};

static struct ms_gap gap_of(const struct ms_stale_use *use) {
    return (struct ms_gap){use->function, use->source.event, use->event, use->source.lock};
}

static bool find_free(struct ms_program *program, const struct ms_epochs *epochs,
                      const struct ms_stale_use *use, struct end *end) {
    const struct ms_group *group = ms_group_of_key(program, use->source.key);
    ms_path lock_key = ms_lock_key(program, use->source.lock);
    struct ms_gap gap = gap_of(use);
    for (size_t f = 0; group && f < epochs->freed_count; f++) {
        const struct ms_freed *freed = &epochs->freed[f];
        if (freed->key != use->source.key)
            continue;
        for (uint32_t i = 0; i < group->count; i++) {
            const struct ms_instance *other = &group->items[i];
            bool known = false;
            if (other->access != freed->access || !ms_holds(program, other, lock_key) ||
                !ms_gap_is_parallel(program, &gap, other, &known))
                continue;
            if (!end->other || known > end->known)
                *end = (struct end){other, freed->function, freed->event, known};
        }
    }
    return end->other != NULL;
}

static bool find_removal(struct ms_program *program, const struct ms_stale_use *use,
                         struct end *end) {
    if (!use->source.map || !frees_elements(program, use->source.key))
        return false;
    struct ms_gap gap = gap_of(use);
    end->other = ms_find_interference(program, &gap, use->source.key, false, &end->known);
    if (!end->other)
        return false;
    end->function = ms_access_of(program, end->other)->function;
    end->event = ms_access_of(program, end->other)->event;
    return true;
}

static void judge_use(struct ms_program *program, const struct ms_epochs *epochs,
                      const struct ms_stale_use *use) {
    const struct ms_access *read = &program->accesses[use->source.access];
    struct end end = {0};
    if (!find_free(program, epochs, use, &end) && !find_removal(program, use, &end))
        return;
    const char *data = ms_spelled(program, read->function, read->path);
    const char *lock = ms_spelled(program, use->function, use->source.lock);
    enum ms_confidence confidence = end.known ? MS_CONFIDENCE_HIGH : MS_CONFIDENCE_MEDIUM;
    if (ms_lock_is_one_of_many(program, use->source.lock))
        confidence = MS_CONFIDENCE_LOW;
    if (!ms_report(program, MS_CHECK_ESCAPING_REFERENCE, confidence, use->function,
                   event_at(program, use->event)->where, use->source.key,
                   "a pointer out of `%s` is used after `%s` was given back: what it points to "
                   "may be gone",
                   data, lock))
        return;
    ms_report_note(program, read->function, event_at(program, read->event)->where,
                   "it was read here, in %s()",
                   ms_name(program, ms_function_at(program, read->function)->name));
    ms_report_note(program, end.function, event_at(program, end.event)->where,
                   "what is in `%s` is freed here, in %s()", data,
                   ms_name(program, ms_function_at(program, end.function)->name));
    if (end.known)
        ms_report_way(program, end.other);
}

static void judge(struct ms_program *program) {
    const struct ms_epochs *epochs = ms_collect_epochs(program);
    for (size_t i = 0; i < epochs->use_count; i++)
        judge_use(program, epochs, &epochs->uses[i]);
}

const struct ms_check_code ms_code_of_ESCAPING_REFERENCE = {.judge = judge};
