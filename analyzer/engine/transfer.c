/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Transfer functions: what one event does to the states before it, and what a branch tells. Calls
 * are in calls_apply.c, the effects of models in effects_apply.c. */
#include "transfer.h"

#include "atomic_locks.h"

#include <string.h>

/* ---- plain events ---- */

static bool is_pointer(const struct ms_program *program, ms_type type) {
    return program->facts->types[type].kind == MS_TYPE_POINTER;
}

/* A variable that there is once, and that others may look at while a new object is put there. */
static bool is_global_place(const struct ms_program *program, ms_path location) {
    while (ms_node(program, location)->kind == MS_PATH_FIELD)
        location = ms_node(program, location)->base;
    return ms_node(program, location)->kind == MS_PATH_GLOBAL;
}

static void transfer_write(struct ms_local *local, struct ms_states *states, uint32_t event) {
    const struct ms_event *write = &local->program->facts->events[event];
    unsigned flags = write->flags & MS_EVENT_ATOMIC ? MS_ACCESS_ATOMIC : 0;
    if (write->flags & MS_EVENT_MODIFY)
        flags |= MS_ACCESS_MODIFY;
    if (write->flags & MS_EVENT_VOLATILE)
        flags |= MS_ACCESS_VOLATILE;
    if (ms_node(local->program, write->value)->kind == MS_PATH_CONSTANT)
        flags |= MS_ACCESS_CONSTANT;
    unsigned kind = MS_ACCESS_WRITE;
    struct ms_path_node target = *ms_node(local->program, write->path);
    for (uint32_t i = 0; i < states->count; i++) {
        struct ms_state *state = states->items[i];
        ms_path value = ms_state_value(&local->frame, state, write->value);
        ms_path location = ms_state_location(&local->frame, state, write->path);
        if (target.kind != MS_PATH_LOCAL && target.kind != MS_PATH_PARAM) {
            if (value && !is_global_place(local->program, location) &&
                ms_node(local->program, ms_path_root(local->program, value))->kind ==
                    MS_PATH_RESULT &&
                ms_state_owns(&local->frame, state, value))
                kind = MS_ACCESS_INIT; /* a new object is put in place */
            /* An object that points into itself is reached by nobody new. */
            if (!ms_state_owns(&local->frame, state, location) &&
                ms_path_root(local->program, location) != ms_path_root(local->program, value))
                ms_state_publish(&local->frame, state, value);
        }
        if (local->observing && is_pointer(local->program, write->type))
            ms_note_store(local->program, local->function, location, value);
        if (ms_node(local->program, value)->kind == MS_PATH_RESULT) {
            uint64_t started = ms_threads_with_handle(local->program, local->function, value);
            if (started)
                ms_thread_add_handle(local->program, started, location);
        }
    }
    ms_observe_access(local, states, event, write->path, false, kind, flags, NULL);
    for (uint32_t i = 0; i < states->count; i++) {
        struct ms_state *state = states->items[i];
        ms_path value = ms_state_value(&local->frame, state, write->value);
        ms_path location = target.kind == MS_PATH_LOCAL || target.kind == MS_PATH_PARAM
                               ? write->path
                               : ms_state_location(&local->frame, state, write->path);
        ms_state_assign(&local->frame, state, location, value, event);
        if (kind == MS_ACCESS_INIT)
            ms_state_own_place(&local->frame, state, location);
    }
}

void ms_transfer(struct ms_local *local, struct ms_states *states, uint32_t event) {
    const struct ms_event *at = &local->program->facts->events[event];
    unsigned flags = at->flags & MS_EVENT_ATOMIC ? MS_ACCESS_ATOMIC : 0;
    ms_observe_event_begin(local, states, event);
    switch (at->kind) {
    case MS_EVENT_READ:
        if (at->flags & MS_EVENT_CONDITION)
            flags |= MS_ACCESS_CONDITION;
        if (at->flags & MS_EVENT_VOLATILE)
            flags |= MS_ACCESS_VOLATILE;
        ms_observe_access(local, states, event, at->path, false, MS_ACCESS_READ, flags, NULL);
        break;
    case MS_EVENT_WRITE:
        transfer_write(local, states, event);
        ms_transfer_lock_word(local, states, event);
        break;
    case MS_EVENT_COPY:
        ms_observe_access(local, states, event, at->value, false, MS_ACCESS_READ, flags, NULL);
        ms_observe_access(local, states, event, at->path, false, MS_ACCESS_WRITE, flags, NULL);
        break;
    case MS_EVENT_CALL:
        ms_transfer_call(local, states, event);
        break;
    case MS_EVENT_RETURN:
        for (uint32_t i = 0; i < states->count; i++) {
            states->items[i]->returned = ms_state_value(&local->frame, states->items[i], at->value);
            states->items[i]->return_event = event;
        }
        break;
    default:
        break;
    }
    ms_observe_event_end(local, event);
}

/* ---- branches ---- */

/* Whether a result that is as `compare` says contradicts that the effect took place. */
static bool tells_failure(const struct ms_frame *frame, const struct ms_effect *effect,
                          ms_path value, enum ms_compare compare, int64_t constant) {
    enum ms_compare success;
    ms_outcome_condition(effect->outcome, &success);
    struct ms_state probe = {.constraint_count = 0};
    return success != MS_COMPARE_NONE && ms_state_assume(frame, &probe, value, success, 0) &&
           !ms_state_assume(frame, &probe, value, compare, constant);
}

/* A thread that turns out not to have been started: `if (pthread_create(...) != 0) return`. */
static void drop_failed_starts(struct ms_local *local, struct ms_state *state, ms_path value,
                               enum ms_compare compare, int64_t constant) {
    struct ms_program *program = local->program;
    const struct ms_path_node *node = ms_node(program, value);
    if (node->kind != MS_PATH_RESULT || !state->live)
        return;
    for (uint32_t t = 1; t <= program->thread_count; t++) {
        const struct ms_thread *thread = &program->threads[t];
        const struct ms_event *call = &program->facts->events[thread->event];
        if (!(state->live >> t & 1) || thread->many || call->result != node->operand ||
            thread->starter != local->function)
            continue;
        struct ms_known_effects known = ms_effects_of(program, call);
        for (uint32_t e = 0; e < known.count; e++)
            if (ms_verb_how(known.items[e].verb) == MS_HOW_THREAD &&
                tells_failure(&local->frame, &known.items[e], value, compare, constant))
                state->live &= ~((uint64_t)1 << t);
    }
}

/* A lock whose acquisition turns out to have failed: `if (pthread_mutex_lock(&m) != 0) return`. */
static void drop_failed_locks(struct ms_local *local, struct ms_state *state, ms_path value,
                              enum ms_compare compare, int64_t constant) {
    const struct ms_path_node *node = ms_node(local->program, value);
    if (node->kind != MS_PATH_RESULT)
        return;
    for (uint32_t i = 0; i < state->held_count; i++) {
        struct ms_held *held = &state->held[i];
        const struct ms_event *call = &local->program->facts->events[held->event];
        if (held->level <= 0 || call->kind != MS_EVENT_CALL || call->result != node->operand)
            continue;
        struct ms_known_effects known = ms_effects_of(local->program, call);
        for (uint32_t e = 0; e < known.count; e++) {
            if ((known.items[e].verb == MS_VERB_ACQUIRE ||
                 known.items[e].verb == MS_VERB_ACQUIRE_SHARED) &&
                tells_failure(&local->frame, &known.items[e], value, compare, constant)) {
                state->held[i] = state->held[--state->held_count];
                return;
            }
        }
    }
}

bool ms_transfer_branch(struct ms_local *local, struct ms_state *state,
                        const struct ms_block *block, uint32_t way) {
    static const uint8_t mirrored[] = {
        [MS_COMPARE_NONE] = MS_COMPARE_NONE,
        [MS_COMPARE_EQUAL] = MS_COMPARE_EQUAL,
        [MS_COMPARE_NOT_EQUAL] = MS_COMPARE_NOT_EQUAL,
        [MS_COMPARE_LESS] = MS_COMPARE_GREATER,
        [MS_COMPARE_LESS_EQUAL] = MS_COMPARE_GREATER_EQUAL,
        [MS_COMPARE_GREATER] = MS_COMPARE_LESS,
        [MS_COMPARE_GREATER_EQUAL] = MS_COMPARE_LESS_EQUAL,
    };
    if (block->compare == MS_COMPARE_NONE || block->successors.count != 2)
        return true;
    enum ms_compare compare = block->compare;
    ms_path left = ms_state_value(&local->frame, state, block->left);
    ms_path right = ms_state_value(&local->frame, state, block->right);
    if (ms_node(local->program, right)->kind != MS_PATH_CONSTANT) {
        ms_path swap = left;
        left = right;
        right = swap;
        compare = mirrored[compare];
    }
    const struct ms_path_node *node = ms_node(local->program, right);
    if (node->kind != MS_PATH_CONSTANT)
        return true;
    int64_t constant = local->program->facts->constants[node->operand];
    if (way == 1)
        compare = ms_compare_negate(compare);
    drop_failed_locks(local, state, left, compare, constant);
    drop_failed_starts(local, state, left, compare, constant);
    return ms_state_assume(&local->frame, state, left, compare, constant);
}
