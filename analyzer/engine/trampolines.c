/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Threads that programs start through a wrapper of their own: `thread_create(name, routine, data)`
 * packs the routine into a record and starts a trampoline that unpacks and calls it. Each routine
 * is then a thread of its own, not one of many that run the trampoline (the call strings of
 * Goblint's thread identifiers, one call deep: Schwarz et al., Clustered relational thread-modular
 * abstract interpretation with local traces, 2023).
 */
#include "calls.h"

enum { ROUTINES_MAX = 24 };

/* The call through a pointer that a thread's function makes once: not a worker, which takes one job
 * after the other out of a queue. */
struct ms_functions ms_trampoline_targets(struct ms_program *program, ms_function entry) {
    struct ms_range blocks = ms_function_at(program, entry)->blocks;
    struct ms_functions found = {0};
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = 0; e < events.count; e++) {
            const struct ms_event *event = &program->facts->events[events.first + e];
            if (event->kind != MS_EVENT_CALL || event->callee)
                continue;
            struct ms_functions targets = ms_functions_of(program, entry, event->path);
            if (!targets.count)
                continue;
            if (found.count || targets.count > ROUTINES_MAX || ms_block_in_loop(program, entry, b))
                return (struct ms_functions){0};
            found = targets;
        }
    }
    return found;
}

uint64_t ms_routine_threads(const struct ms_program *program, uint64_t threads, ms_function caller,
                            ms_function callee) {
    uint64_t result = threads;
    for (uint32_t t = 1; t <= program->thread_count; t++) {
        const struct ms_thread *base = &program->threads[t];
        if (!(threads >> t & 1) || base->routine || base->entry != caller)
            continue;
        for (uint32_t r = 1; r <= program->thread_count; r++) {
            const struct ms_thread *split = &program->threads[r];
            if (split->event == base->event && split->entry == caller && split->routine == callee)
                result = (result & ~((uint64_t)1 << t)) | (uint64_t)1 << r;
        }
    }
    return result;
}

bool ms_is_routine(const struct ms_program *program, ms_function entry, ms_function routine) {
    for (uint32_t t = 1; t <= program->thread_count; t++)
        if (program->threads[t].entry == entry && program->threads[t].routine == routine)
            return true;
    return false;
}

static bool is_among(const struct ms_program *program, const ms_path *arguments, uint32_t count,
                     ms_function function) {
    for (uint32_t i = 0; i < count; i++) {
        const struct ms_path_node *node = ms_node(program, arguments[i]);
        if (node->kind == MS_PATH_ADDRESS)
            node = ms_node(program, node->base);
        if (node->kind == MS_PATH_FUNCTION && node->operand == function)
            return true;
    }
    return false;
}

/* The function that a caller of the wrapper chooses. */
static ms_function chosen(const struct ms_thread *thread) {
    return thread->routine ? thread->routine : thread->entry;
}

uint64_t ms_threads_meant(const struct ms_program *program, uint64_t started,
                          const ms_path *arguments, uint32_t count) {
    uint64_t meant = 0;
    if (!started)
        return 0;
    for (uint32_t t = 1; t <= program->thread_count; t++)
        if ((started >> t & 1) && is_among(program, arguments, count, chosen(&program->threads[t])))
            meant |= (uint64_t)1 << t;
    if (!meant)
        return started;
    uint64_t events = 0; /* other threads that the same calls start are not meant */
    for (uint32_t t = 1; t <= program->thread_count; t++)
        for (uint32_t m = 1; m <= program->thread_count; m++)
            if ((meant >> m & 1) && program->threads[t].event == program->threads[m].event)
                events |= (uint64_t)1 << t;
    return meant | (started & ~events);
}
