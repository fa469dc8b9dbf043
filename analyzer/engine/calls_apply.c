/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What a call does to the states before it: the effects of its model or annotations, Clang's
 * attributes on its declaration (attributes.c), the summaries of the bodies that it may reach, one
 * new state for each way in which a body returns. A function that is not seen at all leaves the
 * lockset open if it is called like a lock.
 */
#include "local.h"
#include "transfer.h"

#include <string.h>

/* ---- calls of functions with a body ---- */

static bool apply_exit(struct ms_local *local, struct ms_state *state, uint32_t event,
                       const struct ms_exit *exit, const ms_path *arguments,
                       uint32_t argument_count, bool locks) {
    const struct ms_frame *frame = &local->frame;
    uint32_t result = local->program->facts->events[event].result;
    for (uint32_t c = 0; c < exit->condition_count; c++) {
        ms_path value = ms_state_instantiate(frame, state, arguments, argument_count,
                                             exit->conditions[c].value, 0);
        if (value && !ms_state_assume(frame, state, value, exit->conditions[c].compare,
                                      exit->conditions[c].constant))
            return false;
    }
    state->live = (state->live & ~exit->joined) |
                  ms_threads_meant(local->program, exit->live, arguments, argument_count);
    state->joined = (state->joined & ~exit->live) | exit->joined;
    ms_path returned =
        ms_state_instantiate(frame, state, arguments, argument_count, exit->returned, result);
    if (returned)
        ms_state_set_result(frame, state, result, returned);
    if (exit->owned && result)
        ms_state_own(state, ms_result_of(local, event));
    if (exit->compare && result &&
        !ms_state_assume(frame, state, ms_state_value(frame, state, ms_result_of(local, event)),
                         exit->compare, exit->constant))
        return false;
    for (uint32_t c = 0; locks && c < exit->change_count; c++) {
        const struct ms_lock_change *change = &exit->changes[c];
        ms_path lock =
            ms_state_instantiate(frame, state, arguments, argument_count, change->lock, result);
        if (lock && change->level == 0)
            ms_state_fail_lock(&local->frame, state, lock, event);
        else
            ms_change_lock(local, state, event, lock, change->mode, change->level);
    }
    return true;
}

static void apply_memory(struct ms_local *local, struct ms_state *state,
                         const struct ms_summary *summary, const ms_path *arguments,
                         uint32_t argument_count) {
    for (uint32_t i = 0; i < argument_count && i < 32; i++) {
        if (!arguments[i])
            continue;
        if (summary->escapes >> i & 1)
            ms_state_publish(&local->frame, state, arguments[i]);
        if (summary->frees >> i & 1)
            ms_free_value(local, arguments[i]);
        if (summary->setup >> i & 1)
            ms_add_setup(local, ms_make(local->program, MS_PATH_DEREF, arguments[i], 0, 0));
    }
}

static void apply_body(struct ms_local *local, struct ms_states *states, uint32_t event,
                       ms_function callee, const ms_path *arguments, uint32_t argument_count,
                       bool locks, struct ms_states *after) {
    const struct ms_summary *summary = &local->program->code[callee].summary;
    for (uint32_t i = 0; i < states->count; i++) {
        if (!summary->known) {
            ms_states_add(&local->frame, after, states->items[i], event);
            continue;
        }
        for (uint32_t e = 0; e < summary->exit_count; e++) {
            struct ms_state *state = ms_state_copy(&local->frame, states->items[i]);
            apply_memory(local, state, summary, arguments, argument_count);
            if (apply_exit(local, state, event, &summary->exits[e], arguments, argument_count,
                           locks))
                ms_states_add(&local->frame, after, state, event);
        }
    }
}

enum { CALLEES_MAX = 8, ARGUMENTS_MAX = 32 };

static void apply_bodies(struct ms_local *local, struct ms_states *states, uint32_t event,
                         struct ms_functions callees, const ms_path *arguments,
                         uint32_t argument_count, bool locks) {
    for (size_t i = 0; i < callees.count; i++)
        ms_observe_call(local, states, event, MS_HOW_CALL, callees.items[i], arguments,
                        argument_count, 0);
    if (!callees.count || callees.count > CALLEES_MAX)
        return;
    struct ms_states after = {0};
    for (size_t i = 0; i < callees.count; i++)
        apply_body(local, states, event, callees.items[i], arguments, argument_count,
                   locks && !local->program->code[callees.items[i]].attribute_locks, &after);
    *states = after;
}

/* Not a function of the system or of a library: another file of the program has it. */
static bool is_of_program(const struct ms_program *program, const struct ms_event *call) {
    return !call->callee || !(ms_function_at(program, call->callee)->flags & MS_FUNCTION_SYSTEM);
}

static bool name_has(const char *name, const char *const *words) {
    for (; *words; words++)
        if (strcasestr(name, *words))
            return true;
    return false;
}

/* Neither model nor body. If its name is that of a lock operation, what is held from here on is not
 * known, until one whose name says that it ends. */
static void unseen_call(const struct ms_program *program, struct ms_state *state, uint32_t event) {
    static const char *const ends[] = {"unlock", "release", "leave", "end", "exit", "unhold", NULL};
    static const char *const starts[] = {"lock",  "mutex", "acquire", "enter",    "begin",
                                         "latch", "grab",  "guard",   "critical", NULL};
    const struct ms_event *call = &program->facts->events[event];
    const char *name = ms_name(program, ms_function_at(program, call->callee)->name);
    if (is_of_program(program, call))
        ms_state_note_call(state, event);
    if (name_has(name, ends))
        state->fog = false;
    else if (name_has(name, starts))
        state->fog = true;
}

/* Work may come to a pool from whatever this call does: only of a model do we know that it sends
 * nothing and starts nobody. */
static bool may_send_work(const struct ms_known_effects *known) {
    for (uint32_t i = 0; i < known->count; i++)
        if (known->items[i].verb == MS_VERB_SEND || ms_verb_calls(known->items[i].verb))
            return true;
    return !known->complete;
}

void ms_transfer_call(struct ms_local *local, struct ms_states *states, uint32_t event) {
    struct ms_program *program = local->program;
    const struct ms_event *call = &program->facts->events[event];
    struct ms_known_effects known = ms_effects_of(program, call);
    if (!states->count)
        return;
    bool sends = may_send_work(&known);
    for (uint32_t i = 0; i < states->count; i++) {
        ms_state_set_result(&local->frame, states->items[i], call->result, 0);
        if (sends)
            states->items[i]->idle = 0;
    }

    ms_path arguments[ARGUMENTS_MAX];
    uint32_t count = call->arguments.count < ARGUMENTS_MAX ? call->arguments.count : ARGUMENTS_MAX;
    for (uint32_t i = 0; i < count; i++) {
        arguments[i] = ms_state_value(&local->frame, states->items[0],
                                      program->facts->arguments[call->arguments.first + i]);
        ms_mark_relevant(local, arguments[i]);
    }
    bool stores = false;
    const struct ms_effect *map = NULL;
    for (uint32_t i = 0; i < known.count; i++) {
        enum ms_map_access access = ms_verb_map_access(known.items[i].verb);
        stores |= known.items[i].verb == MS_VERB_INSERT || known.items[i].verb == MS_VERB_WRITE;
        if (!map && access != MS_MAP_NONE && access != MS_MAP_INIT)
            map = &known.items[i];
    }
    for (uint32_t i = 0; i < known.count && states->count; i++)
        if ((stores ||
             known.items[i].verb != MS_VERB_KEY) && /* a key looked up stays the caller's */
            ms_effect_applies(program, call, &known.items[i]))
            ms_apply_effect(local, states, event, &known.items[i], map, known.name);
    bool locks_said = ms_apply_attributes(local, states, event, arguments, count);
    if (!known.complete && states->count) {
        ms_path pointer =
            call->callee ? 0 : ms_state_value(&local->frame, states->items[0], call->path);
        struct ms_functions callees = ms_callees(program, local->function, call, pointer);
        apply_bodies(local, states, event, callees, arguments, count, !locks_said);
        for (uint32_t i = 0; !callees.count && i < states->count; i++)
            unseen_call(program, states->items[i], event);
    }
    if (call->callee && (ms_function_at(program, call->callee)->flags & MS_FUNCTION_NORETURN))
        states->count = 0;
}
