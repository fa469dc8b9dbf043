/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Callbacks that are registered somewhere, and taken back by the handle that the registration gave:
 * timers, signal handlers, subscriptions. No model is needed: a call that is given a function, and
 * one that undoes it, show what they are by the handle and by their names. */
#ifndef MAPSAN_REGISTRATIONS_H
#define MAPSAN_REGISTRATIONS_H

#include "endings.h"

struct ms_registration {
    ms_function callback;
    ms_function function; /* that registers it */
    uint32_t event;
    ms_path handle; /* where the handle is kept, by key; 0: known by the callback alone */
};

struct ms_registrations {
    struct ms_registration *items;
    size_t count;
};

struct ms_registrations ms_collect_registrations(struct ms_program *program);
void ms_registrations_free(struct ms_registrations *registrations);

/* The registration through which a use in this context is reached, if what belongs to `location`
 * (in the terms of the step's function) takes it back after the step, and nothing before. */
const struct ms_registration *ms_released_after(struct ms_program *program,
                                                const struct ms_registrations *registrations,
                                                const struct ms_context *context,
                                                ms_function function, struct ms_step step,
                                                ms_path location, uint32_t *release);

#endif
