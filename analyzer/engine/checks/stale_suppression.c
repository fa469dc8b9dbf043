/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* stale-suppression: judged last, when every other check has said what there is to silence; see
 * ms_report_stale() in silence.c. */
#include "checks.h"

const struct ms_check_code ms_code_of_STALE_SUPPRESSION = {0};
