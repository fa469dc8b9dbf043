/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the check on destruction asks: where things end, and the order of events along the calls
 * that lead there. A join that stands after an ending says that until then the thread was running.
 */
#include "endings.h"

#include "calls.h"
#include "event_flow.h"

#include <string.h>

/* ---- recording ---- */

/* `free(p->items)`: the memory is known by the place where the program keeps the pointer. */
static ms_path ended_by(struct ms_local *local, const struct ms_state *state,
                        const struct ms_event *call, const struct ms_effect *effect) {
    ms_path location = ms_operand_location(&local->frame, state, call, &effect->object);
    if (!location || effect->verb == MS_VERB_DESTROY_LOCK)
        return location;
    return ms_place_of_map(local->program, location);
}

void ms_record_endings(struct ms_local *local, const struct ms_states *states, uint32_t event) {
    const struct ms_event *call = &local->program->facts->events[event];
    if (call->kind != MS_EVENT_CALL)
        return;
    struct ms_known_effects known = ms_effects_of(local->program, call);
    for (uint32_t i = 0; i < known.count; i++)
        if (known.items[i].verb == MS_VERB_FRESH)
            return; /* realloc: the memory moves */
    for (uint32_t i = 0; i < known.count; i++) {
        const struct ms_effect *effect = &known.items[i];
        if (effect->verb != MS_VERB_DESTROY_LOCK && effect->verb != MS_VERB_FREE)
            continue;
        ms_path location = ended_by(local, states->items[0], call, effect);
        if (location)
            ms_observe_ending(local, states, event, location, known.name);
    }
}

/* ---- the way to an event ---- */

uint32_t ms_steps_to(const struct ms_program *program, ms_function function,
                     const struct ms_context *context, uint32_t event,
                     struct ms_step steps[MS_STEPS_MAX]) {
    uint32_t count = 0;
    for (;;) {
        steps[count++] = (struct ms_step){function, event};
        if (count == MS_STEPS_MAX || context->site == UINT32_MAX)
            return count;
        const struct ms_call_site *site = &program->calls[context->site];
        if (site->how != MS_HOW_CALL && site->how != MS_HOW_CALLBACK)
            return count;
        function = site->caller;
        event = site->event;
        context = &program->code[function].contexts[context->parent];
    }
}

static uint32_t find_call(struct ms_program *program, struct ms_step step, ms_call_test *test,
                          const void *data, bool after) {
    struct ms_range blocks = ms_function_at(program, step.function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++) {
            if (e == step.event || program->facts->events[e].kind != MS_EVENT_CALL ||
                !test(program, step.function, e, data))
                continue;
            uint32_t from = after ? step.event : e, to = after ? e : step.event;
            if (ms_event_follows(program, step.function, from, to, NULL, NULL))
                return e;
        }
    }
    return 0;
}

uint32_t ms_call_after(struct ms_program *program, struct ms_step step, ms_call_test *test,
                       const void *data) {
    return find_call(program, step, test, data, true);
}

uint32_t ms_call_before(struct ms_program *program, struct ms_step step, ms_call_test *test,
                        const void *data) {
    return find_call(program, step, test, data, false);
}

/* ---- what calls wait for ---- */

uint64_t ms_threads_joined(struct ms_program *program, ms_function function, uint32_t event) {
    const struct ms_event *call = &program->facts->events[event];
    struct ms_known_effects known = ms_effects_of(program, call);
    uint64_t joined = 0;
    for (uint32_t i = 0; i < known.count; i++) {
        const struct ms_operand *object = &known.items[i].object;
        if (known.items[i].verb == MS_VERB_JOIN && object->index < call->arguments.count &&
            ms_effect_applies(program, call, &known.items[i]))
            joined |= ms_threads_with_handle(
                program, function,
                program->facts->arguments[call->arguments.first + object->index]);
    }
    if (call->callee && !known.complete) {
        const struct ms_summary *summary = &program->code[call->callee].summary;
        for (uint32_t e = 0; e < summary->exit_count; e++)
            joined |= summary->exits[e].joined;
    }
    return joined;
}

static bool is_on_semaphore(struct ms_program *program, ms_function function,
                            const struct ms_event *call, const struct ms_effect *effect) {
    if (effect->object.kind != MS_OPERAND_ARGUMENT || effect->object.index >= call->arguments.count)
        return false;
    ms_path argument = program->facts->arguments[call->arguments.first + effect->object.index];
    return ms_is_semaphore(program, function, ms_make(program, MS_PATH_DEREF, argument, 0, 0));
}

static bool effect_waits(struct ms_program *program, ms_function function,
                         const struct ms_event *call, const struct ms_effect *effect) {
    switch (effect->verb) {
    case MS_VERB_WAIT:
    case MS_VERB_BARRIER:
    case MS_VERB_JOIN:
    case MS_VERB_RCU_SYNCHRONIZE:
        return true;
    case MS_VERB_ACQUIRE:
        return is_on_semaphore(program, function, call, effect);
    default:
        return false;
    }
}

enum { WAIT_DEPTH = 4 };

static bool function_waits(struct ms_program *program, ms_function function, int depth) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++) {
            const struct ms_event *event = &program->facts->events[e];
            /* A loop that looks at an atomic or volatile variable waits for whoever sets it. */
            if (event->kind == MS_EVENT_READ &&
                (event->flags & (MS_EVENT_ATOMIC | MS_EVENT_VOLATILE)) &&
                ms_block_in_loop(program, function, b))
                return true;
            if (event->kind == MS_EVENT_CALL && depth < WAIT_DEPTH &&
                ms_call_waits(program, function, e, &depth))
                return true;
        }
    }
    return false;
}

bool ms_call_waits(struct ms_program *program, ms_function function, uint32_t event,
                   const void *data) {
    int depth = data ? *(const int *)data : 0;
    const struct ms_event *call = &program->facts->events[event];
    struct ms_known_effects known = ms_effects_of(program, call);
    for (uint32_t i = 0; i < known.count; i++)
        if (effect_waits(program, function, call, &known.items[i]) &&
            ms_effect_applies(program, call, &known.items[i]))
            return true;
    if (known.complete)
        return false;
    if (!call->callee)
        return true; /* through a pointer: it may */
    const struct ms_function_node *callee = ms_function_at(program, call->callee);
    return callee->blocks.count && function_waits(program, call->callee, depth + 1);
}
