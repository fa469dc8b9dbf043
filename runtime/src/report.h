/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What a report says, as data, and the one function that writes it in the sanitizers' style.
 */
#ifndef MAPSAN_REPORT_H
#define MAPSAN_REPORT_H

#include "stack.h"
#include "thread.h"

/* One of the two operations. */
struct mapsan_side {
    const struct mapsan_thread *thread;
    const struct mapsan_site *site;
    uintptr_t pc, frame;
    bool finished;             /* it was over when it was found out */
    struct mapsan_stack stack; /* depth 0: the thread did not supply it */
};

struct mapsan_collision {
    const char *title;
    const char *advice;
    const void *map;
    uint64_t made; /* mapsan_tag.made */
    bool same_thread;
    struct mapsan_side sides[2]; /* the one whose check fired first */
};

/* Writes the report and calls __mapsan_on_report. One caller at a time. */
MAPSAN_HIDDEN void mapsan_report(const struct mapsan_collision *collision);

#endif
