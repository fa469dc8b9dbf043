/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Whether one event of a function can come after another: the order of events in blocks, and the
 * edges between blocks, without states. */
#ifndef MAPSAN_EVENT_FLOW_H
#define MAPSAN_EVENT_FLOW_H

#include "program.h"

/* Says of an event that a path ends there; `data` is the asker's. */
typedef bool ms_event_test(struct ms_program *program, uint32_t event, const void *data);

/* Whether there is a path from after event `from` to event `to` on which no event passes the test.
 */
bool ms_event_follows(struct ms_program *program, ms_function function, uint32_t from, uint32_t to,
                      ms_event_test *ends, const void *data);

/* The position of the block that holds an event; UINT32_MAX if it is in another function. */
uint32_t ms_block_of(const struct ms_program *program, ms_function function, uint32_t event);

#endif
