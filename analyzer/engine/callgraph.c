/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The call graph's strongly connected components, callees first (Tarjan 1972, without recursion),
 * so that a summary is there before it is used. */
#include "program.h"

#include <stdlib.h>

struct edges {
    ms_function *items;
    size_t count;
};

struct tarjan {
    struct ms_program *program;
    struct edges *edges; /* by function */
    uint32_t *number, *low;
    bool *on_stack;
    ms_function *stack;
    size_t stack_count;
    struct frame {
        ms_function function;
        size_t next;
    } *frames;
    size_t frame_count;
    uint32_t counter, components;
};

static void add_edges(struct tarjan *tarjan, ms_function caller, struct ms_functions callees) {
    struct edges *edges = &tarjan->edges[caller];
    for (size_t i = 0; i < callees.count; i++)
        if (ms_function_at(tarjan->program, callees.items[i])->blocks.count)
            MS_PUSH(edges->items, edges->count, callees.items[i]);
}

static void collect_edges(struct tarjan *tarjan, ms_function caller) {
    struct ms_program *program = tarjan->program;
    struct ms_range blocks = ms_function_at(program, caller)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = 0; e < events.count; e++) {
            const struct ms_event *event = &program->facts->events[events.first + e];
            if (event->kind != MS_EVENT_CALL)
                continue;
            if (event->callee)
                add_edges(tarjan, caller, (struct ms_functions){&event->callee, 1});
            else
                add_edges(tarjan, caller, ms_functions_of(program, caller, event->path));
            /* Functions handed to a callee that calls them back. */
            for (uint32_t i = 0; i < event->arguments.count; i++) {
                ms_path value = program->facts->arguments[event->arguments.first + i];
                if (ms_node(program, value)->kind == MS_PATH_FUNCTION)
                    add_edges(tarjan, caller, ms_functions_of(program, caller, value));
            }
        }
    }
}

static void enter(struct tarjan *tarjan, ms_function function) {
    tarjan->number[function] = tarjan->low[function] = ++tarjan->counter;
    MS_PUSH(tarjan->stack, tarjan->stack_count, function);
    tarjan->on_stack[function] = true;
    MS_PUSH(tarjan->frames, tarjan->frame_count, (struct frame){function, 0});
}

static void close_component(struct tarjan *tarjan, ms_function root) {
    struct ms_program *program = tarjan->program;
    bool alone = tarjan->stack[tarjan->stack_count - 1] == root;
    ms_function member;
    do {
        member = tarjan->stack[--tarjan->stack_count];
        tarjan->on_stack[member] = false;
        struct ms_code *code = &program->code[member];
        code->component = tarjan->components;
        code->recursive = !alone;
        for (size_t i = 0; alone && i < tarjan->edges[member].count; i++)
            code->recursive |= tarjan->edges[member].items[i] == member;
        MS_PUSH(program->order, program->order_count, member);
    } while (member != root);
    tarjan->components++;
}

static void visit(struct tarjan *tarjan, ms_function start) {
    enter(tarjan, start);
    while (tarjan->frame_count) {
        struct frame *frame = &tarjan->frames[tarjan->frame_count - 1];
        ms_function function = frame->function;
        if (frame->next < tarjan->edges[function].count) {
            ms_function callee = tarjan->edges[function].items[frame->next++];
            if (!tarjan->number[callee])
                enter(tarjan, callee);
            else if (tarjan->on_stack[callee] && tarjan->number[callee] < tarjan->low[function])
                tarjan->low[function] = tarjan->number[callee];
            continue;
        }
        tarjan->frame_count--;
        if (tarjan->low[function] == tarjan->number[function])
            close_component(tarjan, function);
        if (tarjan->frame_count) {
            ms_function parent = tarjan->frames[tarjan->frame_count - 1].function;
            if (tarjan->low[function] < tarjan->low[parent])
                tarjan->low[parent] = tarjan->low[function];
        }
    }
}

void ms_order_functions(struct ms_program *program) {
    size_t count = program->facts->function_count;
    struct tarjan tarjan = {.program = program,
                            .edges = ms_allocate(count * sizeof *tarjan.edges),
                            .number = ms_allocate(count * sizeof *tarjan.number),
                            .low = ms_allocate(count * sizeof *tarjan.low),
                            .on_stack = ms_allocate(count)};
    for (ms_function f = 1; f < count; f++)
        collect_edges(&tarjan, f);
    for (ms_function f = 1; f < count; f++)
        if (ms_function_at(program, f)->blocks.count && !tarjan.number[f])
            visit(&tarjan, f);
    for (size_t f = 0; f < count; f++)
        free(tarjan.edges[f].items);
    free(tarjan.edges);
    free(tarjan.number);
    free(tarjan.low);
    free(tarjan.on_stack);
    free(tarjan.stack);
    free(tarjan.frames);
}
