/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* guard-bypass: other places hold a lock for this data, this one holds none: the RWMutex bypass. */
#include "breaches.h"
#include "checks.h"

static void report(struct ms_program *program, const struct ms_breach *breach) {
    ms_report_breach(program, MS_CHECK_GUARD_BYPASS, breach, "without holding");
}

static void judge(struct ms_program *program) {
    ms_each_breach(program, MS_BREACH_NO_LOCK, report);
}

const struct ms_check_code ms_code_of_GUARD_BYPASS = {.judge = judge};
