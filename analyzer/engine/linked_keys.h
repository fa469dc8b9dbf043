/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The part of raw-internals that is about the keys of elements. */
#ifndef MAPSAN_LINKED_KEYS_H
#define MAPSAN_LINKED_KEYS_H

#include "program.h"

void ms_judge_linked_keys(struct ms_program *program);

#endif
