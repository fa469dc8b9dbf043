/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What no single entry of an image shows: that a function's blocks stay within the function, that
 * its paths name results and parameters that it has, that no two runs share entries (which would
 * also make the walk longer than the tables).
 */
#include "facts_image.h"

#include "support.h"

#include <stdlib.h>

/* The highest result and the number of parameters that a path names, in itself or below. */
struct reach {
    uint32_t result, parameters;
};

struct verifier {
    const struct ms_unit *unit;
    struct reach *reach;                          /* by path */
    size_t blocks, events, arguments, successors; /* walked over so far */
    const struct ms_function_node *function;
};

static uint32_t greater(uint32_t a, uint32_t b) { return a > b ? a : b; }

static void measure(struct verifier *verifier) {
    for (size_t at = 1; at < verifier->unit->path_count; at++) {
        const struct ms_path_node *node = &verifier->unit->paths[at];
        struct reach *reach = &verifier->reach[at];
        *reach = verifier->reach[node->base];
        if (node->kind == MS_PATH_RESULT)
            reach->result = node->operand;
        if (node->kind == MS_PATH_PARAM)
            reach->parameters = node->operand == UINT32_MAX ? UINT32_MAX : node->operand + 1;
        if (node->kind == MS_PATH_INDEX) {
            reach->result = greater(reach->result, verifier->reach[node->extra].result);
            reach->parameters = greater(reach->parameters, verifier->reach[node->extra].parameters);
        }
    }
}

static bool path_ok(const struct verifier *verifier, ms_path path) {
    return verifier->reach[path].result <= verifier->function->results &&
           verifier->reach[path].parameters <= verifier->function->parameters.count;
}

static bool event_ok(struct verifier *verifier, const struct ms_event *event) {
    verifier->arguments += event->arguments.count;
    if (verifier->arguments >= verifier->unit->argument_count ||
        event->result > verifier->function->results)
        return false;
    for (uint32_t i = 0; i < event->arguments.count; i++)
        if (!path_ok(verifier, verifier->unit->arguments[event->arguments.first + i]))
            return false;
    return path_ok(verifier, event->path) && path_ok(verifier, event->value);
}

static bool block_ok(struct verifier *verifier, const struct ms_block *block) {
    const struct ms_unit *unit = verifier->unit;
    verifier->events += block->events.count;
    verifier->successors += block->successors.count;
    if (verifier->events >= unit->event_count || verifier->successors >= unit->successor_count)
        return false;
    for (uint32_t i = 0; i < block->events.count; i++)
        if (!event_ok(verifier, &unit->events[block->events.first + i]))
            return false;
    for (uint32_t i = 0; i < block->successors.count; i++)
        if (unit->successors[block->successors.first + i] >= verifier->function->blocks.count)
            return false;
    return path_ok(verifier, block->left) && path_ok(verifier, block->right);
}

static bool function_ok(struct verifier *verifier) {
    const struct ms_unit *unit = verifier->unit;
    const struct ms_range *blocks = &verifier->function->blocks;
    verifier->blocks += blocks->count;
    if (verifier->blocks >= unit->block_count)
        return false;
    for (uint32_t i = 0; i < blocks->count; i++)
        if (!block_ok(verifier, &unit->blocks[blocks->first + i]))
            return false;
    return true;
}

const char *ms_unit_verify(const struct ms_unit *unit) {
    struct verifier verifier = {.unit = unit};
    verifier.reach = ms_allocate(unit->path_count * sizeof *verifier.reach);
    measure(&verifier);
    const char *error = NULL;
    for (size_t at = 1; at < unit->function_count && !error; at++) {
        verifier.function = &unit->functions[at];
        if (!function_ok(&verifier))
            error = "the facts are damaged (a function reaches beyond itself)";
    }
    free(verifier.reach);
    return error;
}
