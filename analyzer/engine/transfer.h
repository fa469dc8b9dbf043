/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the parts of the transfer functions share. */
#ifndef MAPSAN_TRANSFER_H
#define MAPSAN_TRANSFER_H

#include "local.h"

/* Takes (+1) or gives back (-1) a lock, as observed. */
void ms_change_lock(struct ms_local *local, struct ms_state *state, uint32_t event, ms_path lock,
                    uint8_t mode, int change);

/* The RESULT of a call event; 0 if it has none. */
ms_path ms_result_of(const struct ms_local *local, uint32_t event);

/* What a result is compared with 0 by when the outcome is as said. */
void ms_outcome_condition(enum ms_outcome outcome, enum ms_compare *compare);

/* The object that this value points to ends here. */
void ms_free_value(struct ms_local *local, ms_path value);

/* One effect; `map` is the effect of the same call that names the map, if there is one. */
void ms_apply_effect(struct ms_local *local, struct ms_states *states, uint32_t event,
                     const struct ms_effect *effect, const struct ms_effect *map, const char *name);

/* attributes.c: what Clang's attributes on the callee say that this call does to locks. Returns
 * whether they say anything of what it takes or gives back. */
bool ms_apply_attributes(struct ms_local *local, struct ms_states *states, uint32_t event,
                         const ms_path *arguments, uint32_t argument_count);

void ms_transfer_call(struct ms_local *local, struct ms_states *states, uint32_t event);

#endif
