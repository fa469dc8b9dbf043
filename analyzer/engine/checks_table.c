/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Names and summaries of the checks, out of the one list in checks.def. */
#include "mapsan/findings.h"

#include <string.h>

static const struct {
    const char *name, *summary;
} checks[MS_CHECK_COUNT] = {
    [MS_CHECK_NONE] = {"", ""},
#define MS_CHECK(id, name, summary) [MS_CHECK_##id] = {name, summary},
#include "mapsan/checks.def"
#undef MS_CHECK
};

const char *ms_check_name(enum ms_check check) { return checks[check].name; }

const char *ms_check_summary(enum ms_check check) { return checks[check].summary; }

enum ms_check ms_check_find(const char *name) {
    for (int check = MS_CHECK_NONE + 1; check < MS_CHECK_COUNT; check++)
        if (strcmp(checks[check].name, name) == 0)
            return (enum ms_check)check;
    return MS_CHECK_NONE;
}
