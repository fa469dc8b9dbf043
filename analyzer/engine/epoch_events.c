/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The critical sections of a function, as a sequence of locks taken and given back: what the
 * analysis of epochs (epochs.c) begins and ends its epochs by. */
#include "local.h"

void ms_note_lock_event(struct ms_local *local, const struct ms_state *state, uint32_t event,
                        ms_path lock, int change) {
    struct ms_program *program = local->program;
    if (!local->observing || !lock)
        return;
    const struct ms_held *held = ms_state_find_lock((struct ms_state *)state, lock);
    struct ms_lock_event made = {.lock = ms_path_origin(program, lock),
                                 .event = event,
                                 .change = (int8_t)change,
                                 .callers = change <= 0 && (!held || held->level <= 0)};
    for (size_t i = program->lock_event_count; i-- > local->code->lock_events.first;) {
        struct ms_lock_event *known = &program->lock_events[i];
        if (known->event != event)
            break;
        if (known->lock == made.lock && known->change == made.change)
            return;
    }
    MS_PUSH(program->lock_events, program->lock_event_count, made);
}
