/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* jansson refuses text that is not UTF-8; names of files may be anything. */
#ifndef MAPSAN_JSON_TEXT_H
#define MAPSAN_JSON_TEXT_H

#include <jansson.h>

/* A JSON string; what is not UTF-8 becomes U+FFFD. */
json_t *json_text(const char *text);

/* Writes `root`, which it takes, to a file; complains and returns false if that fails. */
bool write_json(json_t *root, const char *file);

#endif
