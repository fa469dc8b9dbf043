/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Places that do not keep to the guard of the data they access: what guard-bypass, wrong-lock and
 * write-under-read-lock have in common. */
#ifndef MAPSAN_BREACHES_H
#define MAPSAN_BREACHES_H

#include "races.h"
#include "report.h"

enum ms_breach_kind { MS_BREACH_NO_LOCK, MS_BREACH_OTHER_LOCK, MS_BREACH_SHARED_LOCK };

struct ms_breach {
    enum ms_breach_kind kind;
    const struct ms_group *group;
    const struct ms_instance *instance; /* the place that is wrong */
    const struct ms_instance *partner;  /* what it collides with */
    bool threads_known;
    enum ms_confidence confidence;
    const struct ms_held *held; /* OTHER_LOCK, SHARED_LOCK: what is held */
};

/* Calls `report` for each place of each group that is wrong in the given way. */
void ms_each_breach(struct ms_program *program, enum ms_breach_kind kind,
                    void (*report)(struct ms_program *program, const struct ms_breach *breach));

/* Reports at the place that needs the fix: the access, or the call that should have held the lock
 * when other callers do. Adds the notes about the other side and the threads. The format gets three
 * strings: what is done, the data, the lock. */
void ms_report_breach(struct ms_program *program, enum ms_check check,
                      const struct ms_breach *breach, const char *problem);

/* How sure one can be that two accesses to this data are a problem, by what kind of data it is. */
enum ms_confidence ms_data_confidence(const struct ms_program *program,
                                      const struct ms_group *group,
                                      const struct ms_instance *instance,
                                      const struct ms_instance *partner, bool threads_known);

/* The guard's name as the function of this instance would write it. */
const char *ms_guard_spelled(struct ms_program *program, const struct ms_instance *instance,
                             ms_path lock_key);

/* A lock that is held, likewise. */
const char *ms_held_spelled(struct ms_program *program, const struct ms_instance *instance,
                            const struct ms_held *held);

#endif
