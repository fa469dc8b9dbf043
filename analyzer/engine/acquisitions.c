/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Where locks are taken, and what is held there: the material of the checks on locks themselves. A
 * lock is recorded in the function that takes it; its callers see it through their contexts, so a
 * callee that returns with locks held adds nothing in its caller.
 */
#include "local.h"

/* Whether the effects of this call are those of a body: it has recorded them itself. */
static bool is_told_by_body(struct ms_program *program, const struct ms_event *call) {
    return call->callee && ms_function_at(program, call->callee)->blocks.count &&
           !ms_effects_of(program, call).complete;
}

static bool may_fail_without_waiting(struct ms_program *program, const struct ms_event *call) {
    struct ms_known_effects known = ms_effects_of(program, call);
    for (uint32_t i = 0; i < known.count; i++)
        if (known.items[i].verb == MS_VERB_TRY_ACQUIRE ||
            known.items[i].verb == MS_VERB_TRY_ACQUIRE_SHARED)
            return true;
    return false;
}

static bool is_recorded(const struct ms_program *program, const struct ms_acquisition *one) {
    for (size_t i = program->acquisition_count; i-- > 0;) {
        const struct ms_acquisition *known = &program->acquisitions[i];
        if (known->function != one->function || known->event != one->event)
            return false;
        if (known->lock != one->lock || known->mode != one->mode ||
            known->locks.count != one->locks.count)
            continue;
        uint32_t same = 0;
        while (same < one->locks.count &&
               known->locks.items[same].lock == one->locks.items[same].lock &&
               known->locks.items[same].level == one->locks.items[same].level)
            same++;
        if (same == one->locks.count)
            return true;
    }
    return false;
}

void ms_note_acquisition(struct ms_local *local, const struct ms_state *state, uint32_t event,
                         ms_path lock, uint8_t mode) {
    struct ms_program *program = local->program;
    const struct ms_event *call = &program->facts->events[event];
    if (mode == MS_MODE_ONCE || is_told_by_body(program, call))
        return;
    struct ms_acquisition made = {.lock = ms_path_origin(program, lock),
                                  .function = local->function,
                                  .event = event,
                                  .mode = mode,
                                  .tries = may_fail_without_waiting(program, call),
                                  .fuzzy = state->fuzzy,
                                  .locks = ms_state_lockset(&local->frame, state),
                                  .live = state->live,
                                  .joined = state->joined};
    made.owned = ms_state_owns(&local->frame, state, lock);
    uint32_t kept = 0; /* locks of objects that nobody else knows exclude nobody */
    for (uint32_t i = 0; i < made.locks.count; i++) {
        struct ms_held held = made.locks.items[i];
        if (held.level > 0 && ms_state_owns(&local->frame, state, held.lock))
            continue;
        held.lock = ms_path_origin(program, held.lock);
        made.locks.items[kept++] = held;
    }
    made.locks.count = kept;
    if (!is_recorded(program, &made))
        MS_PUSH(program->acquisitions, program->acquisition_count, made);
}
