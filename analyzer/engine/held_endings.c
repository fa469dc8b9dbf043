/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A lock that ends while it is held: `free(b)` between lock(&b->mutex) and unlock(&b->mutex).
 * Whoever waits for it, and the unlock that follows, then works on memory that is gone.
 */
#include "held_endings.h"

#include "event_flow.h"
#include "report.h"

/* Whether `location`, which ends, is this lock or the object that the lock is a part of. */
static bool takes_along(const struct ms_program *program, ms_path location, ms_path lock) {
    if (location == lock)
        return true;
    return ms_node(program, location)->kind == MS_PATH_DEREF &&
           ms_path_object(program, lock) == location;
}

static const struct ms_held *held_in(const struct ms_program *program, const struct ms_state *state,
                                     ms_path location) {
    for (uint32_t i = 0; i < state->held_count; i++) {
        const struct ms_held *held = &state->held[i];
        if (held->level > 0 && !held->maybe && takes_along(program, location, held->lock))
            return held;
    }
    return NULL;
}

/* The lock that is held in all states when `effect` takes place. */
static const struct ms_held *lost_lock(struct ms_local *local, const struct ms_states *states,
                                       const struct ms_event *call,
                                       const struct ms_effect *effect) {
    const struct ms_held *held = NULL;
    for (uint32_t i = 0; i < states->count; i++) {
        const struct ms_state *state = states->items[i];
        ms_path location = ms_operand_location(&local->frame, state, call, &effect->object);
        held = location && !state->fuzzy && !state->fog ? held_in(local->program, state, location)
                                                        : NULL;
        if (!held || ms_is_semaphore(local->program, local->function, held->lock))
            return NULL;
    }
    return held;
}

/* ---- the unlock that follows ---- */

static bool effect_on(struct ms_program *program, const struct ms_event *call,
                      const struct ms_effect *effect, ms_path key) {
    if (effect->object.index >= call->arguments.count)
        return false;
    ms_path argument = program->facts->arguments[call->arguments.first + effect->object.index];
    return ms_path_key(program, ms_make(program, MS_PATH_DEREF, argument, 0, 0)) == key;
}

/* What a call does to locks of this name: +1 takes one, -1 gives one back, 0 neither. */
static int change_of(struct ms_program *program, uint32_t event, ms_path key) {
    const struct ms_event *call = &program->facts->events[event];
    if (call->kind != MS_EVENT_CALL)
        return 0;
    struct ms_known_effects known = ms_effects_of(program, call);
    for (uint32_t i = 0; i < known.count; i++) {
        const struct ms_effect *effect = &known.items[i];
        bool takes = effect->verb == MS_VERB_ACQUIRE || effect->verb == MS_VERB_ACQUIRE_SHARED;
        if ((takes || effect->verb == MS_VERB_RELEASE) && effect_on(program, call, effect, key))
            return takes ? 1 : -1;
    }
    if (!call->callee || known.complete)
        return 0;
    const struct ms_summary *summary = &program->code[call->callee].summary;
    for (uint32_t e = 0; e < summary->exit_count; e++)
        for (uint32_t c = 0; c < summary->exits[e].change_count; c++)
            if (ms_path_key(program, summary->exits[e].changes[c].lock) == key)
                return summary->exits[e].changes[c].level;
    return 0;
}

static bool is_taken(struct ms_program *program, uint32_t event, const void *data) {
    return change_of(program, event, *(const ms_path *)data) > 0;
}

static uint32_t release_after(struct ms_program *program, ms_function function, uint32_t event,
                              ms_path key) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++)
            if (change_of(program, e, key) < 0 &&
                ms_event_follows(program, function, event, e, is_taken, &key))
                return e;
    }
    return 0;
}

/* ---- reporting ---- */

static void report(struct ms_local *local, uint32_t event, const struct ms_held *held, bool freed,
                   const char *name) {
    struct ms_program *program = local->program;
    ms_path key = ms_path_key(program, held->lock);
    uint32_t release = key ? release_after(program, local->function, event, key) : 0;
    if (freed && !release && !held->scoped)
        return; /* whoever owns it last may well hold its lock to the end */
    const char *lock = ms_spelled(program, local->function, held->lock);
    bool added = freed ? ms_report(program, MS_CHECK_DESTROY_IN_USE, MS_CONFIDENCE_HIGH,
                                   local->function, program->facts->events[event].where, held->lock,
                                   "%s() frees the object that `%s` is in while that lock is held",
                                   name, lock)
                       : ms_report(program, MS_CHECK_DESTROY_IN_USE, MS_CONFIDENCE_HIGH,
                                   local->function, program->facts->events[event].where, held->lock,
                                   "`%s` is destroyed here by %s() while it is held", lock, name);
    if (!added)
        return;
    ms_report_note(program, local->function, program->facts->events[held->event].where,
                   "it is taken here");
    if (release)
        ms_report_note(program, local->function, program->facts->events[release].where,
                       "it is given back here, when it is gone");
}

void ms_watch_held_ending(struct ms_local *local, const struct ms_states *states, uint32_t event) {
    const struct ms_event *call = &local->program->facts->events[event];
    if (call->kind != MS_EVENT_CALL)
        return;
    struct ms_known_effects known = ms_effects_of(local->program, call);
    for (uint32_t i = 0; i < known.count; i++) {
        const struct ms_effect *effect = &known.items[i];
        bool freed = effect->verb == MS_VERB_FREE;
        if (!freed && effect->verb != MS_VERB_DESTROY_LOCK)
            continue;
        const struct ms_held *held = lost_lock(local, states, call, effect);
        if (held)
            report(local, event, held, freed, known.name);
    }
}
