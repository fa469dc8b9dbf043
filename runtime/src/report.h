/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What a report says, as data, and the one function that writes it in the sanitizers' style.
 */
#ifndef MAPSAN_REPORT_H
#define MAPSAN_REPORT_H

#include "atomicity.h"
#include "stack.h"
#include "symbolize.h"
#include "thread.h"

/* One of the two operations. */
struct mapsan_side {
    const struct mapsan_thread *thread;
    const struct mapsan_site *site;
    uintptr_t pc, frame;
    bool finished;             /* it was over when it was found out */
    bool unordered;            /* long ago, maybe, but nothing orders the two */
    struct mapsan_stack stack; /* depth 0: the thread did not supply it */
};

struct mapsan_collision {
    const char *title;
    const char *advice;
    const void *map;
    uint64_t made; /* mapsan_tag.made */
    long elements; /* in the map; -1: not known */
    bool same_thread;
    const struct mapsan_check *check; /* what the first side relies on; else NULL */
    struct mapsan_side sides[2];      /* the one whose check fired first */
};

/* Addresses handed to the symbolizer: from position `first` on. */
struct mapsan_frames {
    size_t first, count;
};

/* The stacks of a collision, resolved. */
struct mapsan_stacks {
    struct mapsan_frames sides[2], births[2], check;
};

/* Writes the report and calls __mapsan_on_report. False: it was suppressed. One caller at a time.
 */
MAPSAN_HIDDEN bool mapsan_report(const struct mapsan_collision *collision);

#endif
