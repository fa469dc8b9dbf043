/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The graph of which lock is taken while which other is held: what lock-order looks for cycles in.
 */
#ifndef MAPSAN_LOCK_EDGES_H
#define MAPSAN_LOCK_EDGES_H

#include "races.h"

/* One way to come to hold `from` and take `to`: an acquisition in one context of its function. */
struct ms_lock_edge {
    ms_path from, to;    /* what lock it is: the one global lock, or a field of some object */
    ms_path held, taken; /* locations, in the naming of the context */
    uint32_t acquisition;
    uint32_t context;
    uint32_t held_event; /* where `from` was taken */
    uint8_t held_mode;
    struct ms_lockset locks;
    uint64_t threads, live;
};

struct ms_lock_edges {
    struct ms_lock_edge *items; /* by from, to */
    size_t count;
};

struct ms_lock_edges ms_collect_lock_edges(struct ms_program *program);

/* The edges from one lock to another: the first, and how many. */
size_t ms_find_lock_edges(const struct ms_lock_edges *edges, ms_path from, ms_path to,
                          size_t *count);

/* Whether a location names one object in all contexts. */
bool ms_is_unique_lock(const struct ms_program *program, ms_path lock);

/* Whether two threads, one at each edge, may then wait for each other. */
bool ms_may_block(struct ms_program *program, const struct ms_lock_edge *one,
                  const struct ms_lock_edge *other, bool *known);

static inline const struct ms_context *ms_edge_context(const struct ms_program *program,
                                                       const struct ms_lock_edge *edge) {
    ms_function function = program->acquisitions[edge->acquisition].function;
    return &program->code[function].contexts[edge->context];
}

#endif
