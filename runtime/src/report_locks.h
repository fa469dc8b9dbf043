/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The locks in a report: what either side held, and what is missing for the two to exclude each
 * other.
 */
#ifndef MAPSAN_REPORT_LOCKS_H
#define MAPSAN_REPORT_LOCKS_H

#include "output.h"
#include "report.h"

/* Adds the places where the locks were taken to the batch of addresses. */
MAPSAN_HIDDEN void mapsan_locks_add(const struct mapsan_stack *stack);

/* One line for each lock held there, with where it was taken. */
MAPSAN_HIDDEN void mapsan_locks_print(struct mapsan_text *text, const struct mapsan_stack *stack);

/* One line on what the two have in common, or would need to. */
MAPSAN_HIDDEN void mapsan_locks_compare(struct mapsan_text *text, const struct mapsan_side *one,
                                        const struct mapsan_side *other);

#endif
