/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The analysis of one function: shared by its parts (local.c,
 * transfer.c and what it calls, observe.c, summary.c). */
#ifndef MAPSAN_LOCAL_H
#define MAPSAN_LOCAL_H

#include "calls.h"

struct ms_local {
    struct ms_frame frame;
    struct ms_program *program;
    struct ms_code *code;
    ms_function function;
    struct ms_states *in;  /* by block: states at its head */
    uint64_t *loop_joined; /* by block: threads that a loop around it joins */
    uint32_t block;        /* at hand */
    bool observing;        /* the states are final: record what happens */
    struct ms_exit_state {
        struct ms_state *state;
    } *exits;
    size_t exit_count;
};

/* What checks see of a function while its states are final. A check's file defines one of these and
 * leaves out what it does not need. `state` is the state before the step. */
struct ms_observer {
    void (*lock)(struct ms_local *local, const struct ms_state *state, uint32_t event, ms_path lock,
                 uint8_t mode, int change);
    void (*event_begin)(struct ms_local *local, const struct ms_states *states, uint32_t event);
    void (*event_end)(struct ms_local *local, uint32_t event);
    void (*function_end)(struct ms_local *local);
};

/* transfer.c: the effect of one event on the states before it. */
void ms_transfer(struct ms_local *local, struct ms_states *states, uint32_t event);
/* What a branch says when it goes the way of successor `way`; false if it cannot. */
bool ms_transfer_branch(struct ms_local *local, struct ms_state *state,
                        const struct ms_block *block, uint32_t way);

/* observe.c: called by the transfer functions at every step; do nothing until `observing`. */
void ms_observe_access(struct ms_local *local, const struct ms_states *states, uint32_t event,
                       ms_path path, bool evaluated, unsigned kind, unsigned flags,
                       const char *operation);
/* What this location is ends here: a lock, or memory. Whatever it is, it becomes an access. */
void ms_observe_ending(struct ms_local *local, const struct ms_states *states, uint32_t event,
                       ms_path location, const char *operation);
void ms_observe_call(struct ms_local *local, const struct ms_states *states, uint32_t event,
                     enum ms_call_how how, ms_function callee, const ms_path *arguments,
                     uint32_t argument_count, uint32_t thread);
void ms_observe_lock(struct ms_local *local, const struct ms_state *state, uint32_t event,
                     ms_path lock, uint8_t mode, int change);
void ms_observe_event_begin(struct ms_local *local, const struct ms_states *states, uint32_t event);
void ms_observe_event_end(struct ms_local *local, uint32_t event);
void ms_observe_function_end(struct ms_local *local);
void ms_add_setup(struct ms_local *local, ms_path location);
void ms_mark_relevant(struct ms_local *local, ms_path path);

/* acquisitions.c: a lock is about to be taken. */
void ms_note_acquisition(struct ms_local *local, const struct ms_state *state, uint32_t event,
                         ms_path lock, uint8_t mode);

/* epoch_events.c: a lock is taken, given back, or waited with. */
void ms_note_lock_event(struct ms_local *local, const struct ms_state *state, uint32_t event,
                        ms_path lock, int change);

/* summary.c: makes the summary from the states at the exits. */
void ms_summarise(struct ms_local *local);

#endif
