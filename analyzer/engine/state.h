/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The abstract state at a point in a function: see state.c. */
#ifndef MAPSAN_STATE_H
#define MAPSAN_STATE_H

#include "paths.h"

/* Which variables and results have a slot in ms_state.values. Parameters come first, then the
 * locals that are assigned, then the results. */
struct ms_frame {
    struct ms_program *program;
    ms_function function;
    uint32_t parameters, locals, results;
    ms_variable *local_variables;
    uint32_t *slot_of;      /* by ms_variable, program-wide; slot + 1 */
    struct ms_arena *arena; /* of the function's analysis */
};

struct ms_states {
    struct ms_state *items[MS_STATE_MAX];
    uint32_t count;
};

uint32_t ms_frame_slots(const struct ms_frame *frame);
struct ms_state *ms_state_entry(const struct ms_frame *frame);
struct ms_state *ms_state_copy(const struct ms_frame *frame, const struct ms_state *state);

/* Adds a state that flows into `block`. Returns whether the set has changed. */
bool ms_states_add(const struct ms_frame *frame, struct ms_states *states,
                   const struct ms_state *state, uint32_t block);

/* The value that a path of the facts denotes here; the location that it names here. */
ms_path ms_state_value(const struct ms_frame *frame, const struct ms_state *state, ms_path path);
ms_path ms_state_location(const struct ms_frame *frame, const struct ms_state *state, ms_path path);

void ms_state_assign(const struct ms_frame *frame, struct ms_state *state, ms_path variable,
                     ms_path value, uint32_t event);
/* This name is about to mean something else: what is known under it gets a name of its own. */
void ms_state_retire(const struct ms_frame *frame, struct ms_state *state, ms_path name);

/* What this location holds, or the elements of the map that it is, have been taken out of it: the
 * variables that refer to them own them from now on. */
void ms_state_detach(const struct ms_frame *frame, struct ms_state *state, ms_path location,
                     uint32_t event);
void ms_state_set_result(const struct ms_frame *frame, struct ms_state *state, uint32_t result,
                         ms_path value);

/* A path of a callee (its parameters standing for `arguments`) as the caller sees it here; 0 when
 * it cannot be said in the caller's terms. */
ms_path ms_state_instantiate(const struct ms_frame *frame, const struct ms_state *state,
                             const ms_path *arguments, uint32_t argument_count, ms_path path,
                             uint32_t result);

struct ms_held *ms_state_find_lock(struct ms_state *state, ms_path lock);
/* Raises (+1) or lowers (-1) the level of a lock. The caller has judged the step before. */
void ms_state_change_lock(const struct ms_frame *frame, struct ms_state *state, ms_path lock,
                          uint8_t mode, int change, uint32_t event);

/* The callers hold this lock, so it is said here. */
void ms_state_assert_lock(const struct ms_frame *frame, struct ms_state *state, ms_path lock,
                          uint8_t mode, uint32_t event);

/* A function that we do not see is called with what is held. */
void ms_state_note_call(struct ms_state *state, uint32_t event);

/* This lock was tried and not obtained. */
void ms_state_fail_lock(const struct ms_frame *frame, struct ms_state *state, ms_path lock,
                        uint32_t event);

bool ms_state_owns(const struct ms_frame *frame, const struct ms_state *state, ms_path location);
void ms_state_own(struct ms_state *state, ms_path value);
/* A place that was filled under a lock: nobody looks at it before the lock is given back. */
void ms_state_own_place(const struct ms_frame *frame, struct ms_state *state, ms_path location);
void ms_state_disown_places(const struct ms_frame *frame, struct ms_state *state);
/* The object that this value points to can be reached by others from now on. */
void ms_state_publish(const struct ms_frame *frame, struct ms_state *state, ms_path value);

/* Adds what a branch tells. Returns false when it contradicts what is known: the edge is dead. */
bool ms_state_assume(const struct ms_frame *frame, struct ms_state *state, ms_path value,
                     enum ms_compare compare, int64_t constant);
/* Whether a value is among those that a constraint leaves. */
bool ms_constraint_admits(const struct ms_constraint *constraint, int64_t value);
/* What is known of a value: a compare, and its constant; MS_COMPARE_NONE if nothing. */
enum ms_compare ms_state_known(const struct ms_frame *frame, const struct ms_state *state,
                               ms_path value, int64_t *constant);
enum ms_compare ms_compare_negate(enum ms_compare compare);

/* The locks with level > 0 (and < 0), copied to the program's arena. */
struct ms_lockset ms_state_lockset(const struct ms_frame *frame, const struct ms_state *state);

#endif
