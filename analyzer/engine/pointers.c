/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Function pointers, resolved by where they are stored: a field of a record type, a global, a
 * local, a parameter. Flow-insensitive and field-based (Heintze and Tardieu's abstraction, without
 * objects): a call through `ops->read` may reach every function that was ever stored in that field
 * of that type. Copies between such slots are edges; functions flow along them until nothing
 * changes.
 */
#include "paths.h"
#include "program.h"

#include <stdlib.h>

/* A slot that collects more functions than this is of no help to anybody. */
enum { SLOT_FUNCTIONS_MAX = 64 };

struct slot {
    ms_path path;         /* key of a field or global; LOCAL; PARAM with its function; FUNCTION */
    ms_function function; /* for PARAM */
    ms_function *functions;
    size_t function_count;
    uint32_t *copies; /* slots that receive what this one holds */
    size_t copy_count;
    bool queued;
};

struct ms_pointers {
    struct slot *slots;
    size_t slot_count;
    struct ms_index index;
    uint32_t *queue;
    size_t queue_count;
};

/* The slot's identity for a value loaded from `path`; false if it has none. */
static bool slot_name(struct ms_program *program, ms_function function, ms_path *path,
                      ms_function *owner) {
    *owner = 0;
    struct ms_path_node node = *ms_node(program, *path);
    if (node.kind == MS_PATH_ADDRESS && ms_node(program, node.base)->kind == MS_PATH_FUNCTION)
        *path = node.base, node = *ms_node(program, *path);
    if (node.kind == MS_PATH_DEREF) /* (*f)() is f() */
        *path = node.base, node = *ms_node(program, *path);
    switch (node.kind) {
    case MS_PATH_FUNCTION:
    case MS_PATH_LOCAL:
        return true;
    case MS_PATH_PARAM:
        *owner = function;
        return true;
    default:
        *path = ms_path_key(program, *path);
        return *path != 0;
    }
}

static uint32_t find_slot(struct ms_program *program, ms_path path, ms_function owner, bool make) {
    struct ms_pointers *pointers = program->pointers;
    uint64_t hash = ms_hash_mix(path, owner);
    size_t cursor = ms_index_start(&pointers->index, hash);
    for (uint32_t at; (at = ms_index_next(&pointers->index, hash, &cursor)) != MS_INDEX_END;)
        if (pointers->slots[at].path == path && pointers->slots[at].function == owner)
            return at;
    if (!make)
        return MS_INDEX_END;
    struct slot slot = {.path = path, .function = owner};
    uint32_t added = (uint32_t)pointers->slot_count;
    if (ms_node(program, path)->kind == MS_PATH_FUNCTION)
        MS_PUSH(slot.functions, slot.function_count, ms_node(program, path)->operand);
    MS_PUSH(pointers->slots, pointers->slot_count, slot);
    ms_index_add(&pointers->index, hash, added);
    return added;
}

static void queue_slot(struct ms_pointers *pointers, uint32_t slot) {
    if (pointers->slots[slot].queued)
        return;
    pointers->slots[slot].queued = true;
    MS_PUSH(pointers->queue, pointers->queue_count, slot);
}

static void copy(struct ms_program *program, ms_function from_function, ms_path from,
                 ms_function to_function, ms_path to) {
    ms_function from_owner, to_owner;
    if (!slot_name(program, from_function, &from, &from_owner) ||
        !slot_name(program, to_function, &to, &to_owner))
        return;
    uint32_t source = find_slot(program, from, from_owner, true);
    uint32_t destination = find_slot(program, to, to_owner, true);
    struct slot *slot = &program->pointers->slots[source];
    if (source == destination ||
        (slot->copy_count && slot->copies[slot->copy_count - 1] == destination))
        return;
    MS_PUSH(slot->copies, slot->copy_count, destination);
    queue_slot(program->pointers, source);
}

static bool holds_function(const struct ms_program *program, ms_function function, ms_path value) {
    const struct ms_path_node *node = ms_node(program, value);
    if (node->kind == MS_PATH_ADDRESS)
        node = ms_node(program, node->base);
    if (node->kind == MS_PATH_FUNCTION)
        return true;
    const struct ms_type_node *type =
        &program->facts->types[ms_path_type(program, function, value)];
    return type->kind == MS_TYPE_POINTER &&
           program->facts->types[type->target].kind == MS_TYPE_FUNCTION;
}

static void collect_event(struct ms_program *program, ms_function function,
                          const struct ms_event *event) {
    if (event->kind == MS_EVENT_WRITE && event->value &&
        holds_function(program, function, event->value))
        copy(program, function, event->value, function, event->path);
    if (event->kind != MS_EVENT_CALL || !event->callee ||
        !(ms_function_at(program, event->callee)->flags & MS_FUNCTION_DEFINED))
        return;
    for (uint32_t i = 0; i < event->arguments.count; i++) {
        ms_path value = program->facts->arguments[event->arguments.first + i];
        if (value && holds_function(program, function, value))
            copy(program, function, value, event->callee, ms_make(program, MS_PATH_PARAM, 0, i, 0));
    }
}

static void add_function(struct ms_pointers *pointers, uint32_t to, ms_function function) {
    struct slot *slot = &pointers->slots[to];
    if (slot->function_count >= SLOT_FUNCTIONS_MAX)
        return;
    for (size_t i = 0; i < slot->function_count; i++)
        if (slot->functions[i] == function)
            return;
    MS_PUSH(slot->functions, slot->function_count, function);
    queue_slot(pointers, to);
}

void ms_resolve_pointers(struct ms_program *program) {
    program->pointers = ms_allocate(sizeof *program->pointers);
    for (ms_function f = 1; f < program->facts->function_count; f++) {
        struct ms_range blocks = ms_function_at(program, f)->blocks;
        for (uint32_t b = 0; b < blocks.count; b++) {
            struct ms_range events = program->facts->blocks[blocks.first + b].events;
            for (uint32_t e = 0; e < events.count; e++)
                collect_event(program, f, &program->facts->events[events.first + e]);
        }
    }
    struct ms_pointers *pointers = program->pointers;
    while (pointers->queue_count) {
        uint32_t from = pointers->queue[--pointers->queue_count];
        pointers->slots[from].queued = false;
        for (size_t c = 0; c < pointers->slots[from].copy_count; c++)
            for (size_t i = 0; i < pointers->slots[from].function_count; i++)
                add_function(pointers, pointers->slots[from].copies[c],
                             pointers->slots[from].functions[i]);
    }
}

struct ms_functions ms_functions_of(struct ms_program *program, ms_function function,
                                    ms_path value) {
    ms_function owner;
    if (!slot_name(program, function, &value, &owner))
        return (struct ms_functions){0};
    bool direct = ms_node(program, value)->kind == MS_PATH_FUNCTION;
    uint32_t at = find_slot(program, value, owner, direct);
    if (at == MS_INDEX_END)
        return (struct ms_functions){0};
    return (struct ms_functions){program->pointers->slots[at].functions,
                                 program->pointers->slots[at].function_count};
}

void ms_pointers_free(struct ms_program *program) {
    if (!program->pointers)
        return;
    for (size_t i = 0; i < program->pointers->slot_count; i++) {
        free(program->pointers->slots[i].functions);
        free(program->pointers->slots[i].copies);
    }
    free(program->pointers->slots);
    free(program->pointers->queue);
    ms_index_free(&program->pointers->index);
    free(program->pointers);
}
