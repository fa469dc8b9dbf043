/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The analysis of one function: forward dataflow over its blocks to a fixpoint, then one walk over
 * the final states that records accesses, calls and what the checks watch for. Functions come
 * callees first; those that call each other in a circle are analysed twice, the first time with
 * nothing known of the others.
 */
#include "local.h"

#include <stdlib.h>
#include <string.h>

/* A state set changes at most a few times per lock and variable; this is far beyond. */
enum { VISITS_MAX = 500 };

static const struct ms_block *block_at(const struct ms_local *local, uint32_t block) {
    const struct ms_function_node *function = ms_function_at(local->program, local->function);
    return &local->program->facts->blocks[function->blocks.first + block];
}

static uint32_t successor(const struct ms_local *local, const struct ms_block *block,
                          uint32_t way) {
    return local->program->facts->successors[block->successors.first + way];
}

/* Gives the locals that are assigned a slot each. Those whose address is taken change in ways that
 * assignments do not show and keep their own name. */
static void number_locals(struct ms_local *local) {
    struct ms_program *program = local->program;
    struct ms_range blocks = ms_function_at(program, local->function)->blocks;
    struct ms_frame *frame = &local->frame;
    size_t count = 0;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = 0; e < events.count; e++) {
            const struct ms_event *event = &program->facts->events[events.first + e];
            const struct ms_path_node *node = ms_node(program, event->path);
            if (event->kind != MS_EVENT_WRITE || node->kind != MS_PATH_LOCAL ||
                frame->slot_of[node->operand])
                continue;
            frame->slot_of[node->operand] = frame->parameters + (uint32_t)count + 1;
            MS_PUSH(frame->local_variables, count, node->operand);
        }
    }
    frame->locals = (uint32_t)count;
}

/* Reverse postorder, so that most blocks are visited once. */
static uint32_t *block_order(const struct ms_local *local, uint32_t count, uint32_t *reached) {
    uint32_t *order = ms_allocate((count + 1) * sizeof *order);
    uint32_t *stack = ms_allocate((count + 1) * sizeof *stack);
    uint32_t *next = ms_allocate((count + 1) * sizeof *next);
    bool *seen = ms_allocate(count + 1);
    uint32_t depth = 0, at = count;
    stack[depth++] = 0;
    seen[0] = true;
    while (depth) {
        uint32_t block = stack[depth - 1];
        const struct ms_block *node = block_at(local, block);
        if (next[block] == node->successors.count) {
            order[--at] = block;
            depth--;
            continue;
        }
        uint32_t to = successor(local, node, next[block]++);
        if (to < count && !seen[to])
            seen[to] = true, stack[depth++] = to;
    }
    *reached = count - at;
    memmove(order, order + at, *reached * sizeof *order);
    free(stack);
    free(next);
    free(seen);
    return order;
}

static struct ms_states walk_block(struct ms_local *local, uint32_t block) {
    const struct ms_block *node = block_at(local, block);
    struct ms_states states = {0};
    local->block = block;
    for (uint32_t i = 0; i < local->in[block].count; i++) {
        struct ms_state *state = ms_state_copy(&local->frame, local->in[block].items[i]);
        if (node->loop) { /* a loop that joins threads has joined them all once it is left */
            state->live &= ~local->loop_joined[block];
            state->joined |= local->loop_joined[block];
        }
        states.items[states.count++] = state;
    }
    for (uint32_t e = 0; e < node->events.count && states.count; e++)
        ms_transfer(local, &states, node->events.first + e);
    return states;
}

/* Passes the states at the end of a block on; returns whether a successor has to be visited. */
static void flow(struct ms_local *local, uint32_t block, const struct ms_states *states,
                 bool *pending) {
    const struct ms_block *node = block_at(local, block);
    for (uint32_t way = 0; way < node->successors.count; way++) {
        uint32_t to = successor(local, node, way);
        for (uint32_t i = 0; i < states->count; i++) {
            struct ms_state *state = ms_state_copy(&local->frame, states->items[i]);
            if (ms_transfer_branch(local, state, node, way) &&
                ms_states_add(&local->frame, &local->in[to], state, to))
                pending[to] = true;
        }
    }
}

/* Joins that were found in a loop belong to the head of that loop: the nearest one before them. */
static bool spread_loop_joins(struct ms_local *local, uint32_t count) {
    bool changed = false;
    for (uint32_t from = 0; from < count; from++) {
        if (!local->loop_joined[from] || block_at(local, from)->loop)
            continue;
        for (uint32_t head = 0; head < count; head++)
            if (block_at(local, head)->loop &&
                (local->loop_joined[from] & ~local->loop_joined[head]) &&
                ms_block_reaches(local->program, local->function, head, from, true)) {
                local->loop_joined[head] |= local->loop_joined[from];
                changed = true;
            }
    }
    return changed;
}

/* What loops join is known only now, and states do not forget: once more from the start. */
static bool restart(struct ms_local *local, bool *pending, uint32_t count) {
    memset(local->in, 0, count * sizeof *local->in);
    ms_states_add(&local->frame, &local->in[0], ms_state_entry(&local->frame), 0);
    return pending[0] = true;
}

static void fixpoint(struct ms_local *local, const uint32_t *order, uint32_t reached,
                     uint32_t count) {
    bool *pending = ms_allocate(count + 1);
    uint32_t *visits = ms_allocate((count + 1) * sizeof *visits);
    restart(local, pending, count);
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = 0; i < reached; i++) {
            uint32_t block = order[i];
            if (!pending[block])
                continue;
            pending[block] = false;
            if (++visits[block] > VISITS_MAX) {
                ms_remark(
                    local->program, "%s: the analysis did not settle",
                    ms_name(local->program, ms_function_at(local->program, local->function)->name));
                continue;
            }
            struct ms_states states = walk_block(local, block);
            flow(local, block, &states, pending);
            again = true;
        }
        if (!again && spread_loop_joins(local, count))
            again = restart(local, pending, count);
    }
    free(pending);
    free(visits);
}

/* Where all ways out of a function meet. */
static bool is_end(const struct ms_local *local, uint32_t block) {
    const struct ms_block *node = block_at(local, block);
    return block && !node->events.count && !node->successors.count;
}

static void add_exit_state(struct ms_local *local, struct ms_state *state) {
    MS_PUSH(local->exits, local->exit_count, (struct ms_exit_state){state});
}

/* The states at the end of a block that leave the function here. They are taken one step before all
 * ways meet: what is returned, and who owns it, differs from way to way. */
static void collect_exits(struct ms_local *local, uint32_t block, const struct ms_states *states) {
    const struct ms_block *node = block_at(local, block);
    for (uint32_t s = 0; s < states->count; s++) {
        if (!node->successors.count && !is_end(local, block))
            add_exit_state(local, states->items[s]);
        for (uint32_t way = 0; way < node->successors.count; way++) {
            if (!is_end(local, successor(local, node, way)))
                continue;
            struct ms_state *state = ms_state_copy(&local->frame, states->items[s]);
            if (ms_transfer_branch(local, state, node, way))
                add_exit_state(local, state);
        }
    }
}

static void final_walk(struct ms_local *local, const uint32_t *order, uint32_t reached,
                       bool record) {
    local->observing = record;
    for (uint32_t i = 0; i < reached; i++) {
        struct ms_states states = walk_block(local, order[i]);
        collect_exits(local, order[i], &states);
    }
    ms_summarise(local);
    if (record)
        ms_observe_function_end(local);
}

static void note_attributes(struct ms_program *program, ms_function function) {
    struct ms_range range = ms_function_at(program, function)->attributes;
    for (uint32_t i = 0; i < range.count; i++) {
        uint8_t kind = program->facts->attributes[range.first + i].kind;
        program->code[function].attribute_locks |=
            kind == MS_ATTRIBUTE_ACQUIRES || kind == MS_ATTRIBUTE_ACQUIRES_SHARED ||
            kind == MS_ATTRIBUTE_RELEASES || kind == MS_ATTRIBUTE_TRY_ACQUIRES ||
            kind == MS_ATTRIBUTE_TRY_ACQUIRES_SHARED || kind == MS_ATTRIBUTE_NO_ANALYSIS;
    }
}

/* Each event may copy states, which have a slot for each variable and call: the product would grow
 * with the square of the function. Only generated code comes near this. */
static const uint64_t WORK_MAX = 1u << 24;

static bool is_too_large(const struct ms_local *local) {
    uint64_t events = 0;
    for (uint32_t b = 0; b < ms_function_at(local->program, local->function)->blocks.count; b++)
        events += block_at(local, b)->events.count;
    return events * ms_frame_slots(&local->frame) > WORK_MAX;
}

static void forget_locals(struct ms_local *local) {
    for (uint32_t i = 0; i < local->frame.locals; i++)
        local->frame.slot_of[local->frame.local_variables[i]] = 0;
    free(local->frame.local_variables);
}

static void analyse(struct ms_program *program, ms_function function, uint32_t *slot_of,
                    bool record) {
    const struct ms_function_node *node = ms_function_at(program, function);
    struct ms_arena arena = {0};
    uint32_t count = node->blocks.count, reached;
    struct ms_local local = {.program = program,
                             .code = &program->code[function],
                             .function = function,
                             .frame = {.program = program,
                                       .function = function,
                                       .parameters = node->parameters.count,
                                       .results = node->results,
                                       .slot_of = slot_of,
                                       .arena = &arena}};
    number_locals(&local);
    if (is_too_large(&local)) {
        ms_leave_out_body(program, function);
        forget_locals(&local);
        return;
    }
    local.in = ms_allocate(count * sizeof *local.in);
    local.loop_joined = ms_allocate(count * sizeof *local.loop_joined);
    uint32_t *order = block_order(&local, count, &reached);
    fixpoint(&local, order, reached, count);
    local.code->calls.first = (uint32_t)program->call_count;
    local.code->accesses.first = (uint32_t)program->access_count;
    local.code->acquisitions.first = (uint32_t)program->acquisition_count;
    local.code->lock_events.first = (uint32_t)program->lock_event_count;
    final_walk(&local, order, reached, record);
    local.code->lock_events.count =
        (uint32_t)program->lock_event_count - local.code->lock_events.first;
    local.code->calls.count = (uint32_t)program->call_count - local.code->calls.first;
    local.code->accesses.count = (uint32_t)program->access_count - local.code->accesses.first;
    local.code->acquisitions.count =
        (uint32_t)program->acquisition_count - local.code->acquisitions.first;
    forget_locals(&local);
    free(order);
    free(local.in);
    free(local.loop_joined);
    free(local.exits);
    ms_arena_free(&arena);
}

void ms_analyse_functions(struct ms_program *program) {
    size_t variables = program->facts->variable_count;
    uint32_t *slot_of = ms_allocate(variables * sizeof *slot_of);
    for (size_t i = 0; i < variables; i++) {
        const struct ms_variable_node *variable = &program->facts->variables[i];
        if (variable->flags & (MS_VARIABLE_ADDRESS_TAKEN | MS_VARIABLE_GLOBAL))
            slot_of[i] = UINT32_MAX; /* never gets a slot */
    }
    for (size_t f = 1; f < program->facts->function_count; f++)
        note_attributes(program, (ms_function)f);
    for (size_t i = 0; i < program->order_count;) {
        size_t end = i;
        uint32_t component = program->code[program->order[i]].component;
        while (end < program->order_count &&
               program->code[program->order[end]].component == component)
            end++;
        if (program->code[program->order[i]].recursive)
            for (size_t f = i; f < end; f++)
                analyse(program, program->order[f], slot_of, false);
        for (; i < end; i++)
            analyse(program, program->order[i], slot_of, true);
    }
    free(slot_of);
}
