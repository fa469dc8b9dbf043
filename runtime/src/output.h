/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Where the runtime's words go: one file, chosen by log_path, and text that is gathered first and
 * written in one piece, so that it does not mix with the program's own. No stdio streams, no
 * malloc.
 */
#ifndef MAPSAN_OUTPUT_H
#define MAPSAN_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct mapsan_text {
    char *data;
    size_t size, capacity; /* what does not fit is left out, and said */
};

void mapsan_text_add(struct mapsan_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes to log_path. */
void mapsan_output(const char *data, size_t size);

/* One line, at once; the sink of the flags' parser. */
void mapsan_say(const char *line);

/* Is colour wanted there? */
bool mapsan_output_colored(void);

#endif
