/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The abstract state inside a function. Where paths meet, states whose locksets agree are merged
 * and states whose locksets differ are kept apart, up to a bound: property simulation (Das, Lerner,
 * Seigle: ESP, PLDI 2002). That is what makes `if (b) lock(); ... if (b) unlock();` and `if
 * (trylock()) ...` come out right at a cost that stays linear: the lockset is the property, what is
 * known of branch values is simulated along with it.
 *
 * Variables are renamed as they are assigned: the value of a local is the path it was assigned
 * from, or a VALUE named after the assignment or the meeting of paths that gave it. `p->lock`
 * before and after `p = p->next` are therefore two locks.
 */
#include "state.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_OF_BLOCK = 1u << 30, VALUE_STALE = 1u << 31 };

uint32_t ms_frame_slots(const struct ms_frame *frame) {
    return frame->parameters + frame->locals + frame->results + 1;
}

static uint32_t result_slot(const struct ms_frame *frame, uint32_t result) {
    return frame->parameters + frame->locals + result;
}

/* The slot of a variable's path, or UINT32_MAX if its value is not followed. */
static uint32_t variable_slot(const struct ms_frame *frame, const struct ms_path_node *node) {
    if (node->kind == MS_PATH_PARAM && node->operand < frame->parameters)
        return node->operand;
    if (node->kind == MS_PATH_LOCAL && frame->slot_of[node->operand] &&
        frame->slot_of[node->operand] != UINT32_MAX)
        return frame->slot_of[node->operand] - 1;
    return UINT32_MAX;
}

struct ms_state *ms_state_entry(const struct ms_frame *frame) {
    struct ms_state *state = ms_arena_allocate(frame->arena, sizeof *state);
    state->values = ms_arena_allocate(frame->arena, ms_frame_slots(frame) * sizeof(ms_path));
    for (uint32_t i = 0; i < frame->parameters; i++)
        state->values[i] = ms_make(frame->program, MS_PATH_PARAM, 0, i, 0);
    return state;
}

struct ms_state *ms_state_copy(const struct ms_frame *frame, const struct ms_state *state) {
    struct ms_state *copy = ms_arena_allocate(frame->arena, sizeof *copy);
    *copy = *state;
    copy->values = ms_arena_allocate(frame->arena, ms_frame_slots(frame) * sizeof(ms_path));
    memcpy(copy->values, state->values, ms_frame_slots(frame) * sizeof(ms_path));
    return copy;
}

/* ---- merging ---- */

static const struct ms_held *find_held(const struct ms_state *state, ms_path lock) {
    for (uint32_t i = 0; i < state->held_count; i++)
        if (state->held[i].lock == lock)
            return &state->held[i];
    return NULL;
}

static bool covers(const struct ms_state *one, const struct ms_state *other) {
    for (uint32_t i = 0; i < one->held_count; i++) {
        const struct ms_held *held = &one->held[i];
        const struct ms_held *match = find_held(other, held->lock);
        if (held->level != 0 &&
            (!match || match->level != held->level || match->mode != held->mode))
            return false;
    }
    return true;
}

static bool same_locks(const struct ms_state *one, const struct ms_state *other) {
    return one->fuzzy == other->fuzzy && covers(one, other) && covers(other, one);
}

static ms_path variable_path(const struct ms_frame *frame, uint32_t slot) {
    if (slot < frame->parameters)
        return ms_make(frame->program, MS_PATH_PARAM, 0, slot, 0);
    return ms_make(frame->program, MS_PATH_LOCAL, 0,
                   frame->local_variables[slot - frame->parameters], 0);
}

/* The name of what a variable holds where two values meet. It remembers the value that came first:
 * at the head of a loop the one before the loop, from which the others are reached. */
static ms_path met_value(const struct ms_frame *frame, ms_path known, uint32_t slot,
                         uint32_t block) {
    uint32_t variables = frame->parameters + frame->locals;
    if (slot >= variables)
        return ms_make(frame->program, MS_PATH_RESULT, 0, slot - variables, 0);
    const struct ms_path_node *node = ms_node(frame->program, known);
    ms_path variable = variable_path(frame, slot);
    uint32_t name = block | VALUE_OF_BLOCK;
    if (node->kind == MS_PATH_VALUE && node->base == variable && node->operand == name)
        return known;
    return ms_make(frame->program, MS_PATH_VALUE, variable, name, known);
}

/* Whether a variable with this value refers to nothing that others can reach. */
static bool owns_or_null(const struct ms_frame *frame, const struct ms_state *state, ms_path value,
                         bool *null) {
    int64_t constant;
    *null = ms_state_known(frame, state, value, &constant) == MS_COMPARE_EQUAL && constant == 0;
    uint8_t kind = ms_node(frame->program, value)->kind;
    return *null ||
           (kind != MS_PATH_LOCAL && kind != MS_PATH_PARAM && ms_state_owns(frame, state, value));
}

/* `if (!entry) entry = malloc(...)`: what comes from two sides, each its owner's, is owned. */
static bool owned_by_both(const struct ms_frame *frame, const struct ms_state *into,
                          const struct ms_state *from, uint32_t slot) {
    bool one, other;
    return owns_or_null(frame, into, into->values[slot], &one) &&
           owns_or_null(frame, from, from->values[slot], &other) && !(one && other);
}

struct met {
    ms_path owned[MS_OWNED_MAX];
    uint32_t count;
};

static bool merge_values(const struct ms_frame *frame, struct ms_state *into,
                         const struct ms_state *from, uint32_t block, struct met *met) {
    bool changed = false;

    for (uint32_t i = 0; i < ms_frame_slots(frame); i++) {
        if (into->values[i] == from->values[i])
            continue;
        ms_path name = met_value(frame, into->values[i], i, block);
        if (met->count < MS_OWNED_MAX && owned_by_both(frame, into, from, i))
            met->owned[met->count++] = name;
        changed |= into->values[i] != name;
        into->values[i] = name;
    }
    return changed;
}

static bool merge_constraints(struct ms_state *into, const struct ms_state *from) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < into->constraint_count; i++) {
        bool both = false;
        for (uint32_t j = 0; j < from->constraint_count; j++)
            both |= into->constraints[i].value == from->constraints[j].value &&
                    into->constraints[i].compare == from->constraints[j].compare &&
                    into->constraints[i].constant == from->constraints[j].constant;
        if (both)
            into->constraints[kept++] = into->constraints[i];
    }
    bool changed = kept != into->constraint_count;
    into->constraint_count = (uint8_t)kept;
    return changed;
}

static bool merge_published(struct ms_state *into, const struct ms_state *from) {
    bool changed = false;
    for (uint32_t i = 0; i < from->published_count; i++) {
        bool known = false;
        for (uint32_t j = 0; j < into->published_count; j++)
            known |= into->published[j] == from->published[i];
        if (known || into->published_count == MS_PUBLISHED_MAX)
            continue;
        into->published[into->published_count++] = from->published[i];
        changed = true;
    }
    return changed;
}

static bool is_among(const ms_path *paths, uint32_t count, ms_path path) {
    for (uint32_t i = 0; i < count; i++)
        if (paths[i] == path)
            return true;
    return false;
}

static bool merge_owned(struct ms_state *into, const struct ms_state *from, const struct met *met) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < into->owned_count; i++)
        if (is_among(from->owned, from->owned_count, into->owned[i]) ||
            is_among(met->owned, met->count, into->owned[i]))
            into->owned[kept++] = into->owned[i];
    bool changed = kept != into->owned_count;
    into->owned_count = (uint8_t)kept;
    for (uint32_t i = 0; i < met->count; i++) {
        if (is_among(into->owned, into->owned_count, met->owned[i]))
            continue;
        uint32_t count = into->owned_count;
        ms_state_own(into, met->owned[i]);
        changed |= into->owned_count != count;
    }
    return changed;
}

static bool add_call(struct ms_held *held, uint32_t event) {
    for (uint32_t i = 0; i < held->call_count; i++)
        if (held->calls[i] == event)
            return false;
    if (held->call_count == sizeof held->calls / sizeof *held->calls)
        return false;
    held->calls[held->call_count++] = event;
    return true;
}

void ms_state_note_call(struct ms_state *state, uint32_t event) {
    for (uint32_t i = 0; i < state->held_count; i++)
        if (state->held[i].level > 0)
            add_call(&state->held[i], event);
}

/* Keeps the locks that both hold; and of what was given back on one side only, that it may have
 * been. */
static bool merge_held(struct ms_state *into, const struct ms_state *from) {
    uint32_t kept = 0;
    bool changed = false;
    for (uint32_t i = 0; i < into->held_count; i++) {
        struct ms_held held = into->held[i];
        const struct ms_held *other = find_held(from, held.lock);
        bool same = other && other->level == held.level && other->mode == held.mode;
        if (!same && held.level != 0)
            continue;
        held.maybe |= !same || other->maybe;
        held.failed &= other && other->failed;
        for (uint32_t c = 0; other && c < other->call_count; c++)
            changed |= add_call(&held, other->calls[c]);
        changed |= held.maybe != into->held[i].maybe;
        into->held[kept++] = held;
    }
    changed |= kept != into->held_count;
    into->held_count = (uint8_t)kept;
    for (uint32_t i = 0; i < from->held_count; i++) {
        if (from->held[i].level != 0 || into->held_count == MS_HELD_MAX ||
            find_held(into, from->held[i].lock))
            continue;
        into->held[into->held_count] = from->held[i];
        into->held[into->held_count++].maybe = true;
        changed = true;
    }
    return changed;
}

static bool merge(const struct ms_frame *frame, struct ms_state *into, const struct ms_state *from,
                  uint32_t block) {
    bool changed = merge_held(into, from);
    struct met met = {.count = 0};
    changed |= merge_values(frame, into, from, block, &met);
    changed |= merge_constraints(into, from);
    changed |= merge_owned(into, from, &met);
    changed |= merge_published(into, from);
    changed |= (from->given_away & ~into->given_away) != 0 || (from->fog && !into->fog);
    into->fog |= from->fog;
    into->given_away |= from->given_away;
    changed |= (from->live & ~into->live) != 0 || (into->joined & ~from->joined) != 0;
    changed |= (into->idle & ~from->idle) != 0;
    into->idle &= from->idle;
    into->live |= from->live;
    into->joined &= from->joined;
    if (into->returned != from->returned && into->returned)
        into->returned = 0, changed = true;
    return changed;
}

/* Ways on which other threads run are kept apart as well while there is room: `if (start() != 0)
 * return;` says whether they do. */
enum { THREAD_STATES = 3 };

static bool same_threads(const struct ms_state *one, const struct ms_state *other) {
    return one->live == other->live && one->joined == other->joined;
}

bool ms_states_add(const struct ms_frame *frame, struct ms_states *states,
                   const struct ms_state *state, uint32_t block) {
    for (uint32_t i = 0; i < states->count; i++)
        if (same_locks(states->items[i], state) && same_threads(states->items[i], state))
            return merge(frame, states->items[i], state, block);
    for (uint32_t i = 0; i < states->count && states->count >= THREAD_STATES; i++)
        if (same_locks(states->items[i], state))
            return merge(frame, states->items[i], state, block);
    if (states->count < MS_STATE_MAX) {
        states->items[states->count++] = ms_state_copy(frame, state);
        return true;
    }
    struct ms_state *last = states->items[MS_STATE_MAX - 1];
    bool changed = !last->fuzzy;
    changed |= merge(frame, last, state, block);
    last->fuzzy = true;
    return changed;
}

/* ---- values ---- */

ms_path ms_state_value(const struct ms_frame *frame, const struct ms_state *state, ms_path path) {
    struct ms_path_node node = *ms_node(frame->program, path);
    switch ((int)node.kind) {
    case MS_PATH_PARAM:
    case MS_PATH_LOCAL: {
        uint32_t slot = variable_slot(frame, &node);
        return slot != UINT32_MAX && state->values[slot] ? state->values[slot] : path;
    }
    case MS_PATH_RESULT: {
        ms_path known =
            node.operand <= frame->results ? state->values[result_slot(frame, node.operand)] : 0;
        return known ? known : path;
    }
    case MS_PATH_ADDRESS:
        return ms_make(frame->program, MS_PATH_ADDRESS, ms_state_location(frame, state, node.base),
                       0, 0);
    case MS_PATH_CONTAINER:
    case MS_PATH_BITS:
        return ms_make(frame->program, node.kind, ms_state_value(frame, state, node.base),
                       node.operand, node.extra);
    case MS_PATH_FIELD:
    case MS_PATH_INDEX:
    case MS_PATH_DEREF:
        return ms_state_location(frame, state, path);
    default:
        return path;
    }
}

/* An index that is a variable stays one even where its value is known: the first time around a loop
 * is not special. */
static ms_path index_value(const struct ms_frame *frame, const struct ms_state *state,
                           ms_path index) {
    ms_path value = ms_state_value(frame, state, index);
    return ms_node(frame->program, value)->kind == MS_PATH_CONSTANT ? index : value;
}

ms_path ms_state_location(const struct ms_frame *frame, const struct ms_state *state,
                          ms_path path) {
    struct ms_path_node node = *ms_node(frame->program, path);
    switch ((int)node.kind) {
    case MS_PATH_FIELD:
        return ms_make(frame->program, MS_PATH_FIELD, ms_state_location(frame, state, node.base),
                       node.operand, node.extra);
    case MS_PATH_INDEX:
        return ms_make(frame->program, MS_PATH_INDEX, ms_state_location(frame, state, node.base), 0,
                       index_value(frame, state, node.extra));
    case MS_PATH_DEREF:
        return ms_make(frame->program, MS_PATH_DEREF, ms_state_value(frame, state, node.base), 0,
                       0);
    default:
        return path;
    }
}

/* A name that is about to mean something else: what was known under it keeps a name of its own. */
void ms_state_retire(const struct ms_frame *frame, struct ms_state *state, ms_path name) {
    ms_path stale = 0;
    for (uint32_t i = 0; i < state->held_count; i++) {
        if (!ms_path_contains(frame->program, state->held[i].lock, name))
            continue;
        if (!stale)
            stale = ms_make(frame->program, MS_PATH_VALUE, name, VALUE_STALE, 0);
        state->held[i].lock = ms_path_replace(frame->program, state->held[i].lock, name, stale);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->constraint_count; i++)
        if (!ms_path_contains(frame->program, state->constraints[i].value, name))
            state->constraints[kept++] = state->constraints[i];
    state->constraint_count = (uint8_t)kept;
    kept = 0;
    for (uint32_t i = 0; i < state->owned_count; i++)
        if (!ms_path_contains(frame->program, state->owned[i], name))
            state->owned[kept++] = state->owned[i];
    state->owned_count = (uint8_t)kept;
    for (uint32_t i = 0; i < frame->parameters + frame->locals; i++) {
        if (!ms_path_contains(frame->program, state->values[i], name))
            continue;
        if (!stale)
            stale = ms_make(frame->program, MS_PATH_VALUE, name, VALUE_STALE, 0);
        state->values[i] = ms_path_replace(frame->program, state->values[i], name, stale);
    }
}

/* Whether a value was loaded from this very location, or from a slot of the map that it is. */
static bool is_held_from(const struct ms_program *program, ms_path value, ms_path location) {
    const struct ms_path_node *node = ms_node(program, value);
    return value == location || (node->kind == MS_PATH_INDEX && node->base == location &&
                                 ms_node(program, node->extra)->kind != MS_PATH_CONSTANT);
}

void ms_state_detach(const struct ms_frame *frame, struct ms_state *state, ms_path location,
                     uint32_t event) {
    for (uint32_t i = 0; i < frame->parameters + frame->locals; i++) {
        ms_path held = state->values[i];
        if (!held || !is_held_from(frame->program, held, location))
            continue;
        ms_path taken = ms_make(frame->program, MS_PATH_VALUE, variable_path(frame, i), event, 0);
        for (uint32_t j = 0; j < frame->parameters + frame->locals; j++)
            if (state->values[j] == held)
                state->values[j] = taken;
        ms_state_own(state, taken);
    }
}

void ms_state_assign(const struct ms_frame *frame, struct ms_state *state, ms_path variable,
                     ms_path value, uint32_t event) {
    struct ms_path_node node = *ms_node(frame->program, variable);
    uint32_t slot = variable_slot(frame, &node);
    if (slot == UINT32_MAX) {
        ms_state_detach(frame, state, variable, event);
        /* Memory: a branch value read from there is no longer known. */
        uint32_t kept = 0;
        for (uint32_t i = 0; i < state->constraint_count; i++)
            if (state->constraints[i].value != variable)
                state->constraints[kept++] = state->constraints[i];
        state->constraint_count = (uint8_t)kept;
        return;
    }
    if (!value || ms_path_depth(frame->program, value) > MS_PATH_DEPTH_MAX) {
        value = ms_make(frame->program, MS_PATH_VALUE, variable, event, 0);
        ms_state_retire(frame, state, value);
    }
    state->values[slot] = value;
}

void ms_state_set_result(const struct ms_frame *frame, struct ms_state *state, uint32_t result,
                         ms_path value) {
    if (!result || result > frame->results)
        return;
    ms_path name = ms_make(frame->program, MS_PATH_RESULT, 0, result, 0);
    if (state->values[result_slot(frame, result)]) /* not the first time around a loop */
        ms_state_retire(frame, state, name);
    state->values[result_slot(frame, result)] = value ? value : name;
}

ms_path ms_state_instantiate(const struct ms_frame *frame, const struct ms_state *state,
                             const ms_path *arguments, uint32_t argument_count, ms_path path,
                             uint32_t result) {
    struct ms_path_node node = *ms_node(frame->program, path);
    switch ((int)node.kind) {
    case MS_PATH_PARAM:
        return node.operand < argument_count ? arguments[node.operand] : 0;
    case MS_PATH_CONSTANT:
    case MS_PATH_FUNCTION:
    case MS_PATH_GLOBAL:
        return path;
    case MS_PATH_FRESH:
        return result ? ms_make(frame->program, MS_PATH_RESULT, 0, result, 0) : 0;
    case MS_PATH_FIELD:
    case MS_PATH_INDEX:
    case MS_PATH_DEREF:
    case MS_PATH_ADDRESS:
    case MS_PATH_CONTAINER:
    case MS_PATH_BITS: {
        ms_path base =
            ms_state_instantiate(frame, state, arguments, argument_count, node.base, result);
        if (!base)
            return 0;
        /* &local was passed: what the callee loads through it is the local's value here. */
        uint8_t kind = ms_node(frame->program, base)->kind;
        if ((node.kind == MS_PATH_DEREF || node.kind == MS_PATH_CONTAINER) &&
            kind == MS_PATH_LOCAL && state)
            base = ms_state_value(frame, state, base);
        if (node.kind ==
            MS_PATH_INDEX) /* which one, only the callee knew; here it is this call's */
            node.extra = result ? ms_make(frame->program, MS_PATH_RESULT, 0, result, 0) : 0;
        return ms_make(frame->program, node.kind, base, node.operand, node.extra);
    }
    default:
        return 0;
    }
}

/* ---- locks ---- */

void ms_state_fail_lock(const struct ms_frame *frame, struct ms_state *state, ms_path lock,
                        uint32_t event) {
    if (ms_state_find_lock(state, lock) || state->held_count == MS_HELD_MAX)
        return;
    ms_state_change_lock(frame, state, lock, MS_MODE_EXCLUSIVE, 0, event);
    ms_state_find_lock(state, lock)->failed = true;
}

struct ms_held *ms_state_find_lock(struct ms_state *state, ms_path lock) {
    return (struct ms_held *)find_held(state, lock);
}

void ms_state_change_lock(const struct ms_frame *frame, struct ms_state *state, ms_path lock,
                          uint8_t mode, int change, uint32_t event) {
    struct ms_held *held = ms_state_find_lock(state, lock);
    if (!held) {
        if (state->held_count == MS_HELD_MAX) { /* make room: forget one that is not held */
            uint32_t kept = 0;
            for (uint32_t i = 0; i < state->held_count; i++)
                if (state->held[i].level != 0)
                    state->held[kept++] = state->held[i];
            state->held_count = (uint8_t)kept;
            if (kept == MS_HELD_MAX) {
                ms_remark(
                    frame->program, "%s: more than %d locks at once; the others are ignored",
                    ms_name(frame->program, ms_function_at(frame->program, frame->function)->name),
                    MS_HELD_MAX);
                return;
            }
        }
        held = &state->held[state->held_count++];
        *held = (struct ms_held){.lock = lock, .mode = mode};
    }
    if (change > 0 && held->level <= 0)
        held->mode = mode;
    if (held->asserted && change < 0)
        held->level = 0; /* it is the caller's that is given back */
    held->asserted = false;
    int level = held->level + change;
    held->maybe = held->failed = false;
    held->level = (int8_t)(level > 2 ? 2 : level < -1 ? -1 : level);
    held->event = event;
}

void ms_state_assert_lock(const struct ms_frame *frame, struct ms_state *state, ms_path lock,
                          uint8_t mode, uint32_t event) {
    struct ms_held *held = ms_state_find_lock(state, lock);
    if (held && held->level > 0)
        return;
    if (held)
        held->level = 0;
    ms_state_change_lock(frame, state, lock, mode, +1, event);
    held = ms_state_find_lock(state, lock);
    if (held)
        held->asserted = true;
}

struct ms_lockset ms_state_lockset(const struct ms_frame *frame, const struct ms_state *state) {
    struct ms_lockset set = {0};
    for (uint32_t i = 0; i < state->held_count; i++)
        set.count += state->held[i].level != 0;
    if (!set.count)
        return set;
    set.items = ms_arena_allocate(&frame->program->arena, set.count * sizeof *set.items);
    uint32_t at = 0;
    for (uint32_t i = 0; i < state->held_count; i++)
        if (state->held[i].level != 0)
            set.items[at++] = state->held[i];
    return set;
}
