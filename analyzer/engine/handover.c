/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Handover: who writes data and then says so, by an atomic flag, a flag under a lock or a
 * semaphore, and who looks for that before it comes to the data, do not meet. What is said after
 * the write, and asked before the other access, is looked for in the functions themselves and in
 * those that call them (the release and acquire of a message, Boehm and Adve, PLDI 2008, without
 * its proof).
 */
#include "event_flow.h"
#include "races.h"
#include "state.h"

#include <stdlib.h>

/* What a semaphore says; no flag is ever set to it. */
static const int64_t POSTED = INT64_MIN;

/* Whether this access says, or asks, something in a way that others can rely on. */
static bool is_message(const struct ms_access *access, uint8_t kind) {
    if (access->kind != kind || (access->flags & MS_ACCESS_MAP))
        return false;
    if (access->flags & MS_ACCESS_ATOMIC)
        return true;
    return access->locks.count &&
           (access->flags & (kind == MS_ACCESS_READ ? MS_ACCESS_CONDITION : MS_ACCESS_CONSTANT));
}

/* Whether control gets from one block to another without coming back to the question. */
static bool leads_to(const struct ms_program *program, ms_function function, uint32_t from,
                     uint32_t to, uint32_t question) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    bool *seen = ms_allocate(blocks.count + 1);
    uint32_t *stack = ms_allocate((blocks.count + 1) * sizeof *stack);
    uint32_t count = 0;
    stack[count++] = from;
    seen[from] = seen[question] = true;
    bool found = false;
    while (count && !found) {
        uint32_t block = stack[--count];
        struct ms_range next = program->facts->blocks[blocks.first + block].successors;
        found = block == to;
        for (uint32_t s = 0; s < next.count && block != question; s++) {
            uint32_t way = program->facts->successors[next.first + s];
            if (!seen[way])
                seen[way] = true, stack[count++] = way;
        }
    }
    free(seen);
    free(stack);
    return found;
}

/* Whether a branch on a value goes its first way when the value is this one. */
static bool holds(const struct ms_program *program, const struct ms_block *block, int64_t value) {
    const struct ms_path_node *right = ms_node(program, block->right);
    int64_t constant =
        right->kind == MS_PATH_CONSTANT ? program->facts->constants[right->operand] : 0;
    struct ms_constraint constraint = {0, block->compare, constant};
    return ms_constraint_admits(&constraint, value);
}

/* Whether an event comes to pass if the answer to a question is `said`, and does not if it is 0. */
static bool depends_on(struct ms_program *program, ms_function function, uint32_t question,
                       int64_t said, uint32_t event) {
    uint32_t asked = ms_block_of(program, function, question);
    uint32_t at = ms_block_of(program, function, event);
    if (asked == UINT32_MAX || at == UINT32_MAX || asked == at)
        return false;
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    const struct ms_block *block = &program->facts->blocks[blocks.first + asked];
    if (block->compare == MS_COMPARE_NONE || block->successors.count != 2 ||
        holds(program, block, said) == holds(program, block, 0))
        return false;
    uint32_t way = holds(program, block, said) ? 0 : 1;
    const uint32_t *next = &program->facts->successors[block->successors.first];
    return leads_to(program, function, next[way], at, asked) &&
           !leads_to(program, function, next[1 - way], at, asked);
}

/* Whether what is kept under this key is asked for before an event of a function: whether it is
 * as `said`, or whether a semaphore was posted. */
static bool asks_before(struct ms_program *program, ms_function function, uint32_t event,
                        ms_path key, int64_t said) {
    struct ms_range range = program->code[function].accesses;
    for (uint32_t i = 0; i < range.count; i++) {
        const struct ms_access *access = &program->accesses[range.first + i];
        if (access->event < event && is_message(access, MS_ACCESS_READ) &&
            ms_lock_key(program, access->path) == key &&
            depends_on(program, function, access->event, said, event))
            return true;
    }
    for (size_t i = 0; said == POSTED && i < program->acquisition_count; i++) {
        const struct ms_acquisition *acquisition = &program->acquisitions[i];
        if (acquisition->function == function && acquisition->event < event &&
            ms_lock_key(program, acquisition->lock) == key)
            return true;
    }
    return false;
}

static bool asks_on_the_way(struct ms_program *program, const struct ms_instance *reader,
                            ms_path key, int64_t said) {
    const struct ms_context *context = ms_context_of(program, reader);
    const struct ms_access *access = ms_access_of(program, reader);
    if (asks_before(program, access->function, access->event, key, said))
        return true;
    while (context->site != UINT32_MAX) {
        const struct ms_call_site *site = &program->calls[context->site];
        if (site->how == MS_HOW_THREAD)
            return false;
        if (asks_before(program, site->caller, site->event, key, said))
            return true;
        context = &program->code[site->caller].contexts[context->parent];
    }
    return false;
}

static int64_t said_by(const struct ms_program *program, const struct ms_access *access) {
    const struct ms_path_node *value =
        ms_node(program, program->facts->events[access->event].value);
    return value->kind == MS_PATH_CONSTANT ? program->facts->constants[value->operand] : 1;
}

/* Whether something that the function says after this event is what the reader asks for. */
static bool says_after(struct ms_program *program, ms_function function, uint32_t event,
                       const struct ms_instance *reader) {
    struct ms_range range = program->code[function].accesses;
    for (uint32_t i = 0; i < range.count; i++) {
        const struct ms_access *access = &program->accesses[range.first + i];
        if (access->event <= event || !is_message(access, MS_ACCESS_WRITE))
            continue;
        ms_path key = ms_lock_key(program, access->path);
        if (key && key != reader->key &&
            asks_on_the_way(program, reader, key, said_by(program, access)))
            return true;
    }
    for (size_t i = 0; i < program->release_count; i++) {
        const struct ms_lock_step *step = &program->releases[i];
        if (step->function == function && step->event > event &&
            ms_is_semaphore(program, function, step->lock) &&
            asks_on_the_way(program, reader, ms_lock_key(program, step->lock), POSTED))
            return true;
    }
    return false;
}

bool ms_is_handed_over(struct ms_program *program, const struct ms_instance *writer,
                       const struct ms_instance *reader) {
    const struct ms_access *access = ms_access_of(program, writer);
    const struct ms_context *context = ms_context_of(program, writer);
    if (says_after(program, access->function, access->event, reader))
        return true;
    while (context->site != UINT32_MAX) {
        const struct ms_call_site *site = &program->calls[context->site];
        if (site->how == MS_HOW_THREAD)
            return false;
        if (says_after(program, site->caller, site->event, reader))
            return true;
        context = &program->code[site->caller].contexts[context->parent];
    }
    return false;
}
