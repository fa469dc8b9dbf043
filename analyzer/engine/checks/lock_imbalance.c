/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * lock-imbalance. A lock taken twice, given back twice, or upgraded while held is reported when it
 * happens on every path to the place. A lock that is still held at one exit is reported when other
 * exits give it back, unless the value returned tells the caller, or the callers give it back.
 */
#include "checks.h"
#include "races.h"
#include "report.h"

#include <string.h>

/* How often the step at hand was wrong, over the states before it. */
struct step {
    uint32_t event;
    uint32_t states, wrong;
    bool given_back;
    const char *problem;
    ms_path lock;
    uint32_t earlier;   /* event to point at, */
    const char *before; /* and what it is */
};

static _Thread_local struct step step;

/* One of an array, with an index that is computed: which one it is cannot be told from the name. */
static bool is_computed(const struct ms_program *program, ms_path lock) {
    for (;;) {
        const struct ms_path_node *node = ms_node(program, lock);
        if (node->kind == MS_PATH_INDEX && ms_node(program, node->extra)->kind != MS_PATH_CONSTANT)
            return true;
        if (node->kind != MS_PATH_FIELD && node->kind != MS_PATH_INDEX &&
            node->kind != MS_PATH_DEREF)
            return false;
        lock = node->base;
    }
}

static bool may_be_recursive(const struct ms_program *program, ms_function function, ms_path lock) {
    ms_type type = ms_path_type(program, function, lock);
    switch (ms_type_role(program, type)) {
    case MS_ROLE_RECURSIVE_MUTEX:
        return true;
    case MS_ROLE_MUTEX:
    case MS_ROLE_SPINLOCK:
    case MS_ROLE_RWLOCK:
        return program->recursive_mutexes;
    default:
        return true; /* a lock of a kind that we do not know */
    }
}

/* The lock is held because a function that was called is imbalanced, which is reported there: one
 * problem, however many callers it has. */
static bool is_consequence(struct ms_program *program, const struct ms_held *held) {
    const struct ms_event *event = &program->facts->events[held->event];
    return event->kind == MS_EVENT_CALL && event->callee && program->code[event->callee].imbalanced;
}

static const char *wrong_step(const struct ms_local *local, const struct ms_held *held,
                              uint8_t mode, int change) {
    if (change > 0 && held->level > 0) {
        if (is_consequence(local->program, held))
            return NULL;
        if (may_be_recursive(local->program, local->function, held->lock))
            return NULL;
        if (held->mode == MS_MODE_SHARED && mode == MS_MODE_EXCLUSIVE)
            return "is taken exclusively while this thread holds it shared: it waits for itself";
        if (held->mode == MS_MODE_SHARED)
            return NULL;
        return "is taken again by the thread that holds it: it waits for itself";
    }
    if (change < 0 && held->failed && held->level == 0 && !held->maybe)
        return "is given back, but taking it may have failed";
    if (change < 0 && held->level <= 0 && !held->maybe &&
        local->program->facts->events[held->event].kind == MS_EVENT_CALL)
        return "is given back twice";
    return NULL;
}

/* The step is this function's own, not something a callee did that is judged there. */
static bool is_own_step(const struct ms_program *program, uint32_t event) {
    ms_function callee = program->facts->events[event].callee;
    return callee && !ms_function_at(program, callee)->blocks.count;
}

static void on_lock(struct ms_local *local, const struct ms_state *state, uint32_t event,
                    ms_path lock, uint8_t mode, int change) {
    const struct ms_held *held = ms_state_find_lock((struct ms_state *)state, lock);
    if (step.event != event)
        step = (struct step){.event = event};
    step.states++;
    if (!held || state->fuzzy || is_computed(local->program, lock) ||
        (change < 0 && !held->failed && !is_own_step(local->program, event)))
        return;
    const char *problem = wrong_step(local, held, mode, change);
    if (!problem)
        return;
    step.wrong++;
    step.given_back = change < 0 && !held->failed;
    step.problem = problem;
    step.lock = lock;
    step.earlier = held->event;
    step.before = held->failed           ? "the attempt to take it is here"
                  : change < 0           ? "it was given back here before"
                  : held->event == event ? "the next round of the loop comes here with it held"
                                         : "it was taken here before";
}

static void on_event_end(struct ms_local *local, uint32_t event) {
    struct ms_program *program = local->program;
    if (step.event != event)
        return;
    struct step seen = step;
    step = (struct step){0};
    if (!seen.wrong || (seen.given_back && seen.wrong != seen.states))
        return;
    program->code[local->function].imbalanced |= !seen.given_back;
    if (ms_report(program, MS_CHECK_LOCK_IMBALANCE,
                  seen.wrong == seen.states ? MS_CONFIDENCE_HIGH : MS_CONFIDENCE_MEDIUM,
                  local->function, program->facts->events[event].where, seen.lock, "`%s` %s",
                  ms_lock_spelled(program, local->function, seen.lock, event), seen.problem))
        ms_report_note(program, local->function, program->facts->events[seen.earlier].where, "%s",
                       seen.before);
}

/* ---- locks that are still held at an exit ---- */

static const struct ms_held *entry_for(const struct ms_state *state, ms_path lock) {
    return ms_state_find_lock((struct ms_state *)state, lock);
}

/* Whether the exit says to the caller that something went wrong, or right. */
enum outcome { OUTCOME_UNKNOWN, OUTCOME_FAILURE, OUTCOME_SUCCESS };

static enum outcome outcome_of(const struct ms_local *local, const struct ms_state *state) {
    const struct ms_program *program = local->program;
    const struct ms_type_node *type =
        &program->facts->types[ms_function_at(program, local->function)->result];
    int64_t constant;
    enum ms_compare compare = ms_state_known(&local->frame, state, state->returned, &constant);
    if (type->kind == MS_TYPE_POINTER) {
        if (compare == MS_COMPARE_EQUAL && constant == 0)
            return OUTCOME_FAILURE;
        return OUTCOME_SUCCESS;
    }
    if (compare == MS_COMPARE_LESS && constant <= 0)
        return OUTCOME_FAILURE;
    if (compare == MS_COMPARE_EQUAL && constant < 0)
        return OUTCOME_FAILURE;
    return OUTCOME_UNKNOWN;
}

/* What a caller could tell the exits apart by. */
static bool told_apart(const struct ms_local *local, const struct ms_state *holding,
                       const struct ms_state *giving) {
    int64_t a, b;
    enum ms_compare one = ms_state_known(&local->frame, holding, holding->returned, &a);
    enum ms_compare other = ms_state_known(&local->frame, giving, giving->returned, &b);
    if (one == MS_COMPARE_NONE || other == MS_COMPARE_NONE)
        return false;
    return one != other || a != b;
}

static bool name_says_held(const char *name) {
    static const char *const words[] = {"lock", "acquire", "enter", "begin", "grab", "latch",
                                        "hold", "pin",     "start", "claim", "down", "take"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

/* A function that we do not see is called on this way only: it may be what gives the lock back. So
 * may one of so many that not all are known. */
static bool may_be_given_back(const struct ms_local *local, const struct ms_held *held) {
    if (held->call_count == sizeof held->calls / sizeof *held->calls)
        return true;
    for (uint32_t c = 0; c < held->call_count; c++) {
        bool elsewhere = false;
        for (size_t i = 0; i < local->exit_count; i++) {
            const struct ms_held *entry = entry_for(local->exits[i].state, held->lock);
            for (uint32_t o = 0; entry && entry->level <= 0 && o < entry->call_count; o++)
                elsewhere |= entry->calls[o] == held->calls[c];
        }
        if (!elsewhere)
            return true;
    }
    return false;
}

static bool is_leak(const struct ms_local *local, const struct ms_state *holding,
                    const struct ms_held *held, uint32_t *giving, uint32_t *keeping) {
    *giving = *keeping = 0;
    bool failure = outcome_of(local, holding) == OUTCOME_FAILURE;
    bool apart = true;
    for (size_t i = 0; i < local->exit_count; i++) {
        const struct ms_state *other = local->exits[i].state;
        const struct ms_held *entry = entry_for(other, held->lock);
        if (other->fuzzy)
            return false;
        if (entry && entry->level < 0)
            return false; /* it locks or unlocks for its caller, as it is told */
        if (entry && entry->level > 0)
            ++*keeping;
        else if (entry) {
            ++*giving;
            apart &= told_apart(local, holding, other);
        }
    }
    if (!*giving)
        return false;
    /* A function that fails gives back what it took; one that succeeds may well hand it over. */
    return failure || !apart;
}

/* What gives the lock back on another way out. */
static uint32_t release_of(const struct ms_local *local, ms_path lock) {
    for (size_t i = 0; i < local->exit_count; i++) {
        const struct ms_held *entry = entry_for(local->exits[i].state, lock);
        if (entry && entry->level == 0 && !entry->failed)
            return entry->event;
    }
    return 0;
}

static void explain_leak(const struct ms_local *local, const struct ms_state *state,
                         const struct ms_held *held) {
    struct ms_program *program = local->program;
    uint32_t release = release_of(local, held->lock);
    ms_report_note(program, local->function, program->facts->events[held->event].where,
                   "it is taken here");
    if (!release)
        return;
    ms_report_note(program, local->function, program->facts->events[release].where,
                   "and given back here, on another path");
    ms_fix_missing_release(program, local->function, state->return_event, release);
}

static void on_function_end(struct ms_local *local) {
    struct ms_program *program = local->program;
    const struct ms_function_node *function = ms_function_at(program, local->function);
    if (name_says_held(ms_name(program, function->name)))
        return;
    for (size_t e = 0; e < local->exit_count; e++) {
        const struct ms_state *state = local->exits[e].state;
        for (uint32_t i = 0; i < state->held_count; i++) {
            const struct ms_held *held = &state->held[i];
            uint32_t giving, keeping;
            if (held->level <= 0 || held->scoped || held->asserted ||
                is_computed(program, held->lock) || is_consequence(program, held) ||
                may_be_given_back(local, held) || !is_leak(local, state, held, &giving, &keeping))
                continue;
            struct ms_location where = state->return_event
                                           ? program->facts->events[state->return_event].where
                                           : function->end;
            if (ms_report(program, MS_CHECK_LOCK_IMBALANCE,
                          giving >= keeping ? MS_CONFIDENCE_HIGH : MS_CONFIDENCE_MEDIUM,
                          local->function, where, held->lock,
                          "%s() returns here with `%s` held; on other paths it gives it back",
                          ms_name(program, function->name),
                          ms_lock_spelled(program, local->function, held->lock, held->event)))
                explain_leak(local, state, held);
            program->code[local->function].imbalanced = true;
        }
    }
}

/* ---- locks given back that no caller holds ---- */

static bool holds_key(struct ms_program *program, const struct ms_lockset *locks, ms_path key) {
    for (uint32_t i = 0; i < locks->count; i++)
        if (ms_lock_key(program, locks->items[i].lock) == key)
            return true;
    return false;
}

/* The call that comes without the lock that others come with. */
static void report_release(struct ms_program *program, const struct ms_lock_step *step,
                           const struct ms_call_site *site) {
    const char *lock = ms_spelled(program, step->function, step->lock);
    if (ms_report(program, MS_CHECK_LOCK_IMBALANCE, MS_CONFIDENCE_HIGH, site->caller,
                  program->facts->events[site->event].where, step->lock,
                  "%s() gives `%s` back, which is not held here; its other callers hold it",
                  ms_name(program, ms_function_at(program, step->function)->name), lock))
        ms_report_note(program, step->function, program->facts->events[step->event].where,
                       "it is given back here");
}

/* A function that only unlocks is a wrapper: how it pairs with the lock may be known to its callers
 * alone. One that works on the data first relies on the lock itself. */
static bool writes(const struct ms_program *program, const struct ms_code *code) {
    for (uint32_t i = 0; i < code->accesses.count; i++)
        if (program->accesses[code->accesses.first + i].kind == MS_ACCESS_WRITE)
            return true;
    return false;
}

/* It locks on one way and unlocks on another, as it is told. */
static bool takes_too(const struct ms_code *code) {
    for (uint32_t e = 0; e < code->summary.exit_count; e++)
        for (uint32_t c = 0; c < code->summary.exits[e].change_count; c++)
            if (code->summary.exits[e].changes[c].level > 0)
                return true;
    return false;
}

static void judge(struct ms_program *program) {
    for (size_t i = 0; i < program->release_count; i++) {
        const struct ms_lock_step *step = &program->releases[i];
        const struct ms_code *code = &program->code[step->function];
        ms_path key = ms_lock_key(program, step->lock);
        bool others_hold = false;
        if (!writes(program, code) || takes_too(code))
            continue;
        for (uint32_t c = 0; c < code->context_count; c++)
            others_hold |= holds_key(program, &code->contexts[c].locks, key);
        for (uint32_t c = 0; others_hold && c < code->context_count; c++) {
            const struct ms_context *context = &code->contexts[c];
            bool seen = !context->unknown || program->options.whole_program;
            if (seen && context->site != UINT32_MAX && !holds_key(program, &context->locks, key))
                report_release(program, step, &program->calls[context->site]);
        }
    }
}

const struct ms_check_code ms_code_of_LOCK_IMBALANCE = {
    .judge = judge,
    .observer = {.lock = on_lock, .event_end = on_event_end, .function_end = on_function_end}};
