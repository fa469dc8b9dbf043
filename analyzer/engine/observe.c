/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the analysis of a function leaves behind for the whole program, recorded in one last walk
 * over the blocks when the states are final: accesses and calls with their locksets. Where the
 * states before an event disagree about the lockset the record is marked fuzzy: it can then neither
 * accuse nor testify.
 */
#include "atomic_locks.h"
#include "checks.h"

#include <string.h>

void ms_mark_relevant(struct ms_local *local, ms_path path) {
    const struct ms_path_node *root = ms_node(local->program, ms_path_root(local->program, path));
    if (root->kind == MS_PATH_PARAM && root->operand < 32)
        local->code->summary.relevant |= 1u << root->operand;
}

void ms_add_setup(struct ms_local *local, ms_path location) {
    struct ms_code *code = local->code;
    if (!location)
        return;
    for (size_t i = 0; i < code->setup_count; i++)
        if (code->setup[i] == location)
            return;
    MS_PUSH(code->setup, code->setup_count, location);
    const struct ms_path_node *object =
        ms_node(local->program, ms_path_object(local->program, location));
    if (object->kind != MS_PATH_DEREF)
        return;
    const struct ms_path_node *root = ms_node(local->program, object->base);
    if (root->kind == MS_PATH_PARAM && root->operand < 32)
        local->code->summary.setup |= 1u << root->operand;
}

/* ---- locksets ---- */

static bool same_lockset(const struct ms_lockset *one, const struct ms_lockset *other) {
    if (one->count != other->count)
        return false;
    for (uint32_t i = 0; i < one->count; i++) {
        bool found = false;
        for (uint32_t j = 0; j < other->count; j++)
            found |= one->items[i].lock == other->items[j].lock &&
                     one->items[i].mode == other->items[j].mode &&
                     one->items[i].level == other->items[j].level;
        if (!found)
            return false;
    }
    return true;
}

/* The lockset common to all states; *fuzzy when they do not agree. */
static struct ms_lockset common_lockset(const struct ms_local *local,
                                        const struct ms_states *states, bool *fuzzy) {
    struct ms_lockset common = ms_state_lockset(&local->frame, states->items[0]);
    for (uint32_t i = 0; i < common.count; i++)
        common.items[i].lock = ms_path_origin(local->program, common.items[i].lock);
    *fuzzy = states->items[0]->fuzzy || states->items[0]->fog;
    for (uint32_t i = 1; i < states->count; i++) {
        struct ms_lockset other = ms_state_lockset(&local->frame, states->items[i]);
        for (uint32_t b = 0; b < other.count; b++)
            other.items[b].lock = ms_path_origin(local->program, other.items[b].lock);
        *fuzzy |=
            states->items[i]->fuzzy || states->items[i]->fog || !same_lockset(&common, &other);
        uint32_t kept = 0;
        for (uint32_t a = 0; a < common.count; a++)
            for (uint32_t b = 0; b < other.count; b++)
                if (common.items[a].lock == other.items[b].lock &&
                    common.items[a].level == other.items[b].level) {
                    common.items[kept] = common.items[a];
                    if (other.items[b].mode < common.items[kept].mode)
                        common.items[kept].mode = other.items[b].mode;
                    kept++;
                    break;
                }
        common.count = kept;
    }
    return common;
}

/* What all states know of parameters that are compared with constants. */
static struct ms_conditions common_conditions(const struct ms_local *local,
                                              const struct ms_states *states) {
    struct ms_conditions common = {0};
    struct ms_constraint found[MS_CONSTRAINT_MAX];
    const struct ms_state *first = states->items[0];
    for (uint32_t i = 0; i < first->constraint_count; i++) {
        struct ms_constraint known = first->constraints[i];
        const struct ms_path_node *value = ms_node(local->program, known.value);
        bool everywhere = value->kind == MS_PATH_PARAM || value->kind == MS_PATH_BITS;
        for (uint32_t s = 1; s < states->count && everywhere; s++) {
            everywhere = false;
            for (uint32_t c = 0; c < states->items[s]->constraint_count; c++) {
                struct ms_constraint other = states->items[s]->constraints[c];
                everywhere |= other.value == known.value && other.compare == known.compare &&
                              other.constant == known.constant;
            }
        }
        if (everywhere)
            found[common.count++] = known;
    }
    if (common.count) {
        common.items =
            ms_arena_allocate(&local->program->arena, common.count * sizeof *common.items);
        memcpy(common.items, found, common.count * sizeof *found);
    }
    return common;
}

/* ---- accesses ---- */

/* Whether other threads could ever reach this location under some name. */
static bool may_be_shared(struct ms_program *program, ms_path path) {
    struct ms_path_node root = *ms_node(program, ms_path_root(program, path));
    if (root.kind == MS_PATH_GLOBAL) {
        const struct ms_variable_node *variable = &program->facts->variables[root.operand];
        if (variable->flags & (MS_VARIABLE_THREAD_LOCAL | MS_VARIABLE_SYSTEM))
            return false;
    }
    if (root.kind == MS_PATH_LOCAL && path == ms_path_object(program, path) &&
        ms_node(program, path)->kind == MS_PATH_LOCAL)
        return program->shared_locals[root.operand];
    if (ms_path_key(program, path))
        return true;
    /* The object behind a parameter: a caller knows its name. */
    const struct ms_path_node *node = ms_node(program, ms_path_object(program, path));
    return node->kind == MS_PATH_DEREF;
}

/* Locks, conditions and constants are not data. A record behind a `const` pointer is none of these:
 * others may change it. */
static bool is_data(const struct ms_local *local, ms_path path) {
    ms_type type = ms_path_type(local->program, local->function, path);
    const struct ms_type_node *node = &local->program->facts->types[type];
    bool pointee =
        node->kind == MS_TYPE_RECORD && ms_node(local->program, path)->kind == MS_PATH_DEREF;
    if (((node->flags & MS_TYPE_CONST) && !pointee) || node->kind == MS_TYPE_FUNCTION ||
        ms_is_lock_word(local->program, path))
        return false;
    switch (ms_type_role(local->program, type)) {
    case MS_ROLE_MUTEX:
    case MS_ROLE_RECURSIVE_MUTEX:
    case MS_ROLE_RWLOCK:
    case MS_ROLE_SPINLOCK:
    case MS_ROLE_CONDITION:
    case MS_ROLE_THREAD:
        return false;
    default:
        return true;
    }
}

static bool points_to_map(const struct ms_local *local, ms_path path) {
    enum ms_type_role role =
        ms_pointee_role(local->program, ms_path_type(local->program, local->function, path));
    return role == MS_ROLE_MAP || role == MS_ROLE_SELF_LOCKING_MAP;
}

/* `t = c->table;`: what happens to the map happens later, through `t`. */
static bool is_loaded_into_variable(const struct ms_program *program, uint32_t event) {
    const struct ms_unit *facts = program->facts;
    if (event + 1 >= facts->event_count)
        return false;
    const struct ms_event *read = &facts->events[event], *next = &facts->events[event + 1];
    return read->kind == MS_EVENT_READ && next->kind == MS_EVENT_WRITE &&
           next->value == read->path && ms_node(program, next->path)->kind == MS_PATH_LOCAL;
}

static unsigned type_flags(const struct ms_local *local, ms_path path) {
    ms_type type = ms_path_type(local->program, local->function, path);
    const struct ms_type_node *node = &local->program->facts->types[type];
    unsigned flags = node->flags & MS_TYPE_ATOMIC ? MS_ACCESS_ATOMIC : 0;
    if (ms_type_role(local->program, type) == MS_ROLE_ATOMIC)
        flags |= MS_ACCESS_ATOMIC;
    if (ms_type_role(local->program, type) == MS_ROLE_SELF_LOCKING_MAP ||
        ms_pointee_role(local->program, type) == MS_ROLE_SELF_LOCKING_MAP)
        flags |= MS_ACCESS_SELF_LOCKING;
    return flags;
}

/* Whether the object of this path has its lock made or ended in this function, or is ended itself,
 * while no thread of this function's making runs. */
static bool in_setup(const struct ms_local *local, const struct ms_states *states, ms_path path) {
    const struct ms_path_node *root = ms_node(local->program, ms_path_root(local->program, path));
    if (root->kind != MS_PATH_PARAM && root->kind != MS_PATH_GLOBAL)
        return false;
    for (uint32_t i = 0; i < states->count; i++)
        if (states->items[i]->live)
            return false;
    for (size_t i = 0; i < local->code->setup_count; i++) {
        ms_path object = ms_path_object(local->program, local->code->setup[i]);
        if (ms_path_contains(local->program, path, object))
            return true;
    }
    return false;
}

/* An argument that this function will put where others find it was nobody else's before. */
static bool not_yet_given_away(const struct ms_local *local, const struct ms_states *states,
                               ms_path path) {
    const struct ms_path_node *root = ms_node(local->program, ms_path_root(local->program, path));
    if (root->kind != MS_PATH_PARAM || root->operand >= 32 ||
        !(local->code->summary.escapes >> root->operand & 1))
        return false;
    for (uint32_t i = 0; i < states->count; i++)
        if (states->items[i]->given_away >> root->operand & 1)
            return false;
    return true;
}

/* Whether nobody else can reach this place, whichever way this point was reached. */
static bool is_owned(const struct ms_local *local, const struct ms_states *states, ms_path path,
                     bool evaluated) {
    for (uint32_t i = 0; i < states->count; i++) {
        const struct ms_state *state = states->items[i];
        ms_path location = evaluated ? path : ms_state_location(&local->frame, state, path);
        if (!ms_state_owns(&local->frame, state, location))
            return false;
    }
    return true;
}

static void record_access(struct ms_local *local, const struct ms_states *states, uint32_t event,
                          ms_path path, unsigned kind, unsigned flags, const char *operation) {
    struct ms_program *program = local->program;
    bool fuzzy;
    struct ms_access access = {.path = path,
                               .function = local->function,
                               .event = event,
                               .kind = (uint8_t)kind,
                               .operation = operation,
                               .locks = common_lockset(local, states, &fuzzy),
                               .conditions = common_conditions(local, states),
                               .joined = states->items[0]->joined};
    for (uint32_t i = 0; i < states->count; i++) {
        access.live |= states->items[i]->live & ~states->items[i]->idle;
        access.joined &= states->items[i]->joined;
    }
    flags |= type_flags(local, path);
    if (not_yet_given_away(local, states, path))
        flags |= MS_ACCESS_OWNED;
    if (fuzzy)
        flags |= MS_ACCESS_FUZZY;
    if (in_setup(local, states, path))
        flags |= MS_ACCESS_SETUP;
    access.flags = (uint16_t)flags;
    MS_PUSH(program->accesses, program->access_count, access);
}

void ms_observe_access(struct ms_local *local, const struct ms_states *states, uint32_t event,
                       ms_path path, bool evaluated, unsigned kind, unsigned flags,
                       const char *operation) {
    struct ms_program *program = local->program;
    if (!states->count)
        return;
    if (is_owned(local, states, path, evaluated))
        flags |= MS_ACCESS_OWNED;
    if (!evaluated)
        path = ms_state_location(&local->frame, states->items[0], path);
    path = ms_path_origin(program, path);
    ms_mark_relevant(local, path);
    /* To load the pointer to a map is part of the operation on the map. */
    if (kind == MS_ACCESS_READ && !(flags & MS_ACCESS_MAP) && points_to_map(local, path) &&
        !is_loaded_into_variable(program, event)) {
        if (!(flags & MS_ACCESS_CONDITION))
            return;
        flags |= MS_ACCESS_LOADS_MAP;
    }
    if (!local->observing || !may_be_shared(program, path) || !is_data(local, path))
        return;
    record_access(local, states, event, path, kind, flags, operation);
}

void ms_observe_ending(struct ms_local *local, const struct ms_states *states, uint32_t event,
                       ms_path location, const char *operation) {
    if (local->observing && states->count)
        record_access(local, states, event, ms_path_origin(local->program, location),
                      MS_ACCESS_DESTROY,
                      is_owned(local, states, location, true) ? MS_ACCESS_OWNED : 0, operation);
}

/* ---- calls ---- */

/* An object that this function made and gives to a thread keeps its identity across threads. */
static void hand_over(struct ms_local *local, ms_path value) {
    ms_path root = ms_path_root(local->program, value);
    int kind = ms_node(local->program, root)->kind;
    if (kind == MS_PATH_LOCAL || kind == MS_PATH_RESULT || kind == MS_PATH_VALUE)
        ms_hand_over(local->program, local->function, root);
}

void ms_observe_call(struct ms_local *local, const struct ms_states *states, uint32_t event,
                     enum ms_call_how how, ms_function callee, const ms_path *arguments,
                     uint32_t argument_count, uint32_t thread) {
    struct ms_program *program = local->program;
    if (!local->observing || !states->count)
        return;
    struct ms_call_site site = {.caller = local->function,
                                .callee = callee,
                                .event = event,
                                .how = (uint8_t)how,
                                .argument_count = (uint8_t)argument_count,
                                .thread = thread,
                                .joined = states->items[0]->joined};
    site.locks = common_lockset(local, states, &site.fuzzy);
    site.conditions = common_conditions(local, states);
    local->code->starts_threads |= how == MS_HOW_THREAD;
    for (uint32_t i = 0; how == MS_HOW_THREAD && i < argument_count; i++)
        hand_over(local, arguments[i]);
    for (uint32_t i = 0; i < states->count; i++) {
        site.live |= states->items[i]->live;
        site.joined &= states->items[i]->joined;
    }
    site.arguments =
        ms_arena_allocate(&program->arena, (argument_count + 1) * sizeof *site.arguments);
    for (uint32_t i = 0; i < argument_count; i++) {
        site.arguments[i] = ms_path_origin(program, arguments[i]);
        bool owned = arguments[i] != 0;
        for (uint32_t s = 0; s < states->count && owned; s++)
            owned = ms_state_owns(&local->frame, states->items[s],
                                  ms_make(program, MS_PATH_DEREF, arguments[i], 0, 0));
        if (owned && i < 32)
            site.owned |= 1u << i;
        /* What the caller sets up is being set up in the callee as well. */
        if (how != MS_HOW_THREAD && arguments[i] && i < 32 &&
            in_setup(local, states, ms_make(program, MS_PATH_DEREF, arguments[i], 0, 0)))
            site.owned |= 1u << i;
    }
    MS_PUSH(program->calls, program->call_count, site);
}

/* ---- checks that watch ---- */

#define MS_CHECK(id, name, summary) &ms_code_of_##id,
static const struct ms_check_code *const checks[] = {
#include "mapsan/checks.def"
};
#undef MS_CHECK

/* A lock that is given back here and was not taken here: the callers are to hold it. */
static void note_release(struct ms_local *local, const struct ms_state *state, uint32_t event,
                         ms_path lock, int change) {
    struct ms_program *program = local->program;
    const struct ms_held *held = ms_state_find_lock((struct ms_state *)state, lock);
    ms_function callee = program->facts->events[event].callee;
    bool direct = callee && !ms_function_at(program, callee)->blocks.count;
    if (change >= 0 || (held && (held->level > 0 || held->maybe)) || state->fuzzy || !direct)
        return;
    struct ms_lock_step *last =
        program->release_count ? &program->releases[program->release_count - 1] : NULL;
    if (!last || last->event != event)
        MS_PUSH(program->releases, program->release_count,
                (struct ms_lock_step){local->function, event, ms_path_origin(program, lock)});
}

void ms_observe_lock(struct ms_local *local, const struct ms_state *state, uint32_t event,
                     ms_path lock, uint8_t mode, int change) {
    if (!local->observing)
        return;
    note_release(local, state, event, lock, change);
    ms_note_lock_event(local, state, event, lock, change);
    ms_path key = change > 0 ? ms_path_key(local->program, lock) : 0;
    bool known = false;
    for (size_t i = 0; i < local->code->acquired_count; i++)
        known |= local->code->acquired[i] == key;
    if (key && !known)
        MS_PUSH(local->code->acquired, local->code->acquired_count, key);
    if (change > 0)
        ms_note_acquisition(local, state, event, lock, mode);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i]->observer.lock)
            checks[i]->observer.lock(local, state, event, lock, mode, change);
}

void ms_observe_event_begin(struct ms_local *local, const struct ms_states *states,
                            uint32_t event) {
    if (!local->observing || !states->count)
        return;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i]->observer.event_begin)
            checks[i]->observer.event_begin(local, states, event);
}

void ms_observe_event_end(struct ms_local *local, uint32_t event) {
    if (!local->observing)
        return;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i]->observer.event_end)
            checks[i]->observer.event_end(local, event);
}

void ms_observe_function_end(struct ms_local *local) {
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i]->observer.function_end)
            checks[i]->observer.function_end(local);
}

void ms_judge_checks(struct ms_program *program) {
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i]->judge)
            checks[i]->judge(program);
}
