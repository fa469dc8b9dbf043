/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The part of unsafe-publication that is about snapshots: objects behind a pointer that readers
 * load atomically and without a lock. */
#ifndef MAPSAN_SNAPSHOTS_H
#define MAPSAN_SNAPSHOTS_H

#include "races.h"

void ms_judge_snapshots(struct ms_program *program);

#endif
