/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The builder of facts.h. Strings, constants, paths and types are hash-consed: an entry that exists
 * already is returned instead of added, so that equality of paths is equality of numbers (the idea
 * of unique tables in decision diagrams). Everything else is appended as it comes.
 */
#include "mapsan/facts.h"

#include "facts_image.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

struct ms_unit_private {
    struct ms_arena text;
    struct ms_index strings, constants, paths, types;
};

static uint64_t hash_words(const uint32_t *words, size_t count) {
    return ms_hash_bytes(words, count * sizeof *words, 0);
}

struct ms_unit *ms_unit_new(const char *source, const char *directory, const char *compiler) {
    struct ms_unit *unit = ms_allocate(sizeof *unit);
    unit->private_ = ms_allocate(sizeof *unit->private_);
    MS_PUSH(unit->strings, unit->string_count, "");
    ms_index_add(&unit->private_->strings, ms_hash_bytes("", 0, 0), 0);
    MS_PUSH(unit->constants, unit->constant_count, 0);
    ms_index_add(&unit->private_->constants, ms_hash_mix(0, 0), 0);
    MS_PUSH(unit->paths, unit->path_count, (struct ms_path_node){0});
    ms_unit_add_type(unit, (struct ms_type_node){0});
    MS_PUSH(unit->attributes, unit->attribute_count, (struct ms_attribute){0});
    MS_PUSH(unit->fields, unit->field_count, (struct ms_field){0});
    MS_PUSH(unit->records, unit->record_count, (struct ms_record_node){0});
    MS_PUSH(unit->variables, unit->variable_count, (struct ms_variable_node){0});
    MS_PUSH(unit->functions, unit->function_count, (struct ms_function_node){0});
    MS_PUSH(unit->blocks, unit->block_count, (struct ms_block){0});
    MS_PUSH(unit->events, unit->event_count, (struct ms_event){0});
    MS_PUSH(unit->arguments, unit->argument_count, 0);
    MS_PUSH(unit->successors, unit->successor_count, 0);
    MS_PUSH(unit->ignores, unit->ignore_count, (struct ms_attribute){0});
    unit->source = ms_unit_string(unit, source, strlen(source));
    unit->directory = ms_unit_string(unit, directory, strlen(directory));
    unit->compiler = ms_unit_string(unit, compiler, strlen(compiler));
    return unit;
}

void ms_unit_free(struct ms_unit *unit) {
    if (!unit)
        return;
    ms_arena_free(&unit->private_->text);
    ms_index_free(&unit->private_->strings);
    ms_index_free(&unit->private_->constants);
    ms_index_free(&unit->private_->paths);
    ms_index_free(&unit->private_->types);
    free(unit->private_);
    free(unit->strings);
    free(unit->constants);
    free(unit->paths);
    free(unit->types);
    free(unit->attributes);
    free(unit->fields);
    free(unit->records);
    free(unit->variables);
    free(unit->functions);
    free(unit->blocks);
    free(unit->events);
    free(unit->arguments);
    free(unit->successors);
    free(unit->ignores);
    free(unit);
}

ms_string ms_unit_string(struct ms_unit *unit, const char *text, size_t length) {
    length = strnlen(text, length); /* entries are C strings */
    struct ms_index *index = &unit->private_->strings;
    uint64_t hash = ms_hash_bytes(text, length, 0);
    size_t cursor = ms_index_start(index, hash);
    for (uint32_t at; (at = ms_index_next(index, hash, &cursor)) != MS_INDEX_END;)
        if (strncmp(unit->strings[at], text, length) == 0 && unit->strings[at][length] == '\0')
            return at;
    ms_string added = (ms_string)unit->string_count;
    const char *copy = ms_arena_copy(&unit->private_->text, text, length);
    MS_PUSH(unit->strings, unit->string_count, copy);
    ms_index_add(index, hash, added);
    return added;
}

const char *ms_unit_text(const struct ms_unit *unit, ms_string string) {
    return unit->strings[string];
}

/* ---- paths --------------------------------------------------------------------------------- */

static ms_path intern_path(struct ms_unit *unit, struct ms_path_node node) {
    struct ms_index *index = &unit->private_->paths;
    uint64_t hash = ms_hash_mix((uint64_t)node.base << 32 | node.operand,
                                (uint64_t)node.extra << 8 | node.kind);
    size_t cursor = ms_index_start(index, hash);
    for (uint32_t at; (at = ms_index_next(index, hash, &cursor)) != MS_INDEX_END;) {
        const struct ms_path_node *known = &unit->paths[at];
        if (known->kind == node.kind && known->base == node.base &&
            known->operand == node.operand && known->extra == node.extra)
            return at;
    }
    ms_path added = (ms_path)unit->path_count;
    MS_PUSH(unit->paths, unit->path_count, node);
    ms_index_add(index, hash, added);
    return added;
}

/* Is `path` the given kind of step, through the same field of the same record as `step`? */
static bool same_field(const struct ms_unit *unit, ms_path path, enum ms_path_kind kind,
                       const struct ms_path_node *step) {
    const struct ms_path_node *node = &unit->paths[path];
    return node->kind == kind && node->operand == step->operand && node->extra == step->extra;
}

ms_path ms_path_make(struct ms_unit *unit, enum ms_path_kind kind, ms_path base, uint32_t operand,
                     uint32_t extra) {
    struct ms_path_node node = {(uint8_t)kind, base, operand, extra};
    const struct ms_path_node *below = &unit->paths[base];
    switch (kind) {
    case MS_PATH_UNKNOWN:
        return 0;
    case MS_PATH_DEREF:
        if (below->kind == MS_PATH_ADDRESS)
            return below->base;
        break;
    case MS_PATH_ADDRESS:
        if (below->kind == MS_PATH_DEREF)
            return below->base;
        break;
    case MS_PATH_CONTAINER: /* container_of(&x.f, f) is &x */
        if (below->kind == MS_PATH_ADDRESS && same_field(unit, below->base, MS_PATH_FIELD, &node))
            return ms_path_make(unit, MS_PATH_ADDRESS, unit->paths[below->base].base, 0, 0);
        break;
    case MS_PATH_FIELD: /* container_of(p, f)->f is *p */
        if (below->kind == MS_PATH_DEREF && same_field(unit, below->base, MS_PATH_CONTAINER, &node))
            return ms_path_make(unit, MS_PATH_DEREF, unit->paths[below->base].base, 0, 0);
        break;
    case MS_PATH_BITS:
        if (below->kind == MS_PATH_CONSTANT)
            return ms_path_constant(unit,
                                    unit->constants[below->operand] & unit->constants[operand]);
        break;
    default:
        break;
    }
    return intern_path(unit, node);
}

uint32_t ms_unit_constant(struct ms_unit *unit, int64_t value) {
    struct ms_index *index = &unit->private_->constants;
    uint64_t hash = ms_hash_mix((uint64_t)value, 0);
    size_t cursor = ms_index_start(index, hash);
    for (uint32_t at; (at = ms_index_next(index, hash, &cursor)) != MS_INDEX_END;)
        if (unit->constants[at] == value)
            return at;
    uint32_t added = (uint32_t)unit->constant_count;
    MS_PUSH(unit->constants, unit->constant_count, value);
    ms_index_add(index, hash, added);
    return added;
}

ms_path ms_path_constant(struct ms_unit *unit, int64_t value) {
    return ms_path_make(unit, MS_PATH_CONSTANT, 0, ms_unit_constant(unit, value), 0);
}

/* ---- the other tables ---------------------------------------------------------------------- */

ms_type ms_unit_add_type(struct ms_unit *unit, struct ms_type_node type) {
    struct ms_index *index = &unit->private_->types;
    uint64_t hash =
        hash_words((uint32_t[]){type.kind, type.flags, type.spelling, type.target, type.record}, 5);
    size_t cursor = ms_index_start(index, hash);
    for (uint32_t at; (at = ms_index_next(index, hash, &cursor)) != MS_INDEX_END;) {
        const struct ms_type_node *known = &unit->types[at];
        if (known->kind == type.kind && known->flags == type.flags &&
            known->spelling == type.spelling && known->target == type.target &&
            known->record == type.record)
            return at;
    }
    ms_type added = (ms_type)unit->type_count;
    MS_PUSH(unit->types, unit->type_count, type);
    ms_index_add(index, hash, added);
    return added;
}

#define APPEND(name, type, table, count)                                                           \
    uint32_t name(struct ms_unit *unit, type entry) {                                              \
        uint32_t added = (uint32_t)unit->count;                                                    \
        MS_PUSH(unit->table, unit->count, entry);                                                  \
        return added;                                                                              \
    }
APPEND(ms_unit_add_attribute, struct ms_attribute, attributes, attribute_count)
APPEND(ms_unit_add_field, struct ms_field, fields, field_count)
APPEND(ms_unit_add_record, struct ms_record_node, records, record_count)
APPEND(ms_unit_add_variable, struct ms_variable_node, variables, variable_count)
APPEND(ms_unit_add_function, struct ms_function_node, functions, function_count)
APPEND(ms_unit_add_block, struct ms_block, blocks, block_count)
APPEND(ms_unit_add_event, struct ms_event, events, event_count)
APPEND(ms_unit_add_argument, ms_path, arguments, argument_count)
APPEND(ms_unit_add_successor, uint32_t, successors, successor_count)
APPEND(ms_unit_add_ignore, struct ms_attribute, ignores, ignore_count)
