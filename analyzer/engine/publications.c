/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* See publications.h. An object is published when it was owned before an event and is given away by
 * it: stored where others find it, put into a map, handed to a thread or to a function that does
 * so. */
#include "publications.h"

#include <stdlib.h>

static const struct ms_event *event_at(const struct ms_program *program, uint32_t event) {
    return &program->facts->events[event];
}

static void index_results(struct ms_program *program, struct ms_publications *known) {
    const struct ms_unit *facts = program->facts;
    uint32_t total = 1;
    for (ms_function f = 1; f < facts->function_count; f++) {
        known->first_result[f] = total;
        total += facts->functions[f].results + 1;
    }
    known->result_events = ms_allocate(total * sizeof *known->result_events);
    for (ms_function f = 1; f < facts->function_count; f++) {
        struct ms_range blocks = facts->functions[f].blocks;
        for (uint32_t b = 0; b < blocks.count; b++) {
            struct ms_range events = facts->blocks[blocks.first + b].events;
            for (uint32_t e = events.first; e < events.first + events.count; e++)
                if (facts->events[e].result &&
                    facts->events[e].result <= facts->functions[f].results)
                    known->result_events[known->first_result[f] + facts->events[e].result] = e;
        }
    }
}

static struct ms_publications *publications_of(struct ms_program *program) {
    if (!program->publications) {
        size_t count = program->facts->function_count;
        struct ms_publications *made = ms_allocate(sizeof *made);
        made->publishes = ms_allocate(program->facts->event_count);
        made->returned = ms_allocate(count * sizeof *made->returned);
        made->first_result = ms_allocate(count * sizeof *made->first_result);
        index_results(program, made);
        program->publications = made;
    }
    return program->publications;
}

void ms_publications_free(struct ms_program *program) {
    struct ms_publications *known = program->publications;
    if (!known)
        return;
    free(known->items);
    free(known->publishes);
    free(known->retired);
    free(known->returned);
    free(known->first_result);
    free(known->result_events);
    free(known);
}

/* ---- values that were loaded ---- */

/* What an event that has a result loads atomically; 0 if it does something else. */
static ms_path loaded_by(struct ms_program *program, const struct ms_event *event) {
    if ((event->kind == MS_EVENT_READ || event->kind == MS_EVENT_WRITE) &&
        (event->flags & MS_EVENT_ATOMIC))
        return ms_path_key(program, event->path);
    if (event->kind != MS_EVENT_CALL)
        return 0;
    struct ms_known_effects known = ms_effects_of(program, event);
    for (uint32_t i = 0; i < known.count; i++) {
        const struct ms_effect *effect = &known.items[i];
        if ((effect->verb != MS_VERB_ATOMIC_READ && effect->verb != MS_VERB_STORE_PUBLISH) ||
            effect->object.index >= event->arguments.count)
            continue;
        ms_path argument = program->facts->arguments[event->arguments.first + effect->object.index];
        return ms_path_key(program, effect->object.kind == MS_OPERAND_ITSELF
                                        ? argument
                                        : ms_make(program, MS_PATH_DEREF, argument, 0, 0));
    }
    return known.complete ? 0 : program->publications->returned[event->callee];
}

ms_path ms_loaded_from(struct ms_program *program, ms_function function, ms_path value) {
    struct ms_publications *known = publications_of(program);
    const struct ms_path_node *node = ms_node(program, value);
    uint32_t event = 0;
    if (node->kind == MS_PATH_RESULT)
        event = known->result_events[known->first_result[function] + node->operand];
    return event ? loaded_by(program, event_at(program, event)) : 0;
}

/* ---- publishing ---- */

static bool is_given_away(const struct ms_program *program, const struct ms_event *call,
                          const struct ms_known_effects *known, uint32_t argument) {
    for (uint32_t i = 0; i < known->count; i++) {
        const struct ms_effect *effect = &known->items[i];
        const struct ms_operand *operand =
            ms_verb_calls(effect->verb) ? &effect->other : &effect->object;
        bool gives = effect->verb == MS_VERB_VALUE || effect->verb == MS_VERB_SEND ||
                     effect->verb == MS_VERB_START || effect->verb == MS_VERB_START_MANY ||
                     effect->verb == MS_VERB_START_POOL || effect->verb == MS_VERB_HANDLER;
        if (gives && operand->kind == MS_OPERAND_ARGUMENT && operand->index == argument)
            return true;
    }
    return call->callee && !known->complete && argument < 32 &&
           (program->code[call->callee].summary.escapes >> argument & 1);
}

static void publish(struct ms_local *local, const struct ms_state *state, uint32_t event,
                    ms_path value, ms_path place) {
    struct ms_publications *known = publications_of(local->program);
    int kind = ms_node(local->program, value)->kind;
    ms_path object = ms_make(local->program, MS_PATH_DEREF, value, 0, 0);
    if ((kind != MS_PATH_RESULT && kind != MS_PATH_VALUE) ||
        !ms_state_owns(&local->frame, state, object))
        return;
    struct ms_publication made = {.function = local->function,
                                  .event = event,
                                  .object = value,
                                  .place = place,
                                  .locks = ms_state_lockset(&local->frame, state),
                                  .threads = ms_threads_started(local->program, event)};
    MS_PUSH(known->items, known->count, made);
    known->publishes[event] = true;
}

/* The global place in which a callee puts what this parameter points to; 0 if it is none. */
static ms_path stored_by(const struct ms_program *program, ms_function callee, uint32_t parameter) {
    const struct ms_code *code = &program->code[callee];
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        const struct ms_event *write =
            event_at(program, program->accesses[code->accesses.first + i].event);
        const struct ms_path_node *value = ms_node(program, write->value);
        if (write->kind == MS_EVENT_WRITE && value->kind == MS_PATH_PARAM &&
            value->operand == parameter &&
            ms_node(program, ms_path_root(program, write->path))->kind == MS_PATH_GLOBAL)
            return write->path;
    }
    return 0;
}

static void note_call(struct ms_local *local, const struct ms_state *state, uint32_t event) {
    const struct ms_event *call = event_at(local->program, event);
    struct ms_known_effects known = ms_effects_of(local->program, call);
    for (uint32_t i = 0; i < call->arguments.count; i++) {
        if (!is_given_away(local->program, call, &known, i))
            continue;
        ms_path raw = local->program->facts->arguments[call->arguments.first + i];
        ms_path place = known.complete ? 0 : stored_by(local->program, call->callee, i);
        publish(local, state, event, ms_state_value(&local->frame, state, raw), place);
    }
    /* rcu_assign_pointer(place, object) */
    const struct ms_effect *stores = NULL, *object = NULL;
    for (uint32_t i = 0; i < known.count; i++) {
        stores = known.items[i].verb == MS_VERB_STORE_PUBLISH ? &known.items[i] : stores;
        object = known.items[i].verb == MS_VERB_VALUE ? &known.items[i] : object;
    }
    if (stores && object && local->program->publications && local->program->publications->count) {
        struct ms_publication *last =
            &local->program->publications->items[local->program->publications->count - 1];
        if (last->event == event)
            last->place = ms_operand_location(&local->frame, state, call, &stores->object);
    }
}

static void note_write(struct ms_local *local, const struct ms_state *state, uint32_t event) {
    const struct ms_event *write = event_at(local->program, event);
    uint8_t kind = ms_node(local->program, write->path)->kind;
    if (kind == MS_PATH_LOCAL || kind == MS_PATH_PARAM)
        return;
    ms_path place = ms_state_location(&local->frame, state, write->path);
    if (!ms_state_owns(&local->frame, state, place))
        publish(local, state, event, ms_state_value(&local->frame, state, write->value), place);
}

/* ---- retiring ---- */

/* Where a value came from that is no longer there: loaded before, or replaced since. */
static ms_path place_before(struct ms_local *local, ms_path value) {
    struct ms_program *program = local->program;
    const struct ms_path_node *node = ms_node(program, value);
    if ((int)node->kind == MS_PATH_VALUE && node->operand < program->facts->event_count &&
        event_at(program, node->operand)->kind == MS_EVENT_WRITE)
        return ms_path_key(program, event_at(program, node->operand)->path);
    if (node->kind == MS_PATH_RESULT)
        return ms_loaded_from(program, local->function, value);
    return ms_path_key(program, value);
}

static void note_frees(struct ms_local *local, const struct ms_states *states, uint32_t event) {
    struct ms_program *program = local->program;
    const struct ms_event *call = event_at(program, event);
    struct ms_known_effects known = ms_effects_of(program, call);
    uint32_t frees =
        !known.complete && call->callee ? program->code[call->callee].summary.frees : 0;
    for (uint32_t i = 0; i < known.count; i++)
        if (known.items[i].verb == MS_VERB_FREE &&
            known.items[i].object.kind == MS_OPERAND_ARGUMENT)
            frees |= 1u << known.items[i].object.index;
    for (uint32_t i = 0; i < call->arguments.count && i < 32; i++) {
        if (!(frees >> i & 1))
            continue;
        ms_path raw = program->facts->arguments[call->arguments.first + i];
        ms_path value = ms_state_value(&local->frame, states->items[0], raw);
        struct ms_retirement made = {.function = local->function,
                                     .event = event,
                                     .value = value,
                                     .place = place_before(local, value),
                                     .live = states->items[0]->live,
                                     .joined = states->items[0]->joined};
        struct ms_publications *all = publications_of(program);
        MS_PUSH(all->retired, all->retired_count, made);
    }
}

void ms_note_publications(struct ms_local *local, const struct ms_states *states, uint32_t event) {
    const struct ms_event *at = event_at(local->program, event);
    const struct ms_state *state = states->items[0];
    switch (at->kind) {
    case MS_EVENT_WRITE:
        note_write(local, state, event);
        break;
    case MS_EVENT_CALL:
        note_call(local, state, event);
        note_frees(local, states, event);
        break;
    case MS_EVENT_RETURN: {
        ms_path value = ms_state_value(&local->frame, state, at->value);
        int kind = ms_node(local->program, value)->kind;
        if (kind == MS_PATH_RESULT || kind == MS_PATH_VALUE)
            publications_of(local->program)->returned[local->function] = place_before(local, value);
        break;
    }
    default:
        break;
    }
}
