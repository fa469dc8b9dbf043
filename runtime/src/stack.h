/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Call stacks: of this thread, and of another one that is asked for its own. Nobody reads a foreign
 * stack: the thread that is asked unwinds itself, in its own conflict if it comes to one, else in a
 * handler of SIGURG, which is installed at the first report and only if the program has none (its
 * default is to be ignored, so a signal that comes late harms nobody).
 */
#ifndef MAPSAN_STACK_H
#define MAPSAN_STACK_H

#include "thread.h"

enum { MAPSAN_STACK_MAX = 256 };

#define MAPSAN_HELD_UNKNOWN UINT32_MAX

/* Innermost first. frame[i] is the stack pointer of frame i at its call. And the locks that were
 * held there. */
struct mapsan_stack {
    uint32_t depth;
    uint32_t held_count;
    struct mapsan_held held[MAPSAN_HELD];
    uintptr_t pc[MAPSAN_STACK_MAX];
    uintptr_t frame[MAPSAN_STACK_MAX];
};

/* This thread's stack, without the frames below `from`: the runtime's own. */
MAPSAN_HIDDEN void mapsan_stack_capture(struct mapsan_stack *stack, uintptr_t from);

/* Asks another thread for its stack and waits at most stack_wait_ms; false: it did not answer. One
 * caller at a time. */
MAPSAN_HIDDEN bool mapsan_stack_ask(struct mapsan_thread *thread, struct mapsan_stack *stack);

/* Answers whoever asks this thread, if somebody does. */
MAPSAN_HIDDEN void mapsan_stack_answer(struct mapsan_thread *self);

/* Is the function that began this operation still on the stack, in the same frame? pc 0: any. */
MAPSAN_HIDDEN bool mapsan_stack_holds(const struct mapsan_stack *stack, uintptr_t pc,
                                      uintptr_t frame);

MAPSAN_HIDDEN void mapsan_stack_start(void);
MAPSAN_HIDDEN void mapsan_stack_after_fork(void);

#endif
