/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What a check is to the engine: something that watches functions while their states are final, or
 * judges the program at the end, or both. One object of this type per file in checks/, named after
 * the entry in checks.def, is all that makes a check. */
#ifndef MAPSAN_CHECKS_H
#define MAPSAN_CHECKS_H

#include "local.h"

struct ms_check_code {
    struct ms_observer observer;
    void (*judge)(struct ms_program *program);
};

#define MS_CHECK(id, name, summary) extern const struct ms_check_code ms_code_of_##id;
#include "mapsan/checks.def"
#undef MS_CHECK

void ms_judge_checks(struct ms_program *program);

#endif
