/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * lock-order. A thread that holds one lock and takes another is an edge between the two; a cycle of
 * edges that different threads can run at once, with no lock that keeps them apart, is a deadlock
 * that waits to happen. Cycles of two are found pair by pair; longer ones by a search of bounded
 * length and cost.
 */
#include "checks.h"
#include "lock_edges.h"
#include "report.h"

#include <stdlib.h>

enum { WITNESSES_MAX = 16, CYCLE_MAX = 5, STEPS_MAX = 100000, CALLS_MAX = 3 };

static bool owns_event(const struct ms_program *program, ms_function function, uint32_t event) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        if (event - events.first < events.count)
            return true;
    }
    return false;
}

static const struct ms_acquisition *taken_at(const struct ms_program *program,
                                             const struct ms_lock_edge *edge) {
    return &program->acquisitions[edge->acquisition];
}

static const char *name_of(const struct ms_program *program, ms_function function) {
    return ms_name(program, ms_function_at(program, function)->name);
}

/* The lock's name as the function that takes it writes it. */
static const char *taken_name(struct ms_program *program, const struct ms_lock_edge *edge) {
    const struct ms_acquisition *taken = taken_at(program, edge);
    return ms_spelled(program, taken->function, taken->lock);
}

/* The lock that is held: by the function's own name for it, or else by what it is. */
static const char *held_name(struct ms_program *program, const struct ms_lock_edge *edge) {
    const struct ms_acquisition *taken = taken_at(program, edge);
    for (uint32_t i = 0; i < taken->locks.count; i++)
        if (taken->locks.items[i].event == edge->held_event)
            return ms_spelled(program, taken->function, taken->locks.items[i].lock);
    return ms_spelled(program, taken->function, edge->from);
}

/* Where the lock that is held was taken: in this function or in one that leads here. */
static void note_held(struct ms_program *program, const struct ms_lock_edge *edge) {
    ms_function function = taken_at(program, edge)->function;
    const struct ms_context *context = ms_edge_context(program, edge);
    while (!owns_event(program, function, edge->held_event)) {
        if (context->site == UINT32_MAX)
            return; /* an attribute says that it is held */
        function = program->calls[context->site].caller;
        context = &program->code[function].contexts[context->parent];
    }
    ms_report_note(program, function, program->facts->events[edge->held_event].where,
                   "`%s` is taken here, in %s()", held_name(program, edge),
                   name_of(program, function));
}

static void note_edge(struct ms_program *program, const struct ms_lock_edge *edge) {
    const struct ms_acquisition *taken = taken_at(program, edge);
    ms_report_note(program, taken->function, program->facts->events[taken->event].where,
                   "`%s` is taken here, in %s(), while `%s` is held", taken_name(program, edge),
                   name_of(program, taken->function), held_name(program, edge));
    note_held(program, edge);
    ms_report_callers(program, ms_edge_context(program, edge));
}

/* ---- two locks ---- */

static bool conflict(uint8_t one, uint8_t other) {
    return one != MS_MODE_SHARED || other != MS_MODE_SHARED;
}

static bool closes(struct ms_program *program, const struct ms_lock_edge *there,
                   const struct ms_lock_edge *back, bool *known) {
    return conflict(taken_at(program, there)->mode, back->held_mode) &&
           conflict(taken_at(program, back)->mode, there->held_mode) &&
           ms_may_block(program, there, back, known);
}

struct pair {
    const struct ms_lock_edge *there, *back;
    bool known;
};

static struct pair find_pair(struct ms_program *program, const struct ms_lock_edge *there,
                             size_t there_count, const struct ms_lock_edge *back,
                             size_t back_count) {
    struct pair found = {0};
    for (size_t i = 0; i < there_count && i < WITNESSES_MAX; i++)
        for (size_t j = 0; j < back_count && j < WITNESSES_MAX; j++) {
            bool known;
            if (!closes(program, &there[i], &back[j], &known) || (found.there && !known))
                continue;
            found = (struct pair){&there[i], &back[j], known};
            if (known)
                return found;
        }
    return found;
}

/* Whether both sides are one thread, of which there are several only because more than one call may
 * start it: programs that start a thread anew have ended the old one before. */
static bool may_be_one_thread(const struct ms_program *program, struct pair pair) {
    uint64_t threads = pair.there->threads;
    if (threads != pair.back->threads || !threads || (threads & (threads - 1)))
        return false;
    uint32_t number = (uint32_t)__builtin_ctzll(threads);
    if (number == MS_THREAD_MAIN || number > program->thread_count)
        return false;
    const struct ms_thread *thread = &program->threads[number];
    struct ms_range blocks = ms_function_at(program, thread->starter)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        if (thread->event - events.first < events.count)
            return !ms_block_in_loop(program, thread->starter, b);
    }
    return true;
}

/* Calls between where the one lock is taken and where the other is: each of them may depend on
 * conditions that are not looked at. */
static uint32_t distance(const struct ms_program *program, const struct ms_lock_edge *edge) {
    ms_function function = taken_at(program, edge)->function;
    const struct ms_context *context = ms_edge_context(program, edge);
    uint32_t calls = 0;
    while (!owns_event(program, function, edge->held_event) && context->site != UINT32_MAX) {
        function = program->calls[context->site].caller;
        context = &program->code[function].contexts[context->parent];
        calls++;
    }
    return calls;
}

static enum ms_confidence pair_confidence(const struct ms_program *program, struct pair pair) {
    bool far =
        distance(program, pair.there) > CALLS_MAX || distance(program, pair.back) > CALLS_MAX;
    if (may_be_one_thread(program, pair) || (far && !pair.known))
        return MS_CONFIDENCE_LOW;
    /* Which one of an array is held, and whether it was given back under another index, is not
     * known. */
    if (ms_lock_is_striped(program, pair.back->from) ||
        ms_lock_is_striped(program, pair.there->from))
        return MS_CONFIDENCE_LOW;
    bool unique =
        ms_is_unique_lock(program, pair.back->from) && ms_is_unique_lock(program, pair.back->to);
    return pair.known && unique && !far ? MS_CONFIDENCE_HIGH : MS_CONFIDENCE_MEDIUM;
}

static void report_pair(struct ms_program *program, struct pair pair) {
    const struct ms_acquisition *taken = taken_at(program, pair.back);
    if (!ms_report(program, MS_CHECK_LOCK_ORDER, pair_confidence(program, pair), taken->function,
                   program->facts->events[taken->event].where, pair.back->to,
                   "`%s` is taken while `%s` is held; %s() takes them the other way round, and two "
                   "threads may wait for each other",
                   taken_name(program, pair.back), held_name(program, pair.back),
                   name_of(program, taken_at(program, pair.there)->function)))
        return;
    note_held(program, pair.back);
    ms_report_callers(program, ms_edge_context(program, pair.back));
    note_edge(program, pair.there);
}

/* The order that fewer places keep is the one to look at first. */
static void judge_pair(struct ms_program *program, const struct ms_lock_edges *edges, size_t first,
                       size_t count) {
    size_t back_count;
    const struct ms_lock_edge *there = &edges->items[first];
    size_t at = ms_find_lock_edges(edges, there->to, there->from, &back_count);
    if (!back_count || there->from >= there->to)
        return;
    const struct ms_lock_edge *back = &edges->items[at];
    struct pair pair = back_count <= count ? find_pair(program, there, count, back, back_count)
                                           : find_pair(program, back, back_count, there, count);
    if (pair.there)
        report_pair(program, pair);
}

/* ---- declared orders ---- */

static struct ms_range attributes_of(const struct ms_program *program, ms_path lock) {
    const struct ms_path_node *node = ms_node(program, lock);
    while (node->kind == MS_PATH_INDEX)
        node = ms_node(program, node->base);
    if (node->kind == MS_PATH_GLOBAL)
        return program->facts->variables[node->operand].attributes;
    if (node->kind != MS_PATH_FIELD)
        return (struct ms_range){0, 0};
    return program->facts->fields[program->facts->records[node->operand].fields.first + node->extra]
        .attributes;
}

/* Whether an attribute of `lock` has it taken before, or after, the other. */
static bool is_declared(struct ms_program *program, ms_path lock, uint8_t kind, ms_path other) {
    struct ms_range range = attributes_of(program, lock);
    for (uint32_t i = 0; i < range.count; i++) {
        const struct ms_attribute *attribute = &program->facts->attributes[range.first + i];
        if (attribute->kind == kind && attribute->path &&
            ms_lock_key(program, attribute->path) == ms_lock_key(program, other))
            return true;
    }
    return false;
}

static void judge_declared(struct ms_program *program, const struct ms_lock_edge *edge) {
    const struct ms_acquisition *taken = taken_at(program, edge);
    if (!is_declared(program, edge->to, MS_ATTRIBUTE_ACQUIRED_BEFORE, edge->from) &&
        !is_declared(program, edge->from, MS_ATTRIBUTE_ACQUIRED_AFTER, edge->to))
        return;
    if (ms_report(program, MS_CHECK_LOCK_ORDER, MS_CONFIDENCE_HIGH, taken->function,
                  program->facts->events[taken->event].where, edge->to,
                  "`%s` is taken while `%s` is held, but is declared to be taken before it",
                  taken_name(program, edge), held_name(program, edge)))
        note_held(program, edge);
}

/* ---- two locks of one kind ---- */

/* Whether the function compares the two for order: they are then taken in that order. */
static bool compares(const struct ms_program *program, ms_function function, ms_path one,
                     ms_path other) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        const struct ms_block *block = &program->facts->blocks[blocks.first + b];
        if (block->compare < MS_COMPARE_LESS)
            continue;
        if ((ms_path_contains(program, block->left, one) &&
             ms_path_contains(program, block->right, other)) ||
            (ms_path_contains(program, block->left, other) &&
             ms_path_contains(program, block->right, one)))
            return true;
    }
    return false;
}

/* The parameter whose pointee a lock is part of; UINT32_MAX if there is none. */
static uint32_t parameter_of(const struct ms_program *program, ms_path lock) {
    const struct ms_path_node *object = ms_node(program, ms_path_object(program, lock));
    if (object->kind != MS_PATH_DEREF || ms_node(program, object->base)->kind != MS_PATH_PARAM)
        return UINT32_MAX;
    return ms_node(program, object->base)->operand;
}

/* Both are elements of one array, whichever: the caller keeps no order. */
static bool passes_any_order(const struct ms_program *program, const struct ms_call_site *site,
                             uint32_t one, uint32_t other) {
    const struct ms_event *call = &program->facts->events[site->event];
    if (one >= call->arguments.count || other >= call->arguments.count)
        return false;
    const ms_path *arguments = program->facts->arguments + call->arguments.first;
    const struct ms_path_node *a = ms_node(program, arguments[one]);
    const struct ms_path_node *b = ms_node(program, arguments[other]);
    if (a->kind != MS_PATH_ADDRESS || b->kind != MS_PATH_ADDRESS)
        return false;
    a = ms_node(program, a->base), b = ms_node(program, b->base);
    return a->kind == MS_PATH_INDEX && b->kind == MS_PATH_INDEX && a->base == b->base &&
           a->extra != b->extra && ms_node(program, a->extra)->kind != MS_PATH_CONSTANT &&
           ms_node(program, b->extra)->kind != MS_PATH_CONSTANT &&
           !compares(program, site->caller, a->extra, b->extra);
}

static bool is_named(const struct ms_program *program, ms_path binding) {
    int kind = ms_node(program, ms_path_root(program, binding))->kind;
    return kind == MS_PATH_GLOBAL || kind == MS_PATH_OBJECT;
}

/* A call that shows that these two come in either order; UINT32_MAX if there is none. */
static uint32_t call_in_any_order(const struct ms_program *program, ms_function function,
                                  uint32_t one, uint32_t other) {
    const struct ms_code *code = &program->code[function];
    for (uint32_t c = 0; c < code->context_count; c++) {
        const struct ms_context *context = &code->contexts[c];
        for (uint32_t w = 0; w < context->way_count; w++)
            if (passes_any_order(program, &program->calls[context->ways[w]], one, other))
                return context->ways[w];
        for (uint32_t d = 0; d < c; d++)
            if (context->way_count && is_named(program, context->bindings[one]) &&
                is_named(program, context->bindings[other]) &&
                context->bindings[one] != context->bindings[other] &&
                context->bindings[one] == code->contexts[d].bindings[other] &&
                context->bindings[other] == code->contexts[d].bindings[one])
                return context->ways[0];
    }
    return UINT32_MAX;
}

static bool runs_beside_itself(struct ms_program *program, const struct ms_lock_edge *edge) {
    bool known;
    struct ms_instance instance = {.threads = edge->threads, .live = edge->live};
    return ms_parallel(program, &instance, &instance, &known);
}

/* transfer(from, to) that locks both as they come. */
static void judge_same_kind(struct ms_program *program, const struct ms_lock_edge *edge) {
    const struct ms_acquisition *taken = taken_at(program, edge);
    uint32_t one = UINT32_MAX, other = parameter_of(program, taken->lock);
    for (uint32_t i = 0; i < taken->locks.count; i++)
        if (taken->locks.items[i].event == edge->held_event && taken->locks.items[i].level > 0)
            one = parameter_of(program, taken->locks.items[i].lock);
    if (one == UINT32_MAX || other == UINT32_MAX || one == other || taken->mode == MS_MODE_SHARED ||
        !runs_beside_itself(program, edge) ||
        compares(program, taken->function, ms_make(program, MS_PATH_PARAM, 0, one, 0),
                 ms_make(program, MS_PATH_PARAM, 0, other, 0)))
        return;
    uint32_t site = call_in_any_order(program, taken->function, one, other);
    if (site == UINT32_MAX)
        return;
    const struct ms_call_site *call = &program->calls[site];
    if (!ms_report(program, MS_CHECK_LOCK_ORDER, MS_CONFIDENCE_MEDIUM, taken->function,
                   program->facts->events[taken->event].where, edge->to,
                   "`%s` is taken while `%s` is held, in the order in which they were passed: with "
                   "the two the other way round, another thread and this one wait for each other",
                   taken_name(program, edge), held_name(program, edge)))
        return;
    note_held(program, edge);
    ms_report_note(program, call->caller, program->facts->events[call->event].where,
                   "%s() is called here, in %s(), with the two in any order",
                   name_of(program, taken->function), name_of(program, call->caller));
}

/* ---- longer cycles ---- */

struct search {
    struct ms_program *program;
    const struct ms_lock_edges *edges;
    const struct ms_lock_edge *steps[CYCLE_MAX];
    uint32_t length;
    uint32_t budget; /* steps that may still be made */
};

/* Each with each: all of them at once, and no lock that keeps two of them apart. Two locks that are
 * taken in both orders have been judged as a pair. */
static bool fits(struct search *search, const struct ms_lock_edge *edge) {
    bool known;
    size_t back;
    ms_find_lock_edges(search->edges, edge->to, edge->from, &back);
    if (back)
        return false;
    for (uint32_t i = 0; i < search->length; i++)
        if (search->steps[i]->from == edge->to ? i != 0 : search->steps[i]->to == edge->to)
            return false;
    for (uint32_t i = 0; i < search->length; i++)
        if (!ms_may_block(search->program, search->steps[i], edge, &known))
            return false;
    const struct ms_lock_edge *before = search->length ? search->steps[search->length - 1] : NULL;
    return !before || conflict(taken_at(search->program, before)->mode, edge->held_mode);
}

static void report_cycle(struct search *search) {
    struct ms_program *program = search->program;
    const struct ms_lock_edge *last = search->steps[search->length - 1];
    const struct ms_acquisition *taken = taken_at(program, last);
    if (!ms_report(program, MS_CHECK_LOCK_ORDER, MS_CONFIDENCE_MEDIUM, taken->function,
                   program->facts->events[taken->event].where, last->to,
                   "`%s` is taken while `%s` is held, which closes a cycle of %u locks: as many "
                   "threads may wait for each other",
                   taken_name(program, last), held_name(program, last), search->length))
        return;
    note_held(program, last);
    for (uint32_t i = 0; i + 1 < search->length; i++)
        note_edge(program, search->steps[i]);
}

/* Goes on from the lock that was taken last. The first lock of a cycle is the one with the smallest
 * number, so that each cycle is found once. */
static bool extend(struct search *search, ms_path start, ms_path at) {
    const struct ms_lock_edges *edges = search->edges;
    size_t count, low = ms_find_lock_edges(edges, at, 0, &count);
    for (size_t e = low; e < edges->count && edges->items[e].from == at; e++) {
        const struct ms_lock_edge *edge = &edges->items[e];
        bool repeated = e > low && edges->items[e - 1].to == edge->to;
        if (repeated || edge->to < start || !search->budget || !fits(search, edge))
            continue;
        search->budget--;
        search->steps[search->length++] = edge;
        if (edge->to == start && search->length > 2 &&
            conflict(taken_at(search->program, edge)->mode, search->steps[0]->held_mode)) {
            report_cycle(search);
            return true;
        }
        if (edge->to != start && search->length < CYCLE_MAX && extend(search, start, edge->to))
            return true;
        search->length--;
    }
    return false;
}

static void judge_cycles(struct ms_program *program, const struct ms_lock_edges *edges) {
    struct search search = {.program = program, .edges = edges, .budget = STEPS_MAX};
    for (size_t e = 0; e < edges->count; e++) {
        search.length = 0;
        if (!e || edges->items[e].from != edges->items[e - 1].from)
            extend(&search, edges->items[e].from, edges->items[e].from);
    }
    if (!search.budget)
        ms_remark(program, "the search for cycles of three or more locks was ended early");
}

static void judge(struct ms_program *program) {
    struct ms_lock_edges edges = ms_collect_lock_edges(program);
    for (size_t first = 0, count; first < edges.count; first += count) {
        const struct ms_lock_edge *edge = &edges.items[first];
        ms_find_lock_edges(&edges, edge->from, edge->to, &count);
        judge_declared(program, edge);
        if (edge->from == edge->to)
            for (size_t i = 0; i < count; i++)
                judge_same_kind(program, &edge[i]);
        else
            judge_pair(program, &edges, first, count);
    }
    judge_cycles(program, &edges);
    free(edges.items);
}

const struct ms_check_code ms_code_of_LOCK_ORDER = {.judge = judge};
