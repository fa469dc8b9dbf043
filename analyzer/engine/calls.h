/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What a call is: its model or annotation, or the functions it reaches. */
#ifndef MAPSAN_CALLS_H
#define MAPSAN_CALLS_H

#include "state.h"

/* The effects that a model or annotations give to a callee; `complete` when they say all there is
 * and the body, if any, need not be looked at. */
struct ms_known_effects {
    const struct ms_effect *items;
    uint32_t count;
    bool complete;
    const char *name;
};

struct ms_known_effects ms_effects_of(struct ms_program *program, const struct ms_event *event);

/* False if the effect is bound to an argument that is another constant here. */
bool ms_effect_applies(const struct ms_program *program, const struct ms_event *event,
                       const struct ms_effect *effect);

/* The functions with a body that a call event reaches. `value` is the evaluated function pointer.
 */
struct ms_functions ms_callees(struct ms_program *program, ms_function caller,
                               const struct ms_event *event, ms_path value);

/* The position in the argument list of a thread's or callback's function at which it gets its data.
 */
uint32_t ms_data_parameter(const struct ms_program *program, ms_function function,
                           enum ms_verb verb);

/* The location that an operand of an effect names at this call; 0 if it has none. */
ms_path ms_operand_location(const struct ms_frame *frame, const struct ms_state *state,
                            const struct ms_event *event, const struct ms_operand *operand);
/* The value of an operand: the argument or result itself. */
ms_path ms_operand_value(const struct ms_frame *frame, const struct ms_state *state,
                         const struct ms_event *event, const struct ms_operand *operand);

/* The functions that a verb calls back when it is given this value: the function itself, or all
 * that are stored in a table of operations. */
struct ms_functions ms_called_back(struct ms_program *program, ms_function function,
                                   enum ms_verb verb, ms_path value);
enum ms_call_how ms_verb_how(enum ms_verb verb); /* of verbs that call functions back */
bool ms_verb_calls(enum ms_verb verb);

#endif
