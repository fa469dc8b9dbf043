/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * iterator-invalidated. Between two steps of an iterator, or in the callback of a walk, the map is
 * changed other than through the iterator; or the lock is given back and taken again; or a loop
 * over a list frees the element from which it then steps on. What leaves the loop after the change
 * is fine, so the question is always whether the next step can follow.
 */
#include "checks.h"
#include "event_flow.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 6, VISITS_MAX = 400, LOOPS_MAX = 32 };

static const struct ms_event *event_at(const struct ms_program *program, uint32_t event) {
    return &program->facts->events[event];
}

static const char *name_of(const struct ms_program *program, ms_function function) {
    return ms_name(program, ms_function_at(program, function)->name);
}

static const struct ms_effect *effect_of(struct ms_program *program, uint32_t event,
                                         enum ms_verb verb) {
    if (event_at(program, event)->kind != MS_EVENT_CALL)
        return NULL;
    struct ms_known_effects known = ms_effects_of(program, event_at(program, event));
    for (uint32_t i = 0; i < known.count; i++)
        if (known.items[i].verb == verb)
            return &known.items[i];
    return NULL;
}

/* The argument of an operand, as the source has it. */
static ms_path argument_of(const struct ms_program *program, uint32_t event,
                           const struct ms_operand *operand) {
    const struct ms_event *call = event_at(program, event);
    return operand->index < call->arguments.count
               ? program->facts->arguments[call->arguments.first + operand->index]
               : 0;
}

/* ---- who changes a map ---- */

static bool is_change(struct ms_program *program, const struct ms_access *access, ms_path map) {
    return access->kind == MS_ACCESS_WRITE && (access->flags & MS_ACCESS_MAP) &&
           access->path == map && !effect_of(program, access->event, MS_VERB_ITERATE_REMOVE) &&
           !effect_of(program, access->event, MS_VERB_ITERATE);
}

/* A map of the caller as its callee names it; 0 if the callee has no name for it. */
static ms_path in_callee(struct ms_program *program, const struct ms_call_site *site, ms_path map) {
    if (ms_node(program, ms_path_root(program, map))->kind == MS_PATH_GLOBAL)
        return map;
    for (uint32_t i = 0; i < site->argument_count; i++)
        if (site->arguments[i] && ms_path_contains(program, map, site->arguments[i]))
            return ms_path_replace(program, map, site->arguments[i],
                                   ms_make(program, MS_PATH_PARAM, 0, i, 0));
    return 0;
}

/* The access by which a function, or one that it calls, changes this map. */
static const struct ms_access *find_change(struct ms_program *program, ms_function function,
                                           ms_path map, int depth, uint32_t *visits) {
    const struct ms_code *code = &program->code[function];
    if (!map || depth == DEPTH_MAX || ++*visits > VISITS_MAX)
        return NULL;
    for (uint32_t i = 0; i < code->accesses.count; i++)
        if (is_change(program, &program->accesses[code->accesses.first + i], map))
            return &program->accesses[code->accesses.first + i];
    for (uint32_t i = 0; i < code->calls.count; i++) {
        const struct ms_call_site *site = &program->calls[code->calls.first + i];
        if (site->how != MS_HOW_CALL && site->how != MS_HOW_CALLBACK)
            continue;
        const struct ms_access *found =
            find_change(program, site->callee, in_callee(program, site, map), depth + 1, visits);
        if (found)
            return found;
    }
    return NULL;
}

/* A map that keeps its iterators good whatever happens to it says so by having no effect that makes
 * one: its walks are no brackets either. */
static bool survives_changes(const struct ms_program *program, uint32_t event) {
    const char *callee = name_of(program, event_at(program, event)->callee);
    const struct ms_model *model = ms_models_function(program->options.models, callee);
    return model && !strcmp(model->library, "mapsan maps");
}

/* ---- walks with a callback ---- */

static void judge_callback(struct ms_program *program, const struct ms_call_site *site) {
    const struct ms_code *code = &program->code[site->caller];
    if (site->how != MS_HOW_CALLBACK || !effect_of(program, site->event, MS_VERB_ITERATE) ||
        survives_changes(program, site->event))
        return;
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        const struct ms_access *walk = &program->accesses[code->accesses.first + i];
        uint32_t visits = 0;
        if (walk->event != site->event || walk->kind != MS_ACCESS_ITERATE)
            continue;
        const struct ms_access *change =
            find_change(program, site->callee, in_callee(program, site, walk->path), 0, &visits);
        if (!change)
            continue;
        if (ms_report(program, MS_CHECK_ITERATOR_INVALIDATED, MS_CONFIDENCE_MEDIUM,
                      change->function, event_at(program, change->event)->where, change->path,
                      "%s() on `%s` while %s() walks over it and calls back", change->operation,
                      ms_spelled(program, change->function, change->path), walk->operation))
            ms_report_note(program, site->caller, event_at(program, site->event)->where,
                           "the walk is here, in %s(), and calls %s()",
                           name_of(program, site->caller), name_of(program, site->callee));
        return;
    }
}

/* ---- iterators ---- */

/* One iterator of a function, from where it is made. */
struct iteration {
    ms_function function;
    const struct ms_access *start; /* of the map */
    ms_path iterator;              /* the argument that names it */
    uint32_t step;
};

static bool starts_anew(struct ms_program *program, uint32_t event, const void *data) {
    const struct iteration *iteration = data;
    const struct ms_effect *effect = effect_of(program, event, MS_VERB_ITERATOR_INIT);
    return effect && argument_of(program, event, &effect->other) == iteration->iterator;
}

/* Comes between two steps, and a step can follow. */
static bool is_between(struct ms_program *program, const struct iteration *iteration,
                       uint32_t event) {
    return ms_event_follows(program, iteration->function, iteration->start->event, event, NULL,
                            NULL) &&
           ms_event_follows(program, iteration->function, iteration->step, event, starts_anew,
                            iteration) &&
           ms_event_follows(program, iteration->function, event, iteration->step, starts_anew,
                            iteration);
}

/* `done = true` after the change, and the loop asks for it. */
static bool sets_flag(struct ms_program *program, ms_function function, uint32_t event,
                      uint32_t step) {
    uint32_t number = ms_block_of(program, function, event);
    uint32_t head = ms_block_of(program, function, step);
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    if (number == UINT32_MAX || head == UINT32_MAX)
        return false;
    struct ms_range events = program->facts->blocks[blocks.first + number].events;
    for (uint32_t e = event + 1; e < events.first + events.count; e++) {
        const struct ms_event *write = event_at(program, e);
        if (write->kind != MS_EVENT_WRITE ||
            ms_node(program, write->value)->kind != MS_PATH_CONSTANT)
            continue;
        for (uint32_t b = 0; b < blocks.count; b++)
            if (program->facts->blocks[blocks.first + b].compare != MS_COMPARE_NONE &&
                program->facts->blocks[blocks.first + b].left == write->path &&
                ms_block_reaches(program, function, b, head, false) &&
                ms_block_reaches(program, function, head, b, false))
                return true;
    }
    return false;
}

static void note_iteration(struct ms_program *program, const struct iteration *iteration) {
    ms_report_note(program, iteration->function, event_at(program, iteration->step)->where,
                   "the iterator takes its next step here");
    ms_report_note(program, iteration->function, event_at(program, iteration->start->event)->where,
                   "and was made here");
}

static void judge_change(struct ms_program *program, const struct iteration *iteration,
                         uint32_t event, const struct ms_access *change) {
    ms_function function = iteration->function;
    if (!is_between(program, iteration, event) ||
        sets_flag(program, function, event, iteration->step))
        return;
    bool direct = change->event == event;
    if (!ms_report(program, MS_CHECK_ITERATOR_INVALIDATED,
                   direct && effect_of(program, event, MS_VERB_REMOVE) ? MS_CONFIDENCE_HIGH
                                                                       : MS_CONFIDENCE_MEDIUM,
                   function, event_at(program, event)->where, iteration->start->path,
                   "`%s` is changed by %s() between two steps of an iterator over it",
                   ms_spelled(program, function, iteration->start->path), change->operation))
        return;
    note_iteration(program, iteration);
    if (!direct)
        ms_report_note(program, change->function, event_at(program, change->event)->where,
                       "%s() is called here, in %s()", change->operation,
                       name_of(program, change->function));
}

static bool changes_elsewhere(struct ms_program *program, ms_path map) {
    ms_path key = ms_path_key(program, map);
    for (size_t i = 0; key && i < program->access_count; i++) {
        const struct ms_access *access = &program->accesses[i];
        if ((access->flags & MS_ACCESS_MAP) && access->kind == MS_ACCESS_WRITE &&
            !(access->flags & (MS_ACCESS_OWNED | MS_ACCESS_SETUP)) &&
            ms_path_key(program, access->path) == key)
            return true;
    }
    return false;
}

/* The lock under which the iterator was made is taken again before a step. */
static void judge_relock(struct ms_program *program, const struct iteration *iteration,
                         const struct ms_acquisition *again) {
    const struct ms_lockset *locks = &iteration->start->locks;
    for (uint32_t i = 0; i < locks->count; i++) {
        if (locks->items[i].level <= 0 || locks->items[i].lock != again->lock ||
            !ms_event_follows(program, iteration->function, iteration->start->event, again->event,
                              starts_anew, iteration) ||
            !ms_event_follows(program, iteration->function, again->event, iteration->step,
                              starts_anew, iteration) ||
            !changes_elsewhere(program, iteration->start->path))
            continue;
        if (ms_report(program, MS_CHECK_ITERATOR_INVALIDATED, MS_CONFIDENCE_HIGH,
                      iteration->function, event_at(program, iteration->step)->where,
                      iteration->start->path,
                      "the iterator over `%s` goes on after `%s` was given back: others may have "
                      "changed the map",
                      ms_spelled(program, iteration->function, iteration->start->path),
                      ms_spelled(program, iteration->function, again->lock))) {
            ms_report_note(program, iteration->function, event_at(program, again->event)->where,
                           "the lock is taken again here");
            note_iteration(program, iteration);
        }
        return;
    }
}

static void judge_steps(struct ms_program *program, struct iteration *iteration,
                        const uint32_t *first_acquisition) {
    const struct ms_code *code = &program->code[iteration->function];
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        const struct ms_access *access = &program->accesses[code->accesses.first + i];
        if (is_change(program, access, iteration->start->path))
            judge_change(program, iteration, access->event, access);
    }
    for (uint32_t i = 0; i < code->calls.count; i++) {
        const struct ms_call_site *site = &program->calls[code->calls.first + i];
        uint32_t visits = 0;
        if (site->how != MS_HOW_CALL && site->how != MS_HOW_CALLBACK)
            continue;
        const struct ms_access *change = find_change(
            program, site->callee, in_callee(program, site, iteration->start->path), 0, &visits);
        if (change)
            judge_change(program, iteration, site->event, change);
    }
    for (uint32_t a = first_acquisition[iteration->function];
         a && a <= program->acquisition_count &&
         program->acquisitions[a - 1].function == iteration->function;
         a++)
        judge_relock(program, iteration, &program->acquisitions[a - 1]);
}

/* Each call in this function that steps the iterator that `start` makes. */
static void judge_iterator(struct ms_program *program, ms_function function,
                           const struct ms_access *start, const uint32_t *first_acquisition) {
    const struct ms_effect *made = effect_of(program, start->event, MS_VERB_ITERATOR_INIT);
    struct iteration iteration = {.function = function, .start = start};
    iteration.iterator = made ? argument_of(program, start->event, &made->other) : 0;
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; iteration.iterator && b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++) {
            const struct ms_effect *step = effect_of(program, e, MS_VERB_ITERATE);
            if (!step || argument_of(program, e, &step->object) != iteration.iterator)
                continue;
            iteration.step = e;
            judge_steps(program, &iteration, first_acquisition);
        }
    }
}

/* ---- loops over lists ---- */

/* `v = v->next`: the variable, or 0. */
static ms_path stepped_variable(struct ms_program *program, const struct ms_event *event) {
    int kind = ms_node(program, event->path)->kind;
    if (event->kind != MS_EVENT_WRITE || (kind != MS_PATH_LOCAL && kind != MS_PATH_PARAM))
        return 0;
    struct ms_path_node value = *ms_node(program, event->value);
    if (value.kind == MS_PATH_CONTAINER)
        value = *ms_node(program, value.base);
    if (value.kind != MS_PATH_FIELD || ms_path_root(program, value.base) != event->path)
        return 0;
    ms_path object = ms_make(program, MS_PATH_DEREF, event->path, 0, 0);
    return ms_path_contains(program, value.base, object) ? event->path : 0;
}

/* Whether a function frees what this parameter points to before it can do anything else. */
static bool frees_parameter(struct ms_program *program, ms_function function, uint32_t parameter,
                            int depth);

/* Whether this call frees what `value` points to. */
static bool frees(struct ms_program *program, uint32_t event, ms_path value, int depth) {
    const struct ms_event *call = event_at(program, event);
    if (call->kind != MS_EVENT_CALL)
        return false;
    const struct ms_effect *effect = effect_of(program, event, MS_VERB_FREE);
    if (effect)
        return effect->object.kind == MS_OPERAND_ARGUMENT && !effect->outcome &&
               argument_of(program, event, &effect->object) == value;
    for (uint32_t i = 0; i < call->arguments.count; i++)
        if (program->facts->arguments[call->arguments.first + i] == value && call->callee &&
            frees_parameter(program, call->callee, i, depth + 1))
            return true;
    return false;
}

static bool frees_parameter(struct ms_program *program, ms_function function, uint32_t parameter,
                            int depth) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    ms_path value = ms_make(program, MS_PATH_PARAM, 0, parameter, 0);
    if (!blocks.count || depth > 3)
        return false;
    uint32_t b = 0;
    for (uint32_t walked = 0; walked < blocks.count; walked++) {
        const struct ms_block *block = &program->facts->blocks[blocks.first + b];
        for (uint32_t e = 0; e < block->events.count; e++)
            if (frees(program, block->events.first + e, value, depth))
                return true;
        if (block->successors.count != 1)
            return false;
        b = program->facts->successors[block->successors.first];
    }
    return false;
}

static bool assigns(struct ms_program *program, uint32_t event, const void *data) {
    return event_at(program, event)->kind == MS_EVENT_WRITE &&
           event_at(program, event)->path == *(const ms_path *)data;
}

static void judge_free(struct ms_program *program, ms_function function, uint32_t step,
                       ms_path variable, uint32_t event) {
    if (!frees(program, event, variable, 0) ||
        !ms_event_follows(program, function, event, step, assigns, &variable) ||
        !ms_event_follows(program, function, step, event, NULL, NULL) ||
        sets_flag(program, function, event, step))
        return;
    const char *spelled = ms_spelled(program, function, variable);
    if (ms_report(program, MS_CHECK_ITERATOR_INVALIDATED, MS_CONFIDENCE_HIGH, function,
                  event_at(program, event)->where, variable,
                  "`%s` is freed here, and the loop then goes on from it", spelled))
        ms_report_note(program, function, event_at(program, step)->where,
                       "the next element is read from `%s` here", spelled);
}

static void judge_lists(struct ms_program *program, ms_function function) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    uint32_t steps[LOOPS_MAX], count = 0;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = 0; e < events.count && count < LOOPS_MAX; e++)
            if (stepped_variable(program, event_at(program, events.first + e)) &&
                ms_block_in_loop(program, function, b))
                steps[count++] = events.first + e;
    }
    for (uint32_t b = 0; count && b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++)
            for (uint32_t s = 0; event_at(program, e)->kind == MS_EVENT_CALL && s < count; s++)
                judge_free(program, function, steps[s], event_at(program, steps[s])->path, e);
    }
}

static void judge(struct ms_program *program) {
    uint32_t *first = ms_allocate(program->facts->function_count * sizeof *first);
    for (size_t i = program->acquisition_count; i-- > 0;)
        first[program->acquisitions[i].function] = (uint32_t)i + 1;
    for (size_t i = 0; i < program->call_count; i++)
        judge_callback(program, &program->calls[i]);
    for (size_t i = 0; i < program->access_count; i++)
        if (program->accesses[i].kind == MS_ACCESS_ITERATE)
            judge_iterator(program, program->accesses[i].function, &program->accesses[i], first);
    for (size_t i = 0; i < program->order_count; i++)
        judge_lists(program, program->order[i]);
    free(first);
}

const struct ms_check_code ms_code_of_ITERATOR_INVALIDATED = {.judge = judge};
