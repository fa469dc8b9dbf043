/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Where locks, maps and memory end, and what the functions on the way there do before and after. */
#ifndef MAPSAN_ENDINGS_H
#define MAPSAN_ENDINGS_H

#include "local.h"
#include "races.h"

/* endings.c: records, while a function's states are final, the locks and the memory that this call
 * ends itself, as accesses of kind DESTROY. Maps are recorded with all other accesses. */
void ms_record_endings(struct ms_local *local, const struct ms_states *states, uint32_t event);

/* One step on the way from an entry of the program to an event: the event itself first, then the
 * call that leads to its function, and so on. */
struct ms_step {
    ms_function function;
    uint32_t event;
};
enum { MS_STEPS_MAX = 5 };
uint32_t ms_steps_to(const struct ms_program *program, ms_function function,
                     const struct ms_context *context, uint32_t event,
                     struct ms_step steps[MS_STEPS_MAX]);

/* Says of a call event of a function that it is what is looked for. */
typedef bool ms_call_test(struct ms_program *program, ms_function function, uint32_t event,
                          const void *data);

/* A call in the function of this step that passes the test and can come after it; before it. 0 if
 * there is none. */
uint32_t ms_call_after(struct ms_program *program, struct ms_step step, ms_call_test *test,
                       const void *data);
uint32_t ms_call_before(struct ms_program *program, struct ms_step step, ms_call_test *test,
                        const void *data);

/* The threads that this call waits for, by itself or in what it calls. */
uint64_t ms_threads_joined(struct ms_program *program, ms_function function, uint32_t event);

/* Whether this call may wait for something that other threads do. */
ms_call_test ms_call_waits;

#endif
