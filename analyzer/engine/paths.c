/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Paths are trees of a handful of nodes, hash-consed; everything here walks one such tree. */
#include "paths.h"

#include <stdlib.h>
#include <string.h>

ms_path ms_make(struct ms_program *program, int kind, ms_path base, uint32_t operand,
                uint32_t extra) {
    return ms_path_make(program->facts, (enum ms_path_kind)kind, base, operand, extra);
}

/* Steps lead to another node of the same tree; all other kinds are roots. */
static bool is_step(uint8_t kind) {
    return kind == MS_PATH_FIELD || kind == MS_PATH_INDEX || kind == MS_PATH_DEREF ||
           kind == MS_PATH_ADDRESS || kind == MS_PATH_CONTAINER || kind == MS_PATH_BITS;
}

unsigned ms_path_depth(const struct ms_program *program, ms_path path) {
    unsigned depth = 0;
    for (; is_step(ms_node(program, path)->kind); path = ms_node(program, path)->base)
        depth++;
    return depth;
}

ms_path ms_path_root(const struct ms_program *program, ms_path path) {
    while (is_step(ms_node(program, path)->kind))
        path = ms_node(program, path)->base;
    return path;
}

bool ms_path_contains(const struct ms_program *program, ms_path path, ms_path part) {
    for (;; path = ms_node(program, path)->base) {
        if (path == part)
            return true;
        if (!is_step(ms_node(program, path)->kind))
            return false;
    }
}

ms_path ms_path_replace(struct ms_program *program, ms_path path, ms_path from, ms_path to) {
    if (path == from)
        return to;
    struct ms_path_node node = *ms_node(program, path);
    if (!is_step(node.kind))
        return path;
    ms_path base = ms_path_replace(program, node.base, from, to);
    return base == node.base ? path : ms_make(program, node.kind, base, node.operand, node.extra);
}

ms_path ms_path_origin(struct ms_program *program, ms_path path) {
    for (int step = 0; step < 4; step++) {
        ms_path root = ms_path_root(program, path);
        struct ms_path_node node = *ms_node(program, root);
        if ((int)node.kind != MS_PATH_VALUE || !node.extra)
            return path;
        path = ms_path_replace(program, path, root, node.extra);
    }
    return path;
}

ms_path ms_path_object(const struct ms_program *program, ms_path location) {
    for (;;) {
        const struct ms_path_node *node = ms_node(program, location);
        if (node->kind != MS_PATH_FIELD && node->kind != MS_PATH_INDEX)
            return location;
        location = node->base;
    }
}

ms_path ms_place_of_map(const struct ms_program *program, ms_path path) {
    const struct ms_path_node *node = ms_node(program, path);
    if (node->kind != MS_PATH_DEREF)
        return path;
    switch (ms_node(program, node->base)->kind) {
    case MS_PATH_GLOBAL:
    case MS_PATH_FIELD:
    case MS_PATH_INDEX:
    case MS_PATH_DEREF:
        return node->base;
    default:
        return path;
    }
}

ms_path ms_path_key(struct ms_program *program, ms_path location) {
    struct ms_path_node node = *ms_node(program, location);
    if (node.kind == MS_PATH_INDEX)
        return ms_path_key(program, node.base);
    if (node.kind == MS_PATH_GLOBAL)
        return location;
    if (node.kind == MS_PATH_DEREF) {
        /* What a global or a field points to, when it is not a record whose field is named. */
        struct ms_path_node below = *ms_node(program, node.base);
        if (below.kind != MS_PATH_GLOBAL && below.kind != MS_PATH_FIELD &&
            below.kind != MS_PATH_INDEX)
            return 0;
        ms_path key = ms_path_key(program, node.base);
        return key ? ms_make(program, MS_PATH_DEREF, key, 0, 0) : 0;
    }
    if (node.kind != MS_PATH_FIELD)
        return 0;
    struct ms_path_node base = *ms_node(program, node.base);
    while (base.kind == MS_PATH_INDEX)
        base = *ms_node(program, base.base);
    ms_path below = base.kind == MS_PATH_FIELD ? ms_path_key(program, node.base)
                                               : ms_make(program, MS_PATH_SELF, 0, 0, 0);
    return ms_make(program, MS_PATH_FIELD, below, node.operand, node.extra);
}

static const struct ms_field *field_of(const struct ms_program *program,
                                       const struct ms_path_node *node) {
    const struct ms_record_node *record = &program->facts->records[node->operand];
    return node->extra < record->fields.count
               ? &program->facts->fields[record->fields.first + node->extra]
               : &program->facts->fields[0];
}

ms_type ms_path_type(const struct ms_program *program, ms_function function, ms_path location) {
    const struct ms_path_node *node = ms_node(program, location);
    switch ((int)node->kind) {
    case MS_PATH_GLOBAL:
    case MS_PATH_LOCAL:
        return program->facts->variables[node->operand].type;
    case MS_PATH_PARAM: {
        const struct ms_function_node *owner = ms_function_at(program, function);
        return node->operand < owner->parameters.count
                   ? program->facts->variables[owner->parameters.first + node->operand].type
                   : 0;
    }
    case MS_PATH_VALUE:
    case MS_PATH_OBJECT:
        return ms_path_type(program, function, node->base);
    case MS_PATH_FIELD:
        return field_of(program, node)->type;
    case MS_PATH_INDEX: {
        const struct ms_type_node *type =
            &program->facts->types[ms_path_type(program, function, node->base)];
        return type->kind == MS_TYPE_ARRAY ? type->target
                                           : ms_path_type(program, function, node->base);
    }
    case MS_PATH_DEREF:
        return program->facts->types[ms_path_type(program, function, node->base)].target;
    default:
        return 0;
    }
}

enum ms_type_role ms_type_role(const struct ms_program *program, ms_type type) {
    const struct ms_type_node *node = &program->facts->types[type];
    while (node->kind == MS_TYPE_ARRAY)
        node = &program->facts->types[node->target];
    const struct ms_type_model *model =
        ms_models_type(program->options.models, ms_name(program, node->spelling));
    if (!model && node->kind == MS_TYPE_RECORD && node->record)
        model = ms_models_type(program->options.models,
                               ms_name(program, program->facts->records[node->record].name));
    return model ? model->role : MS_ROLE_NONE;
}

bool ms_is_semaphore(const struct ms_program *program, ms_function function, ms_path lock) {
    return ms_type_role(program, ms_path_type(program, function, lock)) == MS_ROLE_SEMAPHORE;
}

enum ms_type_role ms_pointee_role(const struct ms_program *program, ms_type type) {
    const struct ms_type_node *node = &program->facts->types[type];
    return node->kind == MS_TYPE_POINTER ? ms_type_role(program, node->target) : MS_ROLE_NONE;
}

const char *ms_path_last_name(const struct ms_program *program, ms_path location) {
    const struct ms_path_node *node = ms_node(program, location);
    for (;;) {
        switch ((int)node->kind) {
        case MS_PATH_GLOBAL:
        case MS_PATH_LOCAL: {
            const char *name = ms_name(program, program->facts->variables[node->operand].name);
            const char *dot = strrchr(name, '.'); /* static locals are "function.name" */
            return dot ? dot + 1 : name;
        }
        case MS_PATH_FIELD:
            return ms_name(program, field_of(program, node)->name);
        case MS_PATH_INDEX:
        case MS_PATH_DEREF:
        case MS_PATH_ADDRESS:
        case MS_PATH_VALUE:
        case MS_PATH_OBJECT:
            node = ms_node(program, node->base);
            continue;
        default:
            return "";
        }
    }
}

static void spell_field(const struct ms_program *program, ms_function function,
                        const struct ms_path_node *node, struct ms_text *text) {
    const char *name = ms_name(program, field_of(program, node)->name);
    const struct ms_path_node *base = ms_node(program, node->base);
    if (base->kind == MS_PATH_SELF || base->kind == MS_PATH_UNKNOWN ||
        (base->kind == MS_PATH_DEREF && ms_node(program, base->base)->kind == MS_PATH_ANY)) {
        ms_text_add(text, "%s::", ms_name(program, program->facts->records[node->operand].name));
    } else if (base->kind == MS_PATH_DEREF) {
        ms_path_spell(program, function, base->base, text);
        if (*name)
            ms_text_add(text, "->");
    } else {
        ms_path_spell(program, function, node->base, text);
        if (*name && text->length && text->data[text->length - 1] != '.')
            ms_text_add(text, ".");
    }
    ms_text_add(text, "%s", name);
}

/* The function whose call gave this result. */
static const char *callee_name(const struct ms_program *program, ms_function function,
                               uint32_t result) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = 0; e < events.count; e++) {
            const struct ms_event *event = &program->facts->events[events.first + e];
            if (event->result == result && event->kind == MS_EVENT_CALL)
                return ms_name(program, ms_function_at(program, event->callee)->name);
        }
    }
    return "";
}

void ms_path_spell(const struct ms_program *program, ms_function function, ms_path path,
                   struct ms_text *text) {
    const struct ms_path_node *node = ms_node(program, path);
    switch ((int)node->kind) {
    case MS_PATH_CONSTANT:
        ms_text_add(text, "%lld", (long long)program->facts->constants[node->operand]);
        return;
    case MS_PATH_FUNCTION:
        ms_text_add(text, "%s", ms_name(program, ms_function_at(program, node->operand)->name));
        return;
    case MS_PATH_GLOBAL:
    case MS_PATH_LOCAL:
        ms_text_add(text, "%s", ms_path_last_name(program, path));
        return;
    case MS_PATH_PARAM: {
        const struct ms_function_node *owner = ms_function_at(program, function);
        if (node->operand < owner->parameters.count)
            ms_text_add(
                text, "%s",
                ms_name(program,
                        program->facts->variables[owner->parameters.first + node->operand].name));
        else
            ms_text_add(text, "argument %u", node->operand + 1);
        return;
    }
    case MS_PATH_VALUE:
    case MS_PATH_OBJECT:
        ms_path_spell(program, function, node->base, text);
        return;
    case MS_PATH_FIELD:
        spell_field(program, function, node, text);
        return;
    case MS_PATH_INDEX:
        ms_path_spell(program, function, node->base, text);
        ms_text_add(text, "[]");
        return;
    case MS_PATH_DEREF:
        ms_text_add(text, "*");
        ms_path_spell(program, function, node->base, text);
        return;
    case MS_PATH_ADDRESS:
        ms_text_add(text, "&");
        ms_path_spell(program, function, node->base, text);
        return;
    case MS_PATH_CONTAINER:
        ms_path_spell(program, function, node->base, text);
        return;
    case MS_PATH_RESULT:
        ms_text_add(text, "%s()", callee_name(program, function, node->operand));
        return;
    default:
        ms_text_add(text, "(unnamed object)");
        return;
    }
}

const char *ms_spelled(struct ms_program *program, ms_function function, ms_path path) {
    struct ms_text text = {0};
    ms_path_spell(program, function, path, &text);
    const char *kept = ms_arena_copy(&program->arena, text.data ? text.data : "", text.length);
    free(text.data);
    return kept;
}

bool ms_path_is_element(const struct ms_program *program, ms_path path) {
    for (; path; path = ms_node(program, path)->base) {
        const struct ms_path_node *node = ms_node(program, path);
        if (node->kind == MS_PATH_INDEX && ms_node(program, node->extra)->kind != MS_PATH_CONSTANT)
            return true;
    }
    return false;
}
