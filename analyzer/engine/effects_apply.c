/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the effects of models and annotations do to a state, verb by verb: locks, memory, threads
 * and callbacks, operations on maps. The verbs are those of effects.def.
 */
#include "local.h"
#include "transfer.h"

#include <string.h>

/* ---- locks ---- */

/* A release of "one of an array" gives back whichever of that array is held: the same index is
 * often computed twice, in two ways. */
static ms_path lock_meant(const struct ms_local *local, const struct ms_state *state, ms_path lock,
                          int change) {
    const struct ms_path_node *node = ms_node(local->program, lock);
    if (change > 0 || node->kind != MS_PATH_INDEX ||
        ms_state_find_lock((struct ms_state *)state, lock))
        return lock;
    for (uint32_t i = 0; i < state->held_count; i++) {
        const struct ms_path_node *held = ms_node(local->program, state->held[i].lock);
        if (state->held[i].level > 0 && held->kind == MS_PATH_INDEX && held->base == node->base)
            return state->held[i].lock;
    }
    return lock;
}

/* Of an array, the one that is taken now need not be the one that was given back for the caller. */
static void forget_release(struct ms_state *state, ms_path lock) {
    struct ms_held *held = ms_state_find_lock(state, lock);
    if (held && held->level < 0)
        *held = state->held[--state->held_count];
}

void ms_change_lock(struct ms_local *local, struct ms_state *state, uint32_t event, ms_path lock,
                    uint8_t mode, int change) {
    if (!lock)
        return;
    lock = lock_meant(local, state, lock, change);
    if (change > 0 && ms_node(local->program, lock)->kind == MS_PATH_INDEX)
        forget_release(state, lock);
    ms_mark_relevant(local, lock);
    ms_observe_lock(local, state, event, lock, mode, change);
    if (change < 0)
        ms_state_disown_places(&local->frame, state);
    ms_state_change_lock(&local->frame, state, lock, mode, change, event);
}

void ms_outcome_condition(enum ms_outcome outcome, enum ms_compare *compare) {
    static const uint8_t table[] = {
        [MS_OUTCOME_ALWAYS] = MS_COMPARE_NONE,
        [MS_OUTCOME_ZERO] = MS_COMPARE_EQUAL,
        [MS_OUTCOME_NONZERO] = MS_COMPARE_NOT_EQUAL,
        [MS_OUTCOME_NEGATIVE] = MS_COMPARE_LESS,
        [MS_OUTCOME_NOT_NEGATIVE] = MS_COMPARE_GREATER_EQUAL,
    };
    *compare = table[outcome];
}

ms_path ms_result_of(const struct ms_local *local, uint32_t event) {
    uint32_t result = local->program->facts->events[event].result;
    return result ? ms_make(local->program, MS_PATH_RESULT, 0, result, 0) : 0;
}

/* A lock that is taken only if the call succeeds: two states, told apart by the result. */
static void try_lock(struct ms_local *local, struct ms_states *states, uint32_t event,
                     const struct ms_effect *effect, uint8_t mode) {
    struct ms_states after = {0};
    enum ms_compare compare;
    ms_outcome_condition(effect->outcome, &compare);
    ms_path result = ms_result_of(local, event);
    for (uint32_t i = 0; i < states->count; i++) {
        struct ms_state *state = states->items[i];
        ms_path lock = ms_operand_location(&local->frame, state,
                                           &local->program->facts->events[event], &effect->object);
        struct ms_state *taken = ms_state_copy(&local->frame, state);
        struct ms_state *failed = ms_state_copy(&local->frame, state);
        if (ms_state_assume(&local->frame, taken, result, compare, 0)) {
            ms_change_lock(local, taken, event, lock, mode, +1);
            ms_states_add(&local->frame, &after, taken, event);
        }
        if (lock)
            ms_state_fail_lock(&local->frame, failed, lock, event);
        if (ms_state_assume(&local->frame, failed, result, ms_compare_negate(compare), 0))
            ms_states_add(&local->frame, &after, failed, event);
    }
    *states = after;
}

/* Where all threads meet, one may be told that it is the one. What it does from there to the next
 * meeting it does alone. */
static void pass_barrier(struct ms_local *local, struct ms_states *states, uint32_t event,
                         const struct ms_effect *effect) {
    const struct ms_event *call = &local->program->facts->events[event];
    for (uint32_t i = 0; i < states->count; i++) {
        struct ms_state *state = states->items[i];
        ms_path barrier = ms_operand_location(&local->frame, state, call, &effect->object);
        struct ms_held *held = ms_state_find_lock(state, barrier);
        if (held && held->level > 0)
            ms_change_lock(local, state, event, barrier, held->mode, -1);
    }
    if (!effect->outcome)
        return;
    try_lock(local, states, event, effect, MS_MODE_ONCE);
    for (uint32_t i = 0; i < states->count; i++) {
        struct ms_state *state = states->items[i];
        ms_path barrier = ms_operand_location(&local->frame, state, call, &effect->object);
        struct ms_held *held = ms_state_find_lock(state, barrier);
        if (held)
            held->scoped = true; /* nobody has to give it back */
    }
}

static void release_scoped(struct ms_local *local, struct ms_state *state, uint32_t event,
                           const struct ms_effect *effect) {
    ms_path guard = ms_operand_location(&local->frame, state, &local->program->facts->events[event],
                                        &effect->object);
    for (uint32_t i = 0; i < state->held_count; i++) {
        struct ms_held *held = &state->held[i];
        if (!held->scoped || held->level <= 0 ||
            ms_make(local->program, MS_PATH_DEREF, held->guard, 0, 0) != guard)
            continue;
        ms_change_lock(local, state, event, held->lock, held->mode, -1);
        return;
    }
}

static void lock_effect(struct ms_local *local, struct ms_state *state, uint32_t event,
                        const struct ms_effect *effect, ms_path lock) {
    struct ms_held *held;
    switch (effect->verb) {
    case MS_VERB_ACQUIRE:
    case MS_VERB_ACQUIRE_SCOPED:
        ms_change_lock(local, state, event, lock, MS_MODE_EXCLUSIVE, +1);
        break;
    case MS_VERB_ACQUIRE_SHARED:
    case MS_VERB_ACQUIRE_SCOPED_SHARED:
        ms_change_lock(local, state, event, lock, MS_MODE_SHARED, +1);
        break;
    case MS_VERB_RELEASE:
    case MS_VERB_ONCE_LEAVE:
        held = ms_state_find_lock(state, lock);
        ms_change_lock(local, state, event, lock, held ? held->mode : MS_MODE_EXCLUSIVE, -1);
        break;
    case MS_VERB_RELEASE_SCOPED:
        release_scoped(local, state, event, effect);
        return;
    case MS_VERB_ASSERT_HELD:
        if (lock)
            ms_state_assert_lock(&local->frame, state, lock, MS_MODE_EXCLUSIVE, event);
        return;
    case MS_VERB_DOWNGRADE:
    case MS_VERB_UPGRADE:
        held = ms_state_find_lock(state, lock);
        if (held)
            held->mode = effect->verb == MS_VERB_UPGRADE ? MS_MODE_EXCLUSIVE : MS_MODE_SHARED;
        return;
    case MS_VERB_WAIT:
        ms_note_lock_event(local, state, event, lock, 0);
        return;
    case MS_VERB_INIT_LOCK:
    case MS_VERB_INIT_RECURSIVE_LOCK:
    case MS_VERB_DESTROY_LOCK:
        ms_add_setup(local, lock);
        return;
    default:
        return;
    }
    if (effect->verb == MS_VERB_ACQUIRE_SCOPED || effect->verb == MS_VERB_ACQUIRE_SCOPED_SHARED) {
        held = ms_state_find_lock(state, lock);
        if (held) {
            held->scoped = true;
            held->guard = ms_result_of(local, event);
        }
    }
}

/* ---- memory ---- */

void ms_free_value(struct ms_local *local, ms_path value) {
    const struct ms_path_node *node = ms_node(local->program, value);
    if (node->kind == MS_PATH_PARAM && node->operand < 32)
        local->code->summary.frees |= 1u << node->operand;
    if (value)
        ms_add_setup(local, ms_make(local->program, MS_PATH_DEREF, value, 0, 0));
}

/* A variable whose address was passed receives something new. */
static ms_path store_through(struct ms_local *local, struct ms_state *state, uint32_t event,
                             ms_path location, ms_path value) {
    const struct ms_path_node *node = ms_node(local->program, location);
    if (node->kind != MS_PATH_LOCAL && node->kind != MS_PATH_PARAM)
        return 0;
    ms_state_assign(&local->frame, state, location, value, event);
    return ms_state_value(&local->frame, state, location);
}

/* An element of a map is named as what some slot of the map holds: it is reached through the map,
 * so whoever owns the map owns it, and the lock beside the map is the lock of its container. */
static ms_path element_of(struct ms_local *local, struct ms_state *state, uint32_t event,
                          const struct ms_effect *map) {
    const struct ms_event *call = &local->program->facts->events[event];
    ms_path object = ms_operand_location(&local->frame, state, call, &map->object);
    ms_path slot = ms_make(local->program, MS_PATH_VALUE, 0, event, 0);
    return object ? ms_make(local->program, MS_PATH_INDEX, object, 0, slot) : 0;
}

static void memory_effect(struct ms_local *local, struct ms_state *state, uint32_t event,
                          const struct ms_effect *effect, const struct ms_effect *map) {
    const struct ms_event *call = &local->program->facts->events[event];
    ms_path value = ms_operand_value(&local->frame, state, call, &effect->object);
    ms_path location = ms_operand_location(&local->frame, state, call, &effect->object);
    ms_path element = 0;
    if (effect->verb == MS_VERB_ELEMENT && map) {
        element = element_of(local, state, event, map);
        ms_state_retire(&local->frame, state, element);
    }
    switch (effect->verb) {
    case MS_VERB_KEY:
    case MS_VERB_VALUE:
    case MS_VERB_SEND:
    case MS_VERB_STORE_PUBLISH:
        ms_state_publish(&local->frame, state, value);
        break;
    case MS_VERB_ELEMENT:
        if (effect->object.kind == MS_OPERAND_RESULT)
            ms_state_set_result(&local->frame, state, call->result, element);
        else
            store_through(local, state, event, location, element);
        /* What a macro stores in its argument is, in the facts, its result. */
        if (effect->object.kind == MS_OPERAND_ITSELF && (call->flags & MS_EVENT_MACRO_CALL))
            ms_state_set_result(&local->frame, state, call->result, element);
        break;
    case MS_VERB_REMOVE:
    case MS_VERB_CLEAR:
    case MS_VERB_ITERATE_REMOVE:
        ms_state_detach(&local->frame, state, location, event);
        break;
    case MS_VERB_OWNED_RESULT:
        if (effect->object.kind != MS_OPERAND_RESULT)
            value = store_through(local, state, event, location, 0);
        if (value)
            ms_state_own(state, value);
        break;
    case MS_VERB_FRESH:
    case MS_VERB_RECEIVE:
        if (ms_result_of(local, event))
            ms_state_own(state, ms_result_of(local, event));
        break;
    case MS_VERB_INIT:
        if (effect->object.kind == MS_OPERAND_RESULT && value)
            ms_state_own(state, value);
        break;
    case MS_VERB_RETURNS:
        ms_state_set_result(&local->frame, state, call->result, value);
        break;
    case MS_VERB_FREE:
    case MS_VERB_UNREF:
    case MS_VERB_RCU_DEFER:
        ms_free_value(local, value);
        break;
    default:
        break;
    }
}

/* ---- threads and callbacks ---- */

/* Threads whose end an event loop announces by a callback of its own. */
static uint64_t announced_threads(struct ms_program *program) {
    uint64_t bits = 0;
    for (uint32_t t = 1; t <= program->thread_count; t++) {
        struct ms_known_effects known =
            ms_effects_of(program, &program->facts->events[program->threads[t].event]);
        for (uint32_t i = 0; i < known.count; i++)
            if (known.items[i].verb == MS_VERB_LOOP_CALLBACK)
                bits |= (uint64_t)1 << t;
    }
    return bits;
}

static void thread_effect(struct ms_local *local, struct ms_state *state, uint32_t event,
                          const struct ms_effect *effect) {
    const struct ms_event *call = &local->program->facts->events[event];
    uint64_t bits;
    switch (effect->verb) {
    case MS_VERB_START:
    case MS_VERB_START_ONE:
    case MS_VERB_START_MANY:
    case MS_VERB_START_POOL:
    case MS_VERB_START_TABLE:
        bits = ms_threads_started(local->program, event);
        state->live |= bits;
        if (effect->verb == MS_VERB_START_POOL)
            state->idle |= bits;
        state->joined &= ~bits;
        break;
    case MS_VERB_THREAD: {
        ms_path handle = effect->object.kind == MS_OPERAND_RESULT
                             ? ms_result_of(local, event)
                             : ms_operand_location(&local->frame, state, call, &effect->object);
        ms_thread_add_handle(local->program, ms_threads_started(local->program, event), handle);
        break;
    }
    case MS_VERB_RUN_LOOP:
        bits = announced_threads(local->program);
        state->live &= ~bits;
        state->joined |= bits;
        break;
    case MS_VERB_JOIN:
        bits = ms_threads_with_handle(
            local->program, local->function,
            effect->object.kind == MS_OPERAND_ITSELF
                ? ms_operand_location(&local->frame, state, call, &effect->object)
                : ms_operand_value(&local->frame, state, call, &effect->object));
        state->live &= ~bits;
        state->joined |= bits;
        if (bits && !(local->loop_joined[local->block] & bits) &&
            ms_block_in_loop(local->program, local->function, local->block))
            local->loop_joined[local->block] |= bits;
        break;
    default:
        break;
    }
}

/* Functions that the call hands over and that run now or later. */
static void callback_effect(struct ms_local *local, struct ms_states *states, uint32_t event,
                            const struct ms_effect *effect) {
    const struct ms_event *call = &local->program->facts->events[event];
    if (!states->count || effect->object.index >= call->arguments.count)
        return;
    struct ms_state *state = states->items[0];
    ms_path raw = local->program->facts->arguments[call->arguments.first + effect->object.index];
    ms_path value = ms_state_value(&local->frame, state, raw);
    struct ms_functions targets =
        ms_called_back(local->program, local->function, effect->verb, value);
    if (!targets.count)
        targets = ms_called_back(local->program, local->function, effect->verb, raw);
    ms_path data = ms_operand_value(&local->frame, state, call, &effect->other);
    ms_mark_relevant(local, data);
    enum ms_call_how how = ms_verb_how(effect->verb);
    if (how != MS_HOW_CALLBACK && how != MS_HOW_ONCE)
        for (uint32_t i = 0; i < states->count; i++)
            ms_state_publish(&local->frame, states->items[i], data);
    if (!local->observing)
        return;
    for (size_t t = 0; t < targets.count; t++) {
        ms_path arguments[32] = {0};
        uint32_t at = ms_data_parameter(local->program, targets.items[t], effect->verb);
        if (at < 32)
            arguments[at] = data;
        uint32_t thread = 0;
        for (uint32_t n = 1; how == MS_HOW_THREAD && n <= local->program->thread_count; n++)
            if (local->program->threads[n].event == event &&
                local->program->threads[n].entry == targets.items[t] &&
                !local->program->threads[n].routine)
                thread = n;
        ms_observe_call(local, states, event, how, targets.items[t], arguments,
                        at < 32 ? at + 1 : 0, thread);
    }
}

/* ---- effects of models and annotations ---- */

/* Whether the call is given the map in a variable of the function. */
static unsigned loaded_flag(const struct ms_program *program, const struct ms_event *call,
                            const struct ms_operand *object) {
    if (object->kind != MS_OPERAND_ARGUMENT || object->index >= call->arguments.count)
        return 0;
    ms_path argument = program->facts->arguments[call->arguments.first + object->index];
    return ms_node(program, argument)->kind == MS_PATH_LOCAL ? MS_ACCESS_LOADED : 0;
}

static void observe_effect(struct ms_local *local, const struct ms_states *states, uint32_t event,
                           const struct ms_effect *effect, const char *name) {
    static const uint8_t kinds[] = {
        [MS_MAP_INIT] = MS_ACCESS_INIT,       [MS_MAP_READ] = MS_ACCESS_READ,
        [MS_MAP_WRITE] = MS_ACCESS_WRITE,     [MS_MAP_ITERATE] = MS_ACCESS_ITERATE,
        [MS_MAP_DESTROY] = MS_ACCESS_DESTROY,
    };
    const struct ms_event *call = &local->program->facts->events[event];
    if (!states->count)
        return;
    ms_path object = ms_operand_location(&local->frame, states->items[0], call, &effect->object);
    if (!object)
        return;
    enum ms_map_access access = ms_verb_map_access(effect->verb);
    if (access != MS_MAP_NONE)
        ms_observe_access(local, states, event, ms_place_of_map(local->program, object), true,
                          kinds[access],
                          MS_ACCESS_MAP | loaded_flag(local->program, call, &effect->object), name);
    else if (effect->verb == MS_VERB_ATOMIC_READ || effect->verb == MS_VERB_ATOMIC_WRITE ||
             effect->verb == MS_VERB_STORE_PUBLISH)
        ms_observe_access(local, states, event, object, true,
                          effect->verb == MS_VERB_ATOMIC_READ ? MS_ACCESS_READ : MS_ACCESS_WRITE,
                          MS_ACCESS_ATOMIC, NULL);
    else if (effect->verb == MS_VERB_FILL || effect->verb == MS_VERB_USE)
        ms_observe_access(local, states, event, object, true,
                          effect->verb == MS_VERB_USE ? MS_ACCESS_READ : MS_ACCESS_WRITE, 0, NULL);
}

void ms_apply_effect(struct ms_local *local, struct ms_states *states, uint32_t event,
                     const struct ms_effect *effect, const struct ms_effect *map,
                     const char *name) {
    if (effect->verb == MS_VERB_NORETURN) {
        states->count = 0;
        return;
    }
    observe_effect(local, states, event, effect, name);
    if (ms_verb_calls(effect->verb))
        callback_effect(local, states, event, effect);
    if (effect->verb == MS_VERB_BARRIER) {
        pass_barrier(local, states, event, effect);
        return;
    }
    if (effect->verb == MS_VERB_ONCE_ENTER) {
        try_lock(local, states, event, effect, MS_MODE_ONCE);
        return;
    }
    if (effect->verb == MS_VERB_TRY_ACQUIRE || effect->verb == MS_VERB_TRY_ACQUIRE_SHARED) {
        try_lock(local, states, event, effect,
                 effect->verb == MS_VERB_TRY_ACQUIRE ? MS_MODE_EXCLUSIVE : MS_MODE_SHARED);
        return;
    }
    const struct ms_event *call = &local->program->facts->events[event];
    for (uint32_t i = 0; i < states->count; i++) {
        struct ms_state *state = states->items[i];
        if (effect->verb <= MS_VERB_DESTROY_LOCK || effect->verb == MS_VERB_ONCE_LEAVE)
            lock_effect(local, state, event, effect,
                        ms_operand_location(&local->frame, state, call, &effect->object));
        else
            memory_effect(local, state, event, effect, map);
        thread_effect(local, state, event, effect);
    }
}
