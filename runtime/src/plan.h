/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The plan of delay mode: places in the source where a thread is worth holding up. Static findings
 * come in as `point` and `act` lines (`mapsan confirm` writes them); near misses are learned as
 * `pair` lines and kept from one run to the next. One item a line, fields separated by tabs:
 *
 *     point  FILE:LINE              hold up what begins here
 *     act    FILE:LINE  FILE:LINE   what the first place reads, the second relies on
 *     pair   FILE:LINE  FILE:LINE   two threads were here at nearly the same time (learned)
 */
#ifndef MAPSAN_PLAN_H
#define MAPSAN_PLAN_H

#include "thread.h"

enum mapsan_plan_kind { MAPSAN_PLAN_POINT, MAPSAN_PLAN_ACT, MAPSAN_PLAN_PAIR };

/* A place as the plan names it. */
struct mapsan_place {
    const char *file;
    uint32_t line;
};

struct mapsan_plan_item {
    enum mapsan_plan_kind kind;
    struct mapsan_place one, other; /* a point has one */
};

/* Reads the file; each line that is no item of a plan is one complaint, and passed over. A file
 * that is not there is no mistake if near misses are to be learned: it is written at the end. */
MAPSAN_HIDDEN void mapsan_plan_read(const char *file, bool may_be_new);

/* Adds a learned pair, unless it is known or there is no room. */
MAPSAN_HIDDEN void mapsan_plan_learn(const struct mapsan_site *one,
                                     const struct mapsan_site *other);

/* Writes what was read and learned, if anything was learned since. */
MAPSAN_HIDDEN void mapsan_plan_save(const char *file);

MAPSAN_HIDDEN size_t mapsan_plan_size(void);
MAPSAN_HIDDEN const struct mapsan_plan_item *mapsan_plan_item(size_t position);

/* Is this the site's place? File names match from their ends: a build directory more or less in
 * front does not count. */
MAPSAN_HIDDEN bool mapsan_place_is(const struct mapsan_place *place,
                                   const struct mapsan_site *site);

#endif
