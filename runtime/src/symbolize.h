/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Addresses to functions, files and lines, by llvm-symbolizer or addr2line in a process of its own:
 * nothing of the broken process is needed, nor its allocator. One batch at a time.
 */
#ifndef MAPSAN_SYMBOLIZE_H
#define MAPSAN_SYMBOLIZE_H

#include <stddef.h>
#include <stdint.h>

#include "output.h"
#include "thread.h"

enum { MAPSAN_BATCH = 512, MAPSAN_INLINED = 32 };

/* Starts a new batch; looks for the modules that are loaded now. */
MAPSAN_HIDDEN void mapsan_symbols_begin(void);

/* Adds an address; a return address stands for the call before it. Returns its position. */
MAPSAN_HIDDEN size_t mapsan_symbols_add(uintptr_t pc);

/* The position of an address that was added. */
MAPSAN_HIDDEN size_t mapsan_symbols_find(uintptr_t pc);

/* Asks for all of them at once. */
MAPSAN_HIDDEN void mapsan_symbols_resolve(void);

/* One frame of the source; the texts are not ended by a zero. */
struct mapsan_frame {
    uintptr_t pc, offset;
    const char *module;                 /* NULL: unknown */
    const char *function, *source;      /* source: "FILE:LINE:COLUMN" or "FILE:LINE" */
    int function_length, source_length; /* 0: unknown */
};

/* The frames of one address, innermost first: several where functions were inlined, at least one.
 */
MAPSAN_HIDDEN size_t mapsan_symbols_frames(size_t position, struct mapsan_frame *frames,
                                           size_t most);

/* Writes the frame or, where functions were inlined, frames of one address, numbered from `number`;
 * returns the next number. */
MAPSAN_HIDDEN unsigned mapsan_symbols_print(struct mapsan_text *text, size_t position,
                                            unsigned number);

#endif
