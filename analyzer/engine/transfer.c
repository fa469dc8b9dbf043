/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Transfer functions: what one event does to the states before it. Effects of models and
 * annotations are one table, verb by verb; calls of functions with a body apply the callee's
 * summary, one new state for each way in which the callee returns.
 */
#include "local.h"

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

static void change_lock(struct ms_local *local, struct ms_state *state, uint32_t event,
                        ms_path lock, uint8_t mode, int change) {
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

static void outcome_condition(enum ms_outcome outcome, enum ms_compare *compare) {
    static const uint8_t table[] = {
        [MS_OUTCOME_ALWAYS] = MS_COMPARE_NONE,
        [MS_OUTCOME_ZERO] = MS_COMPARE_EQUAL,
        [MS_OUTCOME_NONZERO] = MS_COMPARE_NOT_EQUAL,
        [MS_OUTCOME_NEGATIVE] = MS_COMPARE_LESS,
        [MS_OUTCOME_NOT_NEGATIVE] = MS_COMPARE_GREATER_EQUAL,
    };
    *compare = table[outcome];
}

static ms_path result_of(const struct ms_local *local, uint32_t event) {
    uint32_t result = local->program->facts->events[event].result;
    return result ? ms_make(local->program, MS_PATH_RESULT, 0, result, 0) : 0;
}

/* A lock that is taken only if the call succeeds: two states, told apart by the result. */
static void try_lock(struct ms_local *local, struct ms_states *states, uint32_t event,
                     const struct ms_effect *effect, uint8_t mode) {
    struct ms_states after = {0};
    enum ms_compare compare;
    outcome_condition(effect->outcome, &compare);
    ms_path result = result_of(local, event);
    for (uint32_t i = 0; i < states->count; i++) {
        struct ms_state *state = states->items[i];
        ms_path lock = ms_operand_location(&local->frame, state,
                                           &local->program->facts->events[event], &effect->object);
        struct ms_state *taken = ms_state_copy(&local->frame, state);
        struct ms_state *failed = ms_state_copy(&local->frame, state);
        if (ms_state_assume(&local->frame, taken, result, compare, 0)) {
            change_lock(local, taken, event, lock, mode, +1);
            ms_states_add(&local->frame, &after, taken, event);
        }
        if (lock)
            ms_state_fail_lock(&local->frame, failed, lock, event);
        if (ms_state_assume(&local->frame, failed, result, ms_compare_negate(compare), 0))
            ms_states_add(&local->frame, &after, failed, event);
    }
    *states = after;
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
        change_lock(local, state, event, held->lock, held->mode, -1);
        return;
    }
}

static void lock_effect(struct ms_local *local, struct ms_state *state, uint32_t event,
                        const struct ms_effect *effect, ms_path lock) {
    struct ms_held *held;
    switch (effect->verb) {
    case MS_VERB_ACQUIRE:
    case MS_VERB_ACQUIRE_SCOPED:
        change_lock(local, state, event, lock, MS_MODE_EXCLUSIVE, +1);
        break;
    case MS_VERB_ACQUIRE_SHARED:
    case MS_VERB_ACQUIRE_SCOPED_SHARED:
        change_lock(local, state, event, lock, MS_MODE_SHARED, +1);
        break;
    case MS_VERB_RELEASE:
    case MS_VERB_ONCE_LEAVE:
        held = ms_state_find_lock(state, lock);
        change_lock(local, state, event, lock, held ? held->mode : MS_MODE_EXCLUSIVE, -1);
        break;
    case MS_VERB_RELEASE_SCOPED:
        release_scoped(local, state, event, effect);
        return;
    case MS_VERB_ASSERT_HELD:
        held = ms_state_find_lock(state, lock);
        if (lock && (!held || held->level <= 0))
            ms_state_change_lock(&local->frame, state, lock, MS_MODE_EXCLUSIVE, +1, event);
        return;
    case MS_VERB_DOWNGRADE:
    case MS_VERB_UPGRADE:
        held = ms_state_find_lock(state, lock);
        if (held)
            held->mode = effect->verb == MS_VERB_UPGRADE ? MS_MODE_EXCLUSIVE : MS_MODE_SHARED;
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
            held->guard = result_of(local, event);
        }
    }
}

/* ---- memory ---- */

static void free_value(struct ms_local *local, ms_path value) {
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
        if (result_of(local, event))
            ms_state_own(state, result_of(local, event));
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
        free_value(local, value);
        break;
    default:
        break;
    }
}

/* ---- threads and callbacks ---- */

static void thread_effect(struct ms_local *local, struct ms_state *state, uint32_t event,
                          const struct ms_effect *effect) {
    const struct ms_event *call = &local->program->facts->events[event];
    uint64_t bits;
    switch (effect->verb) {
    case MS_VERB_START:
    case MS_VERB_START_MANY:
    case MS_VERB_START_TABLE:
        bits = ms_threads_started(local->program, event);
        state->live |= bits;
        state->joined &= ~bits;
        break;
    case MS_VERB_THREAD: {
        ms_path handle = effect->object.kind == MS_OPERAND_RESULT
                             ? result_of(local, event)
                             : ms_operand_location(&local->frame, state, call, &effect->object);
        ms_thread_add_handle(local->program, ms_threads_started(local->program, event), handle);
        break;
    }
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
                local->program->threads[n].entry == targets.items[t])
                thread = n;
        ms_observe_call(local, states, event, how, targets.items[t], arguments,
                        at < 32 ? at + 1 : 0, thread);
    }
}

/* ---- effects of models and annotations ---- */

/* The map that an operation works on, by the place where the program keeps it: the pointer's place
 * if the map is reached through a pointer that is kept somewhere, else the object itself. */
static ms_path map_location(const struct ms_program *program, ms_path object) {
    const struct ms_path_node *node = ms_node(program, object);
    if (node->kind != MS_PATH_DEREF)
        return object;
    switch (ms_node(program, node->base)->kind) {
    case MS_PATH_GLOBAL:
    case MS_PATH_FIELD:
    case MS_PATH_INDEX:
    case MS_PATH_DEREF:
        return node->base;
    default:
        return object;
    }
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
        ms_observe_access(local, states, event, map_location(local->program, object), true,
                          kinds[access], MS_ACCESS_MAP, name);
    else if (effect->verb == MS_VERB_ATOMIC_READ || effect->verb == MS_VERB_ATOMIC_WRITE ||
             effect->verb == MS_VERB_STORE_PUBLISH)
        ms_observe_access(local, states, event, object, true,
                          effect->verb == MS_VERB_ATOMIC_READ ? MS_ACCESS_READ : MS_ACCESS_WRITE,
                          MS_ACCESS_ATOMIC, NULL);
    else if (effect->verb == MS_VERB_FILL || effect->verb == MS_VERB_USE)
        ms_observe_access(local, states, event, object, true,
                          effect->verb == MS_VERB_USE ? MS_ACCESS_READ : MS_ACCESS_WRITE, 0, NULL);
}

static void apply_effect(struct ms_local *local, struct ms_states *states, uint32_t event,
                         const struct ms_effect *effect, const struct ms_effect *map,
                         const char *name) {
    if (effect->verb == MS_VERB_NORETURN) {
        states->count = 0;
        return;
    }
    observe_effect(local, states, event, effect, name);
    if (ms_verb_calls(effect->verb))
        callback_effect(local, states, event, effect);
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

/* ---- Clang's attributes on the callee ---- */

static bool apply_attributes(struct ms_local *local, struct ms_states *states, uint32_t event,
                             const ms_path *arguments, uint32_t argument_count) {
    static const struct {
        uint8_t kind, mode;
        int8_t change;
    } table[] = {
        {MS_ATTRIBUTE_ACQUIRES, MS_MODE_EXCLUSIVE, +1},
        {MS_ATTRIBUTE_ACQUIRES_SHARED, MS_MODE_SHARED, +1},
        {MS_ATTRIBUTE_RELEASES, MS_MODE_EXCLUSIVE, -1},
        {MS_ATTRIBUTE_ASSERTS, MS_MODE_EXCLUSIVE, 0},
        {MS_ATTRIBUTE_ASSERTS_SHARED, MS_MODE_SHARED, 0},
    };
    struct ms_program *program = local->program;
    ms_function callee = program->facts->events[event].callee;
    if (!callee)
        return false;
    bool any = false;
    struct ms_range range = ms_function_at(program, callee)->attributes;
    for (uint32_t a = 0; a < range.count; a++) {
        struct ms_attribute attribute = program->facts->attributes[range.first + a];
        for (size_t t = 0; t < sizeof table / sizeof *table; t++) {
            if (table[t].kind != attribute.kind)
                continue;
            any |= table[t].change != 0;
            for (uint32_t i = 0; i < states->count; i++) {
                struct ms_state *state = states->items[i];
                ms_path lock = ms_state_instantiate(&local->frame, state, arguments, argument_count,
                                                    attribute.path, 0);
                struct ms_held *held = lock ? ms_state_find_lock(state, lock) : NULL;
                if (table[t].change)
                    change_lock(local, state, event, lock, table[t].mode, table[t].change);
                else if (lock && (!held || held->level <= 0))
                    ms_state_change_lock(&local->frame, state, lock, table[t].mode, +1, event);
            }
        }
    }
    return any;
}

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
    state->live = (state->live & ~exit->joined) | exit->live;
    state->joined = (state->joined & ~exit->live) | exit->joined;
    ms_path returned =
        ms_state_instantiate(frame, state, arguments, argument_count, exit->returned, result);
    if (returned)
        ms_state_set_result(frame, state, result, returned);
    if (exit->owned && result)
        ms_state_own(state, result_of(local, event));
    if (exit->compare && result &&
        !ms_state_assume(frame, state, ms_state_value(frame, state, result_of(local, event)),
                         exit->compare, exit->constant))
        return false;
    for (uint32_t c = 0; locks && c < exit->change_count; c++) {
        const struct ms_lock_change *change = &exit->changes[c];
        ms_path lock =
            ms_state_instantiate(frame, state, arguments, argument_count, change->lock, result);
        if (lock && change->level == 0)
            ms_state_fail_lock(&local->frame, state, lock, event);
        else
            change_lock(local, state, event, lock, change->mode, change->level);
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
            free_value(local, arguments[i]);
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

static void transfer_call(struct ms_local *local, struct ms_states *states, uint32_t event) {
    struct ms_program *program = local->program;
    const struct ms_event *call = &program->facts->events[event];
    struct ms_known_effects known = ms_effects_of(program, call);
    if (!states->count)
        return;
    for (uint32_t i = 0; i < states->count; i++)
        ms_state_set_result(&local->frame, states->items[i], call->result, 0);

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
        if (stores || known.items[i].verb != MS_VERB_KEY) /* a key looked up stays the caller's */
            apply_effect(local, states, event, &known.items[i], map, known.name);
    bool locks_said = apply_attributes(local, states, event, arguments, count);
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

/* ---- plain events ---- */

static bool is_pointer(const struct ms_program *program, ms_type type) {
    return program->facts->types[type].kind == MS_TYPE_POINTER;
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
            if (value &&
                ms_node(local->program, ms_path_root(local->program, value))->kind ==
                    MS_PATH_RESULT &&
                ms_state_owns(&local->frame, state, value))
                kind = MS_ACCESS_INIT; /* a new object is put in place */
            if (!ms_state_owns(&local->frame, state, location))
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
        break;
    case MS_EVENT_COPY:
        ms_observe_access(local, states, event, at->value, false, MS_ACCESS_READ, flags, NULL);
        ms_observe_access(local, states, event, at->path, false, MS_ACCESS_WRITE, flags, NULL);
        break;
    case MS_EVENT_CALL:
        transfer_call(local, states, event);
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
            enum ms_compare success;
            outcome_condition(known.items[e].outcome, &success);
            if ((known.items[e].verb != MS_VERB_ACQUIRE &&
                 known.items[e].verb != MS_VERB_ACQUIRE_SHARED) ||
                success == MS_COMPARE_NONE)
                continue;
            struct ms_state probe = {.constraint_count = 0};
            ms_state_assume(&local->frame, &probe, value, success, 0);
            if (!ms_state_assume(&local->frame, &probe, value, compare, constant)) {
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
    return ms_state_assume(&local->frame, state, left, compare, constant);
}
