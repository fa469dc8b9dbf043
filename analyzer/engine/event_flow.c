/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A search over the blocks of a function, each visited once: linear in its events. */
#include "event_flow.h"

#include <stdlib.h>

static const struct ms_block *block_at(const struct ms_program *program, ms_function function,
                                       uint32_t block) {
    return &program->facts->blocks[ms_function_at(program, function)->blocks.first + block];
}

uint32_t ms_block_of(const struct ms_program *program, ms_function function, uint32_t event) {
    uint32_t count = ms_function_at(program, function)->blocks.count;
    for (uint32_t b = 0; b < count; b++) {
        struct ms_range events = block_at(program, function, b)->events;
        if (event - events.first < events.count)
            return b;
    }
    return UINT32_MAX;
}

enum way { WAY_ENDS, WAY_ARRIVES, WAY_GOES_ON };

static enum way walk(struct ms_program *program, uint32_t first, uint32_t end, uint32_t to,
                     ms_event_test *ends, const void *data) {
    for (uint32_t e = first; e < end; e++) {
        if (e == to)
            return WAY_ARRIVES;
        if (ends && ends(program, e, data))
            return WAY_ENDS;
    }
    return WAY_GOES_ON;
}

struct search {
    bool *seen;
    uint32_t *stack;
    uint32_t depth;
};

static void push_successors(const struct ms_program *program, struct search *search,
                            const struct ms_block *block) {
    for (uint32_t s = 0; s < block->successors.count; s++) {
        uint32_t to = program->facts->successors[block->successors.first + s];
        if (!search->seen[to])
            search->seen[to] = true, search->stack[search->depth++] = to;
    }
}

bool ms_event_follows(struct ms_program *program, ms_function function, uint32_t from, uint32_t to,
                      ms_event_test *ends, const void *data) {
    uint32_t count = ms_function_at(program, function)->blocks.count;
    uint32_t start = ms_block_of(program, function, from);
    if (start == UINT32_MAX)
        return false;
    struct search search = {ms_allocate(count), ms_allocate(count * sizeof(uint32_t)), 0};
    const struct ms_block *block = block_at(program, function, start);
    enum way way =
        walk(program, from + 1, block->events.first + block->events.count, to, ends, data);
    if (way == WAY_GOES_ON)
        push_successors(program, &search, block);
    while (way != WAY_ARRIVES && search.depth) {
        block = block_at(program, function, search.stack[--search.depth]);
        way = walk(program, block->events.first, block->events.first + block->events.count, to,
                   ends, data);
        if (way == WAY_GOES_ON)
            push_successors(program, &search, block);
    }
    free(search.seen);
    free(search.stack);
    return way == WAY_ARRIVES;
}
