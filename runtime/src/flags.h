/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The options of the runtime, as MAPSAN_OPTIONS=name=value:... sets them. flags.inc is their one
 * list.
 */
#ifndef MAPSAN_FLAGS_H
#define MAPSAN_FLAGS_H

#include <stdbool.h>

enum { MAPSAN_FLAG_STRING = 256 };

/* The words of `mode`. */
enum { MAPSAN_MODE_OVERLAP, MAPSAN_MODE_HB };

struct mapsan_flags {
#define MAPSAN_BOOL(name, value, help) bool name;
#define MAPSAN_INT(name, value, least, most, help) int name;
#define MAPSAN_CHOICE(name, value, words, help) int name;
#define MAPSAN_STRING(name, value, help) char name[MAPSAN_FLAG_STRING];
#include "flags.inc"
#undef MAPSAN_BOOL
#undef MAPSAN_INT
#undef MAPSAN_CHOICE
#undef MAPSAN_STRING
};

/* Read freely; written once, at start. */
extern struct mapsan_flags mapsan_flags;

/* Takes a line, with its newline, to wherever it is to be read. */
typedef void mapsan_line_sink(const char *line);

/* Applies "name=value:name='value with : in it'". Each mistake is one line to `complain`, with
 * `origin` in front, and leaves that option as it was. */
void mapsan_flags_parse(struct mapsan_flags *flags, const char *text, const char *origin,
                        mapsan_line_sink *complain);

/* One line for each option: name, meaning, value. */
void mapsan_flags_help(const struct mapsan_flags *flags, mapsan_line_sink *print);

#endif
