/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Edges of the lock graph: every acquisition, in each context of its function, with each lock that
 * is then held. Left out is what cannot wait or be waited for: attempts, semaphores, code that runs
 * once, and the time in which there is one thread.
 */
#include "lock_edges.h"

#include <stdlib.h>

bool ms_is_unique_lock(const struct ms_program *program, ms_path lock) {
    for (;;) {
        const struct ms_path_node *node = ms_node(program, lock);
        if (node->kind == MS_PATH_GLOBAL)
            return true;
        if (node->kind != MS_PATH_FIELD &&
            (node->kind != MS_PATH_INDEX ||
             ms_node(program, node->extra)->kind != MS_PATH_CONSTANT))
            return false;
        lock = node->base;
    }
}

static ms_path identity(struct ms_program *program, ms_path lock) {
    return ms_is_unique_lock(program, lock) ? lock : ms_lock_key(program, lock);
}

static void add_edges(struct ms_program *program, uint32_t number, uint32_t c,
                      struct ms_lock_edges *edges) {
    const struct ms_acquisition *acquisition = &program->acquisitions[number];
    ms_function function = acquisition->function;
    const struct ms_context *context = &program->code[function].contexts[c];
    struct ms_lock_edge edge = {.acquisition = number, .context = c};
    edge.threads = context->threads;
    edge.live = (context->live & ~acquisition->joined) | acquisition->live;
    if (context->once || (edge.threads == (uint64_t)1 << MS_THREAD_MAIN && !edge.live))
        return;
    edge.taken = ms_context_path(program, function, context, acquisition->lock);
    edge.to = identity(program, edge.taken);
    edge.locks = ms_context_locks(program, function, context, &acquisition->locks);
    for (uint32_t i = 0; i < edge.locks.count; i++) {
        const struct ms_held *held = &edge.locks.items[i];
        if (held->level <= 0 || held->mode == MS_MODE_ONCE || held->lock == edge.taken ||
            ms_is_semaphore(program, function, held->lock))
            continue;
        edge.held = held->lock;
        edge.from = identity(program, edge.held);
        edge.held_event = held->event;
        edge.held_mode = held->mode;
        if (edge.from && edge.to)
            MS_PUSH(edges->items, edges->count, edge);
    }
}

static int compare(const struct ms_lock_edge *edge, ms_path from, ms_path to) {
    if (edge->from != from)
        return edge->from < from ? -1 : 1;
    return edge->to < to ? -1 : edge->to > to;
}

static int by_locks(const void *a, const void *b) {
    const struct ms_lock_edge *one = a, *other = b;
    int order = compare(one, other->from, other->to);
    if (order)
        return order;
    if (one->acquisition != other->acquisition)
        return one->acquisition < other->acquisition ? -1 : 1;
    return one->context < other->context ? -1 : one->context > other->context;
}

struct ms_lock_edges ms_collect_lock_edges(struct ms_program *program) {
    struct ms_lock_edges edges = {0};
    for (uint32_t i = 0; i < program->acquisition_count; i++) {
        const struct ms_acquisition *acquisition = &program->acquisitions[i];
        if (acquisition->tries || acquisition->fuzzy || acquisition->owned ||
            ms_is_semaphore(program, acquisition->function, acquisition->lock))
            continue;
        for (uint32_t c = 0; c < program->code[acquisition->function].context_count; c++)
            add_edges(program, i, c, &edges);
    }
    if (edges.count)
        qsort(edges.items, edges.count, sizeof *edges.items, by_locks);
    return edges;
}

size_t ms_find_lock_edges(const struct ms_lock_edges *edges, ms_path from, ms_path to,
                          size_t *count) {
    size_t low = 0, high = edges->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&edges->items[middle], from, to) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < edges->count && !compare(&edges->items[low + *count], from, to))
        ++*count;
    return low;
}

/* ---- two threads ---- */

/* A lock that both hold, not both shared: they are never there at once. */
static bool have_gate(struct ms_program *program, const struct ms_lock_edge *one,
                      const struct ms_lock_edge *other) {
    for (uint32_t i = 0; i < one->locks.count; i++)
        for (uint32_t j = 0; j < other->locks.count; j++) {
            const struct ms_held *a = &one->locks.items[i], *b = &other->locks.items[j];
            if (a->level <= 0 || b->level <= 0 ||
                (a->mode == MS_MODE_SHARED && b->mode == MS_MODE_SHARED))
                continue;
            if (identity(program, a->lock) == identity(program, b->lock))
                return true;
        }
    return false;
}

bool ms_may_block(struct ms_program *program, const struct ms_lock_edge *one,
                  const struct ms_lock_edge *other, bool *known) {
    struct ms_instance a = {.threads = one->threads, .live = one->live};
    struct ms_instance b = {.threads = other->threads, .live = other->live};
    return ms_parallel(program, &a, &b, known) && !have_gate(program, one, other);
}
