/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Making findings. */
#ifndef MAPSAN_REPORT_H
#define MAPSAN_REPORT_H

#include "paths.h"
#include "program.h"

struct ms_instance;

/* Adds a finding at a place in a function, unless it is switched off, below the confidence asked
 * for, suppressed, or there already. `subject` goes into the fingerprint beside check, file and
 * function. Returns false if nothing was added; notes must then not be added either. */
bool ms_report(struct ms_program *program, enum ms_check check, enum ms_confidence confidence,
               ms_function function, struct ms_location where, ms_path subject, const char *format,
               ...) __attribute__((format(printf, 7, 8)));

/* Whether a check on guards has reported this subject in this function: one answer is enough. */
bool ms_guard_is_reported(struct ms_program *program, ms_function function,
                          struct ms_location where, ms_path subject);

/* Adds a note to the finding that was added last. */
void ms_report_note(struct ms_program *program, ms_function function, struct ms_location where,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Adds a repair to the finding that was added last: at the place stands `remove` ("" for nothing),
 * and `insert` is to stand. */
void ms_report_fix(struct ms_program *program, ms_function function, struct ms_location where,
                   const char *remove, const char *insert);

/* fixes.c, for the finding that was added last: gives the lock back before the return `exit`, as
 * the call `release` does elsewhere in the function; takes and gives it back exclusively rather
 * than shared. Nothing is added where that would need thought. */
void ms_fix_missing_release(struct ms_program *program, ms_function function, uint32_t exit,
                            uint32_t release);
void ms_fix_shared_mode(struct ms_program *program, ms_function function, uint32_t acquisition);

/* Adds a finding of stale-suppression. */
void ms_report_silencer(struct ms_program *program, const struct ms_place *where,
                        const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Notes that say how control gets to an instance: the calls on the way, and its thread. */
void ms_report_way(struct ms_program *program, const struct ms_instance *instance);
void ms_report_callers(struct ms_program *program, const struct ms_context *context);

/* The location of an access as the source writes it there. */
const char *ms_access_spelled(struct ms_program *program, const struct ms_access *access);
ms_path ms_access_written(struct ms_program *program, const struct ms_access *access);
/* Likewise a lock, as the call that takes or gives it back has it. */
const char *ms_lock_spelled(struct ms_program *program, ms_function function, ms_path lock,
                            uint32_t event);
/* " by g_hash_table_insert()", or nothing for a plain access. */
const char *ms_by_operation(struct ms_program *program, const struct ms_access *access);

/* "read", "written", "g_hash_table_insert() called": what an access does, in a sentence. */
const char *ms_access_word(const struct ms_access *access);

#endif
