/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Locks made of atomics: see atomic_locks.c. */
#ifndef MAPSAN_ATOMIC_LOCKS_H
#define MAPSAN_ATOMIC_LOCKS_H

#include "local.h"

/* Finds the words that are used as locks. Before functions are analysed. */
void ms_find_atomic_locks(struct ms_program *program);

/* Whether this location is such a word, and thus no data. */
bool ms_is_lock_word(struct ms_program *program, ms_path path);

/* What a write does if it is to such a word. */
void ms_transfer_lock_word(struct ms_local *local, struct ms_states *states, uint32_t event);

#endif
