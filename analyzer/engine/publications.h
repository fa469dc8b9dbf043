/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* How objects come to be known to other threads, and what is done with them from then on: recorded
 * while a function's states are final, for the check on publication. */
#ifndef MAPSAN_PUBLICATIONS_H
#define MAPSAN_PUBLICATIONS_H

#include "local.h"
#include "races.h"

/* An object that its function made, and that others can reach from this event on. */
struct ms_publication {
    ms_function function;
    uint32_t event;
    ms_path object; /* the pointer to it, in the function's frame */
    ms_path place;  /* where the pointer was stored; 0: handed to a call */
    struct ms_lockset locks;
    uint64_t threads; /* that the event starts */
};

/* Memory that is freed, having been found through a pointer that was replaced before. */
struct ms_retirement {
    ms_function function;
    uint32_t event;
    ms_path value; /* what is freed, in the function's frame */
    ms_path place; /* where it was loaded from, by key */
    uint64_t live, joined;
};

struct ms_publications {
    struct ms_publication *items;
    size_t count;
    bool *publishes; /* by event: a new object is published by it */
    struct ms_retirement *retired;
    size_t retired_count;
    ms_path *returned;      /* by function: the place, by key, whose content it loads and returns */
    uint32_t *first_result; /* by function: its position in result_events */
    uint32_t *result_events;
};

void ms_note_publications(struct ms_local *local, const struct ms_states *states, uint32_t event);
void ms_publications_free(struct ms_program *program);

/* The place, by key, from which this value was loaded atomically or taken by an exchange, in this
 * function or in one that it calls; 0 if it was not. */
ms_path ms_loaded_from(struct ms_program *program, ms_function function, ms_path value);

#endif
