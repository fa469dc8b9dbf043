/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * From a check that fired to a report: finds out who the other side is, makes sure that it is real,
 * gets both stacks, and reports once. These return only if there was nothing to report, or the
 * process goes on after reports (halt_on_error=0).
 */
#ifndef MAPSAN_CONFLICT_H
#define MAPSAN_CONFLICT_H

#include "thread.h"

struct mapsan_past;

/* A word that this thread's operation should not have met: another's claim, or a stamp that is new.
 */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_conflict_word(struct mapsan_thread *self,
                                                    struct mapsan_open *open, uint64_t word);

/* Another thread's open operation, found by a writer's scan. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_conflict_open(struct mapsan_thread *self,
                                                    struct mapsan_open *open,
                                                    struct mapsan_thread *other,
                                                    struct mapsan_open *theirs);

/* The end of a write: whoever found it under way has left a note, and may be gone by now. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_conflict_met(struct mapsan_thread *self,
                                                   struct mapsan_open *open);

/* This thread's own outer operation, which the new one may not disturb. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_conflict_own(struct mapsan_thread *self,
                                                   struct mapsan_open *open,
                                                   struct mapsan_open *outer);

struct mapsan_check;
/* This thread acts on a check of its own, after which another one wrote the map: `word`. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_conflict_between(struct mapsan_thread *self,
                                                       struct mapsan_open *open,
                                                       const struct mapsan_check *check,
                                                       uint64_t word);

/* An operation that is over, and that nothing orders before this one. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_conflict_past(struct mapsan_thread *self,
                                                    struct mapsan_open *open,
                                                    const struct mapsan_past *past);

/* This thread is about to go on with an iterator although the map has changed: by its own write, */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_conflict_iterator(struct mapsan_thread *self,
                                                        const struct mapsan_open *step,
                                                        const struct mapsan_closed *write);
/* or by that of another, which left this stamp. */
MAPSAN_HIDDEN MAPSAN_COLD void
mapsan_conflict_since(struct mapsan_thread *self, const struct mapsan_open *step, uint64_t stamp);

/* Drops the open operations of this thread whose functions are not on its stack any more. */
MAPSAN_HIDDEN MAPSAN_COLD void mapsan_conflict_bury(struct mapsan_thread *self);

/* In the child of a fork: no report is under way. */
MAPSAN_HIDDEN void mapsan_conflict_after_fork(void);

/* Reports so far, and what was held back as a repetition. */
MAPSAN_HIDDEN unsigned mapsan_conflict_count(void);

#endif
