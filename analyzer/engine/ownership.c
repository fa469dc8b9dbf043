/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Ownership: what nobody but this function can reach. A value is owned when the object it points to
 * was made here or taken out of where others could find it; a local until its address is given
 * away; a place that was filled under a lock until the lock is given back.
 */
#include "state.h"

static bool is_published(const struct ms_frame *frame, const struct ms_state *state,
                         ms_variable local) {
    for (uint32_t i = 0; i < state->published_count; i++)
        if (state->published[i] == local)
            return true;
    return state->published_count == MS_PUBLISHED_MAX && frame->program->shared_locals[local];
}

static void publish_local(const struct ms_frame *frame, struct ms_state *state, ms_variable local) {
    frame->program->shared_locals[local] = true;
    if (!is_published(frame, state, local) && state->published_count < MS_PUBLISHED_MAX)
        state->published[state->published_count++] = local;
}

bool ms_state_owns(const struct ms_frame *frame, const struct ms_state *state, ms_path location) {
    bool loaded = false;
    for (;;) {
        struct ms_path_node node = *ms_node(frame->program, location);
        if (node.kind == MS_PATH_LOCAL) /* as a location, not loaded from */
            return !loaded && !is_published(frame, state, node.operand);
        for (uint32_t i = 0; i < state->owned_count; i++)
            if (state->owned[i] == location)
                return true;
        switch (node.kind) {
        case MS_PATH_FIELD:
        case MS_PATH_INDEX:
        case MS_PATH_DEREF:
        case MS_PATH_ADDRESS:
        case MS_PATH_CONTAINER:
            loaded = node.kind == MS_PATH_DEREF;
            location = node.base;
            continue;
        default:
            return false;
        }
    }
}

void ms_state_own(struct ms_state *state, ms_path value) {
    for (uint32_t i = 0; i < state->owned_count; i++)
        if (state->owned[i] == value)
            return;
    if (state->owned_count < MS_OWNED_MAX)
        state->owned[state->owned_count++] = value;
}

void ms_state_own_place(const struct ms_frame *frame, struct ms_state *state, ms_path location) {
    bool locked = false;
    for (uint32_t i = 0; i < state->held_count; i++)
        locked |= state->held[i].level > 0;
    if (locked && ms_path_key(frame->program, location))
        ms_state_own(state, location);
}

void ms_state_disown_places(const struct ms_frame *frame, struct ms_state *state) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->owned_count; i++) {
        uint8_t kind = ms_node(frame->program, state->owned[i])->kind;
        if (kind != MS_PATH_GLOBAL && kind != MS_PATH_FIELD)
            state->owned[kept++] = state->owned[i];
    }
    state->owned_count = (uint8_t)kept;
}

/* The root of the object that a value points into; 0 for a value that was loaded from memory:
 * whoever gets that learns nothing of where it was loaded from. */
static ms_path pointed_to(const struct ms_program *program, ms_path value) {
    for (bool location = false;; value = ms_node(program, value)->base) {
        switch ((int)ms_node(program, value)->kind) {
        case MS_PATH_ADDRESS:
            location = true;
            continue;
        case MS_PATH_FIELD:
        case MS_PATH_INDEX:
            if (!location)
                return 0;
            continue;
        case MS_PATH_DEREF:
            if (!location)
                return 0;
            location = false;
            continue;
        case MS_PATH_CONTAINER:
            continue;
        default:
            return value;
        }
    }
}

void ms_state_publish(const struct ms_frame *frame, struct ms_state *state, ms_path value) {
    ms_path root = pointed_to(frame->program, value);
    const struct ms_path_node *node = ms_node(frame->program, root);
    if (!root)
        return;
    if (node->kind == MS_PATH_LOCAL)
        publish_local(frame, state, node->operand);
    if (node->kind == MS_PATH_PARAM && node->operand < 32) {
        frame->program->code[frame->function].summary.escapes |= 1u << node->operand;
        state->given_away |= 1u << node->operand;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->owned_count; i++)
        if (ms_path_root(frame->program, state->owned[i]) != root)
            state->owned[kept++] = state->owned[i];
    state->owned_count = (uint8_t)kept;
}
