/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Summaries: the states at a function's exits, in terms that a caller understands. Locals are gone;
 * what is returned is called FRESH, so that `entry_get_locked()` can say that the lock of what it
 * returned is held. Exits that a caller could not tell apart are one.
 */
#include "local.h"

#include <stdlib.h>
#include <string.h>

/* In the caller's terms: rooted at a parameter, a global, or the value returned. 0 if it has no
 * name outside. */
static ms_path exported(struct ms_program *program, ms_path path, ms_path returned) {
    if (!path)
        return 0;
    ms_path root = ms_path_root(program, path);
    switch ((int)ms_node(program, root)->kind) {
    case MS_PATH_PARAM:
    case MS_PATH_GLOBAL:
    case MS_PATH_CONSTANT:
    case MS_PATH_FUNCTION:
        return path;
    default:
        break;
    }
    if (returned && ms_path_contains(program, path, returned))
        return ms_path_replace(program, path, returned, ms_make(program, MS_PATH_FRESH, 0, 0, 0));
    return 0;
}

static bool is_stale(const struct ms_program *program, ms_path path) {
    const struct ms_path_node *root = ms_node(program, ms_path_root(program, path));
    return root->kind == MS_PATH_VALUE;
}

static struct ms_exit make_exit(struct ms_local *local, const struct ms_state *state) {
    struct ms_program *program = local->program;
    struct ms_exit exit = {
        .event = state->return_event, .live = state->live, .joined = state->joined};
    exit.returned = exported(program, state->returned, state->returned);
    if (exit.returned && ms_node(program, exit.returned)->kind == MS_PATH_FRESH)
        exit.returned = 0; /* it has no other name than that of the call's result */
    ms_path origin = state->returned ? ms_path_origin(program, state->returned) : 0;
    if (!exit.returned && ms_node(program, origin)->kind == MS_PATH_ADDRESS)
        exit.returned = exported(program, origin, 0); /* a link of a list: one of those */
    exit.compare = ms_state_known(&local->frame, state, state->returned, &exit.constant);
    exit.owned = state->returned && ms_state_owns(&local->frame, state, state->returned);
    struct ms_lock_change changes[MS_HELD_MAX];
    for (uint32_t i = 0; i < state->held_count; i++) {
        const struct ms_held *held = &state->held[i];
        ms_path lock = exported(program, held->lock, state->returned);
        if (!lock)
            lock = exported(program, ms_path_origin(program, held->lock), state->returned);
        if ((held->level != 0 || held->failed) && !held->asserted && lock &&
            !is_stale(program, lock))
            changes[exit.change_count++] = (struct ms_lock_change){
                .lock = lock, .mode = held->mode, .level = held->level, .event = held->event};
    }
    exit.changes = ms_arena_allocate(&program->arena, exit.change_count * sizeof *exit.changes);
    memcpy(exit.changes, changes, exit.change_count * sizeof *exit.changes);
    struct ms_constraint conditions[MS_CONSTRAINT_MAX];
    for (uint32_t i = 0; i < state->constraint_count; i++)
        if (exported(program, state->constraints[i].value, 0))
            conditions[exit.condition_count++] = state->constraints[i];
    exit.conditions =
        ms_arena_allocate(&program->arena, exit.condition_count * sizeof *exit.conditions);
    memcpy(exit.conditions, conditions, exit.condition_count * sizeof *exit.conditions);
    return exit;
}

static bool same_changes(const struct ms_exit *one, const struct ms_exit *other) {
    if (one->change_count != other->change_count)
        return false;
    for (uint32_t i = 0; i < one->change_count; i++) {
        bool found = false;
        for (uint32_t j = 0; j < other->change_count; j++)
            found |= one->changes[i].lock == other->changes[j].lock &&
                     one->changes[i].level == other->changes[j].level &&
                     one->changes[i].mode == other->changes[j].mode;
        if (!found)
            return false;
    }
    return true;
}

/* Two exits with the same effect on locks are one; what they do not agree on is unknown. A null
 * pointer returned on one of them does not disown an object returned on the other. */
static void merge_exit(const struct ms_program *program, struct ms_exit *into,
                       const struct ms_exit *from) {
    into->live |= from->live;
    into->joined &= from->joined;
    bool null_into = into->compare == MS_COMPARE_EQUAL && into->constant == 0;
    bool null_from = from->compare == MS_COMPARE_EQUAL && from->constant == 0;
    into->owned = (into->owned || null_into) && (from->owned || null_from);
    ms_path object = null_into ? from->returned : into->returned;
    bool one = into->returned == from->returned || null_into != null_from;
    if (one && ms_node(program, object)->kind == MS_PATH_CONSTANT)
        one = into->returned == from->returned;
    into->returned = one ? object : 0;
    if (into->compare != from->compare || into->constant != from->constant)
        into->compare = MS_COMPARE_NONE;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < into->condition_count; i++)
        for (uint32_t j = 0; j < from->condition_count; j++)
            if (!memcmp(&into->conditions[i], &from->conditions[j], sizeof *into->conditions)) {
                into->conditions[kept++] = into->conditions[i];
                break;
            }
    into->condition_count = kept;
}

static void add_exit(struct ms_local *local, struct ms_exit exit) {
    struct ms_summary *summary = &local->code->summary;
    summary->changes_locks |= exit.change_count > 0;
    for (uint32_t i = 0; i < summary->exit_count; i++) {
        struct ms_exit *known = &summary->exits[i];
        bool same =
            same_changes(known, &exit) && known->live == exit.live && known->joined == exit.joined;
        if (same || summary->exit_count == MS_STATE_MAX) {
            merge_exit(local->program, known, &exit);
            return;
        }
    }
    summary->exits[summary->exit_count++] = exit;
}

void ms_summarise(struct ms_local *local) {
    struct ms_program *program = local->program;
    struct ms_summary *summary = &local->code->summary;
    summary->exits = ms_arena_allocate(&program->arena, MS_STATE_MAX * sizeof *summary->exits);
    summary->exit_count = 0;
    summary->changes_locks = false;
    for (size_t i = 0; i < local->exit_count; i++) {
        const struct ms_state *state = local->exits[i].state;
        if (!state->fuzzy)
            add_exit(local, make_exit(local, state));
    }
    if (!summary->exit_count && local->exit_count) /* all of them fuzzy: claim nothing */
        add_exit(local, (struct ms_exit){0});
    summary->known = true;
}
