/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Where threads begin. Every call that starts a thread, together with the function that the thread
 * runs, is one thread of the abstraction and one bit of a set; "many" when the call can run more
 * than once before the first of them ends: it stands in a loop, or in a function that is called
 * from several places, or the same function is handed to several such calls.
 */
#include "calls.h"

#include <stdlib.h>

bool ms_block_reaches(const struct ms_program *program, ms_function function, uint32_t from,
                      uint32_t to, bool stop_at_loops) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    bool *seen = ms_allocate(blocks.count);
    uint32_t *stack = ms_allocate((blocks.count + 1) * sizeof *stack);
    uint32_t count = 0;
    bool found = false;
    stack[count++] = from;
    while (count && !found) {
        struct ms_range next = program->facts->blocks[blocks.first + stack[--count]].successors;
        for (uint32_t s = 0; s < next.count; s++) {
            uint32_t block = program->facts->successors[next.first + s];
            if (block == to)
                found = true;
            else if (block < blocks.count && !seen[block] &&
                     !(stop_at_loops && program->facts->blocks[blocks.first + block].loop))
                seen[block] = true, stack[count++] = block;
        }
    }
    free(seen);
    free(stack);
    return found;
}

bool ms_block_in_loop(const struct ms_program *program, ms_function function, uint32_t block) {
    return ms_block_reaches(program, function, block, block, false);
}

/* How often functions are mentioned: called, or handed to a call. Once in a loop, or in a function
 * that is called more than once, counts as twice. */
struct mentions {
    uint32_t *calls;     /* call events with this callee */
    uint32_t *arguments; /* call events that hand this function over */
    bool *hands;         /* functions that hand functions over */
};

typedef void visitor(struct ms_program *program, struct mentions *mentions, ms_function function,
                     uint32_t block, uint32_t position);

static void each_call(struct ms_program *program, struct mentions *mentions, visitor *visit) {
    for (ms_function f = 1; f < program->facts->function_count; f++) {
        struct ms_range blocks = ms_function_at(program, f)->blocks;
        for (uint32_t b = 0; b < blocks.count; b++) {
            struct ms_range events = program->facts->blocks[blocks.first + b].events;
            for (uint32_t e = 0; e < events.count; e++)
                if (program->facts->events[events.first + e].kind == MS_EVENT_CALL)
                    visit(program, mentions, f, b, events.first + e);
        }
    }
}

static const struct ms_path_node *argument_at(const struct ms_program *program,
                                              const struct ms_event *event, uint32_t i) {
    return ms_node(program, program->facts->arguments[event->arguments.first + i]);
}

static void note_hands(struct ms_program *program, struct mentions *mentions, ms_function function,
                       uint32_t block, uint32_t position) {
    (void)block;
    const struct ms_event *event = &program->facts->events[position];
    for (uint32_t i = 0; i < event->arguments.count && !mentions->hands[function]; i++)
        mentions->hands[function] = argument_at(program, event, i)->kind == MS_PATH_FUNCTION;
}

static void count_calls(struct ms_program *program, struct mentions *mentions, ms_function function,
                        uint32_t block, uint32_t position) {
    ms_function callee = program->facts->events[position].callee;
    if (callee && mentions->hands[callee])
        mentions->calls[callee] += ms_block_in_loop(program, function, block) ? 2 : 1;
}

static void count_arguments(struct ms_program *program, struct mentions *mentions,
                            ms_function function, uint32_t block, uint32_t position) {
    const struct ms_event *event = &program->facts->events[position];
    for (uint32_t i = 0; i < event->arguments.count; i++) {
        const struct ms_path_node *node = argument_at(program, event, i);
        if (node->kind == MS_PATH_FUNCTION)
            mentions->arguments[node->operand] +=
                mentions->calls[function] > 1 || ms_block_in_loop(program, function, block) ? 2 : 1;
    }
}

static void add_thread(struct ms_program *program, uint32_t position, ms_function starter,
                       ms_function entry, ms_function routine, bool many) {
    if (program->thread_count == MS_THREAD_MAX) {
        program->threads[MS_THREAD_MAX].many = true;
        ms_remark(program, "more than %d places start threads; the last ones are taken as one",
                  MS_THREAD_MAX);
    } else {
        program->thread_count++;
    }
    struct ms_thread *thread = &program->threads[program->thread_count];
    thread->entry = entry;
    thread->routine = routine;
    thread->starter = starter;
    thread->event = position;
    thread->many |= many;
}

/* A function handed over to start as a thread of its own: named at the call that starts it, or
 * chosen by who called the function in which it is started. */
static void add_entry(struct ms_program *program, const struct mentions *mentions,
                      uint32_t position, ms_function starter, ms_function entry, bool several) {
    add_thread(program, position, starter, entry, 0, several || mentions->arguments[entry] > 1);
    struct ms_functions routines = ms_trampoline_targets(program, entry);
    for (size_t i = 0; i < routines.count; i++) {
        uint32_t mentioned = mentions->arguments[routines.items[i]];
        add_thread(program, position, starter, entry, routines.items[i],
                   mentioned ? mentioned > 1 : several);
    }
}

static void find_in_event(struct ms_program *program, struct mentions *mentions,
                          ms_function function, uint32_t block, uint32_t position) {
    const struct ms_event *event = &program->facts->events[position];
    struct ms_known_effects known = ms_effects_of(program, event);
    for (uint32_t i = 0; i < known.count; i++) {
        const struct ms_effect *effect = &known.items[i];
        if (ms_verb_how(effect->verb) != MS_HOW_THREAD ||
            effect->object.index >= event->arguments.count)
            continue;
        ms_path started = program->facts->arguments[event->arguments.first + effect->object.index];
        struct ms_functions entries = ms_called_back(program, function, effect->verb, started);
        bool direct = ms_node(program, started)->kind == MS_PATH_FUNCTION;
        if (effect->verb == MS_VERB_START_ONE && entries.count == 1) {
            add_thread(program, position, function, entries.items[0], 0, false);
            continue;
        }
        bool several = effect->verb == MS_VERB_START_MANY || effect->verb == MS_VERB_START_POOL ||
                       effect->verb == MS_VERB_START_TABLE ||
                       ms_block_in_loop(program, function, block) ||
                       (direct && mentions->calls[function] > 1);
        for (size_t e = 0; e < entries.count; e++)
            add_entry(program, mentions, position, function, entries.items[e], several);
    }
}

void ms_find_threads(struct ms_program *program) {
    size_t count = program->facts->function_count;
    struct mentions mentions = {ms_allocate(count * sizeof(uint32_t)),
                                ms_allocate(count * sizeof(uint32_t)), ms_allocate(count)};
    each_call(program, &mentions, note_hands);
    each_call(program, &mentions, count_calls);
    each_call(program, &mentions, count_arguments);
    each_call(program, &mentions, find_in_event);
    free(mentions.calls);
    free(mentions.arguments);
    free(mentions.hands);
}

uint64_t ms_threads_started(const struct ms_program *program, uint32_t event) {
    uint64_t bits = 0;
    for (uint32_t t = 1; t <= program->thread_count; t++)
        if (program->threads[t].event == event)
            bits |= (uint64_t)1 << t;
    return bits;
}

/* Without indices: the handles of an array are joined as they were started, one by one. */
static ms_path without_index(struct ms_program *program, ms_path path) {
    struct ms_path_node node = *ms_node(program, path);
    if (node.kind == MS_PATH_INDEX)
        return without_index(program, node.base);
    return path;
}

void ms_thread_add_handle(struct ms_program *program, uint64_t threads, ms_path handle) {
    handle = without_index(program, handle);
    for (uint32_t t = 1; t <= program->thread_count; t++) {
        struct ms_thread *thread = &program->threads[t];
        if (!(threads >> t & 1) || thread->handle_count == 4)
            continue;
        bool known = false;
        for (uint32_t i = 0; i < thread->handle_count; i++)
            known |= thread->handles[i] == handle;
        if (!known)
            thread->handles[thread->handle_count++] = handle;
    }
}

uint64_t ms_threads_with_handle(struct ms_program *program, ms_function function, ms_path handle) {
    uint64_t bits = 0;
    handle = without_index(program, handle);
    ms_path key = ms_path_key(program, handle);
    for (uint32_t t = 1; t <= program->thread_count; t++) {
        const struct ms_thread *thread = &program->threads[t];
        for (uint32_t i = 0; i < thread->handle_count; i++) {
            bool here = thread->handles[i] == handle && thread->starter == function;
            if (here || (key && ms_path_key(program, thread->handles[i]) == key))
                bits |= (uint64_t)1 << t;
        }
    }
    return bits;
}
