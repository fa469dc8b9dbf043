/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reports for programs to read: json=FILE gets one JSON object a line, each written whole, so that
 * several processes may share the file.
 */
#ifndef MAPSAN_JSON_H
#define MAPSAN_JSON_H

#include "report.h"

/* {"kind": "start", ...}: this process is watched. */
MAPSAN_HIDDEN void mapsan_json_start(void);

/* {"kind": "report", ...}: all that the text of a report says, and the text itself. */
MAPSAN_HIDDEN void mapsan_json_report(const struct mapsan_collision *collision,
                                      const struct mapsan_stacks *stacks,
                                      const struct mapsan_text *words);

/* {"kind": "reached", ...}: a place of the plan was come to, for the first time. */
MAPSAN_HIDDEN void mapsan_json_reached(const struct mapsan_site *site);

#endif
