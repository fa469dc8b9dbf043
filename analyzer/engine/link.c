/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Linking: the tables of all translation units become one unit. External names meet by name, static
 * ones stay apart, records meet by name and fields, and an inline function that many units took
 * from one header is kept once. Every index of a unit is mapped exactly once, so the cost is
 * linear.
 */
#include "program.h"
#include "silence.h"

#include <stdlib.h>
#include <string.h>

struct linker {
    struct ms_program *program;
    struct ms_unit *out;
    struct ms_index names; /* functions and variables by name, records by name */
    uint32_t unit_number;
    const struct ms_unit *in;
    /* of the unit at hand: index there -> index here */
    ms_string *strings;
    ms_path *paths;
    ms_type *types;
    ms_record *records;
    ms_variable *variables;
    ms_function *functions;
    bool *take; /* functions whose body is taken from this unit */
};

static uint64_t name_hash(const char *name, const char *kind) {
    return ms_hash_bytes(name, strlen(name), (unsigned char)kind[0]);
}

/* What names meet under. Static functions meet only as one inline function of one header: so that
 * thousands of them with one name do not all stand in one place of the index. */
static uint64_t function_hash(const struct ms_unit *unit, const struct ms_function_node *function) {
    const char *name = unit->strings[function->name], *file = unit->strings[function->where.file];
    uint64_t hash = name_hash(name, "function");
    if (function->flags & MS_FUNCTION_INTERNAL)
        hash = ms_hash_mix(ms_hash_bytes(file, strlen(file), hash), function->where.line);
    return hash;
}

/* Two records of one name are one only with the same fields. */
static uint64_t record_hash(const struct ms_unit *unit, const struct ms_record_node *record) {
    uint64_t hash = name_hash(unit->strings[record->name], "record");
    for (uint32_t i = 0; i < record->fields.count; i++) {
        const char *field = unit->strings[unit->fields[record->fields.first + i].name];
        hash = ms_hash_bytes(field, strlen(field), hash);
    }
    return hash;
}

static void map_strings(struct linker *linker) {
    for (size_t i = 1; i < linker->in->string_count; i++) {
        const char *text = linker->in->strings[i];
        linker->strings[i] = ms_unit_string(linker->out, text, strlen(text));
    }
}

static struct ms_location map_location(const struct linker *linker, struct ms_location where) {
    where.file = linker->strings[where.file];
    where.macro = linker->strings[where.macro];
    return where;
}

static bool same_fields(const struct linker *linker, const struct ms_record_node *ours,
                        const struct ms_record_node *theirs) {
    if (ours->fields.count != theirs->fields.count)
        return false;
    for (uint32_t i = 0; i < ours->fields.count; i++)
        if (linker->out->fields[ours->fields.first + i].name !=
            linker->strings[linker->in->fields[theirs->fields.first + i].name])
            return false;
    return true;
}

/* Records first, without fields: types refer to them and their fields refer to types. */
static void map_records(struct linker *linker, bool *fresh) {
    for (size_t i = 1; i < linker->in->record_count; i++) {
        const struct ms_record_node *theirs = &linker->in->records[i];
        uint64_t hash = record_hash(linker->in, theirs);
        size_t cursor = ms_index_start(&linker->names, hash);
        for (uint32_t at; (at = ms_index_next(&linker->names, hash, &cursor)) != MS_INDEX_END;)
            if (at < linker->out->record_count &&
                linker->out->records[at].name == linker->strings[theirs->name] &&
                same_fields(linker, &linker->out->records[at], theirs))
                linker->records[i] = at;
        if (linker->records[i])
            continue;
        struct ms_record_node record = {.name = linker->strings[theirs->name],
                                        .flags = theirs->flags,
                                        .where = map_location(linker, theirs->where)};
        linker->records[i] = ms_unit_add_record(linker->out, record);
        ms_index_add(&linker->names, hash, linker->records[i]);
        fresh[i] = true;
        /* Names now, so that a second record of this unit can be compared with it. */
        struct ms_range fields = {(uint32_t)linker->out->field_count, theirs->fields.count};
        for (uint32_t f = 0; f < theirs->fields.count; f++) {
            const struct ms_field *field = &linker->in->fields[theirs->fields.first + f];
            ms_unit_add_field(linker->out,
                              (struct ms_field){.name = linker->strings[field->name],
                                                .where = map_location(linker, field->where)});
        }
        linker->out->records[linker->records[i]].fields = fields;
    }
}

static void map_types(struct linker *linker) {
    for (size_t i = 1; i < linker->in->type_count; i++) {
        struct ms_type_node type = linker->in->types[i];
        type.spelling = linker->strings[type.spelling];
        type.target = type.target < i ? linker->types[type.target] : 0;
        type.record = linker->records[type.record];
        linker->types[i] = ms_unit_add_type(linker->out, type);
    }
}

static void map_variables(struct linker *linker, bool *fresh) {
    for (size_t i = 1; i < linker->in->variable_count; i++) {
        struct ms_variable_node variable = linker->in->variables[i];
        const char *name = linker->in->strings[variable.name];
        variable.name = linker->strings[variable.name];
        variable.type = linker->types[variable.type];
        variable.where = map_location(linker, variable.where);
        variable.attributes = (struct ms_range){0, 0};
        bool external =
            (variable.flags & MS_VARIABLE_GLOBAL) && !(variable.flags & MS_VARIABLE_INTERNAL);
        uint64_t hash = name_hash(name, "variable");
        if (external) {
            size_t cursor = ms_index_start(&linker->names, hash);
            for (uint32_t at; (at = ms_index_next(&linker->names, hash, &cursor)) != MS_INDEX_END;)
                if (at < linker->out->variable_count &&
                    linker->out->variables[at].name == variable.name &&
                    (linker->out->variables[at].flags &
                     (MS_VARIABLE_GLOBAL | MS_VARIABLE_INTERNAL)) == MS_VARIABLE_GLOBAL)
                    linker->variables[i] = at;
        }
        if (linker->variables[i]) {
            struct ms_variable_node *ours = &linker->out->variables[linker->variables[i]];
            ours->flags |= variable.flags;
            if (linker->in->variables[i].flags & MS_VARIABLE_DEFINED)
                ours->type = variable.type, ours->where = variable.where;
            fresh[i] = ours->attributes.count == 0;
            continue;
        }
        fresh[i] = true;
        linker->variables[i] = ms_unit_add_variable(linker->out, variable);
        if (external)
            ms_index_add(&linker->names, hash, linker->variables[i]);
    }
}

/* Two units that took one inline function from one header. */
static bool same_inline(const struct linker *linker, const struct ms_function_node *ours,
                        const struct ms_function_node *theirs) {
    return (ours->flags & MS_FUNCTION_IN_HEADER) && (theirs->flags & MS_FUNCTION_IN_HEADER) &&
           ours->where.line == theirs->where.line &&
           ours->where.file == linker->strings[theirs->where.file];
}

static bool prefers(uint32_t ours, uint32_t theirs) {
    if (!(theirs & MS_FUNCTION_DEFINED))
        return false;
    return !(ours & MS_FUNCTION_DEFINED) ||
           ((ours & MS_FUNCTION_WEAK) && !(theirs & MS_FUNCTION_WEAK));
}

static ms_function find_function(const struct linker *linker, const struct ms_function_node *theirs,
                                 uint64_t hash) {
    size_t cursor = ms_index_start(&linker->names, hash);
    for (uint32_t at; (at = ms_index_next(&linker->names, hash, &cursor)) != MS_INDEX_END;) {
        if (at >= linker->out->function_count)
            continue;
        const struct ms_function_node *ours = &linker->out->functions[at];
        if (ours->name != linker->strings[theirs->name])
            continue;
        bool internal = (ours->flags | theirs->flags) & MS_FUNCTION_INTERNAL;
        if (internal ? same_inline(linker, ours, theirs) : true)
            return at;
    }
    return 0;
}

/* Static, and not of a header: nobody's but this unit's. */
static bool is_local(const struct ms_function_node *function) {
    return (function->flags & (MS_FUNCTION_INTERNAL | MS_FUNCTION_IN_HEADER)) ==
           MS_FUNCTION_INTERNAL;
}

static void map_functions(struct linker *linker, bool *fresh) {
    for (size_t i = 1; i < linker->in->function_count; i++) {
        const struct ms_function_node *theirs = &linker->in->functions[i];
        uint64_t hash = function_hash(linker->in, theirs);
        bool lonely = (theirs->flags & MS_FUNCTION_INITIALISER) || is_local(theirs);
        ms_function at = lonely ? 0 : find_function(linker, theirs, hash);
        if (!at) {
            struct ms_function_node function = {.name = linker->strings[theirs->name],
                                                .where = map_location(linker, theirs->where)};
            at = ms_unit_add_function(linker->out, function);
            if (!lonely)
                ms_index_add(&linker->names, hash, at);
            linker->program->function_unit =
                ms_grow(linker->program->function_unit, at, sizeof *linker->program->function_unit);
            linker->program->function_unit[at] = linker->unit_number;
        }
        linker->functions[i] = at;
        struct ms_function_node *ours = &linker->out->functions[at];
        linker->take[i] = prefers(ours->flags, theirs->flags);
        fresh[i] = ours->attributes.count == 0;
        uint32_t kept = ours->flags;
        ours->flags |= theirs->flags;
        if (linker->take[i]) {
            if (!(theirs->flags & MS_FUNCTION_WEAK))
                ours->flags &= ~(uint32_t)MS_FUNCTION_WEAK;
            ours->where = map_location(linker, theirs->where);
            ours->end = map_location(linker, theirs->end);
            ours->results = theirs->results;
            linker->program->function_unit[at] = linker->unit_number;
        } else if (!(kept & MS_FUNCTION_WEAK)) {
            ours->flags &= ~(uint32_t)MS_FUNCTION_WEAK;
        }
        ours->result = linker->types[theirs->result];
        if (!ours->parameters.count || linker->take[i]) {
            ours->parameters = theirs->parameters;
            if (theirs->parameters.count) /* a run of fresh variables stays a run */
                ours->parameters.first = linker->variables[theirs->parameters.first];
        }
    }
}

static void map_paths(struct linker *linker) {
    for (size_t i = 1; i < linker->in->path_count; i++) {
        struct ms_path_node node = linker->in->paths[i];
        ms_path base = node.base < i ? linker->paths[node.base] : 0;
        switch (node.kind) {
        case MS_PATH_CONSTANT:
            linker->paths[i] = ms_path_constant(linker->out, linker->in->constants[node.operand]);
            continue;
        case MS_PATH_BITS:
            node.operand =
                linker->out
                    ->paths[ms_path_constant(linker->out, linker->in->constants[node.operand])]
                    .operand;
            break;
        case MS_PATH_FUNCTION:
            node.operand = linker->functions[node.operand];
            break;
        case MS_PATH_GLOBAL:
        case MS_PATH_LOCAL:
            node.operand = linker->variables[node.operand];
            break;
        case MS_PATH_FIELD:
        case MS_PATH_CONTAINER:
            node.operand = linker->records[node.operand];
            break;
        case MS_PATH_INDEX:
            node.extra = node.extra < i ? linker->paths[node.extra] : 0;
            break;
        default:
            break;
        }
        linker->paths[i] = ms_path_make(linker->out, node.kind, base, node.operand, node.extra);
    }
}

static struct ms_range map_attributes(struct linker *linker, struct ms_range range) {
    struct ms_range mapped = {(uint32_t)linker->out->attribute_count, range.count};
    for (uint32_t i = 0; i < range.count; i++) {
        struct ms_attribute attribute = linker->in->attributes[range.first + i];
        attribute.path = linker->paths[attribute.path];
        attribute.text = linker->strings[attribute.text];
        attribute.where = map_location(linker, attribute.where);
        ms_unit_add_attribute(linker->out, attribute);
    }
    return mapped;
}

static void fill_records(struct linker *linker, const bool *fresh) {
    for (size_t i = 1; i < linker->in->record_count; i++) {
        if (!fresh[i])
            continue;
        const struct ms_record_node *theirs = &linker->in->records[i];
        struct ms_range attributes = map_attributes(linker, theirs->attributes);
        linker->out->records[linker->records[i]].attributes = attributes;
        uint32_t first = linker->out->records[linker->records[i]].fields.first;
        for (uint32_t f = 0; f < theirs->fields.count; f++) {
            const struct ms_field *field = &linker->in->fields[theirs->fields.first + f];
            struct ms_range of_field = map_attributes(linker, field->attributes);
            linker->out->fields[first + f].type = linker->types[field->type];
            linker->out->fields[first + f].attributes = of_field;
        }
    }
}

static struct ms_event map_event(struct linker *linker, struct ms_event event) {
    struct ms_range arguments = {(uint32_t)linker->out->argument_count, event.arguments.count};
    for (uint32_t i = 0; i < event.arguments.count; i++)
        ms_unit_add_argument(linker->out,
                             linker->paths[linker->in->arguments[event.arguments.first + i]]);
    event.path = linker->paths[event.path];
    event.value = linker->paths[event.value];
    event.callee = linker->functions[event.callee];
    event.type = linker->types[event.type];
    event.arguments = arguments;
    event.where = map_location(linker, event.where);
    return event;
}

static void take_body(struct linker *linker, ms_function theirs) {
    const struct ms_function_node *from = &linker->in->functions[theirs];
    struct ms_range blocks = {(uint32_t)linker->out->block_count, from->blocks.count};
    for (uint32_t b = 0; b < from->blocks.count; b++) {
        struct ms_block block = linker->in->blocks[from->blocks.first + b];
        struct ms_range events = {(uint32_t)linker->out->event_count, block.events.count};
        for (uint32_t e = 0; e < block.events.count; e++)
            ms_unit_add_event(linker->out,
                              map_event(linker, linker->in->events[block.events.first + e]));
        struct ms_range successors = {(uint32_t)linker->out->successor_count,
                                      block.successors.count};
        for (uint32_t s = 0; s < block.successors.count; s++)
            ms_unit_add_successor(linker->out, linker->in->successors[block.successors.first + s]);
        block.events = events;
        block.successors = successors;
        block.left = linker->paths[block.left];
        block.right = linker->paths[block.right];
        ms_unit_add_block(linker->out, block);
    }
    linker->out->functions[linker->functions[theirs]].blocks = blocks;
}

static void add_unit(struct linker *linker, const struct ms_unit *unit) {
    linker->in = unit;
    linker->strings = ms_allocate(unit->string_count * sizeof *linker->strings);
    linker->paths = ms_allocate(unit->path_count * sizeof *linker->paths);
    linker->types = ms_allocate(unit->type_count * sizeof *linker->types);
    linker->records = ms_allocate(unit->record_count * sizeof *linker->records);
    linker->variables = ms_allocate(unit->variable_count * sizeof *linker->variables);
    linker->functions = ms_allocate(unit->function_count * sizeof *linker->functions);
    linker->take = ms_allocate(unit->function_count);
    bool *fresh_records = ms_allocate(unit->record_count);
    bool *fresh_variables = ms_allocate(unit->variable_count);
    bool *fresh_functions = ms_allocate(unit->function_count);

    map_strings(linker);
    map_records(linker, fresh_records);
    map_types(linker);
    map_variables(linker, fresh_variables);
    map_functions(linker, fresh_functions);
    map_paths(linker);
    fill_records(linker, fresh_records);
    for (size_t i = 1; i < unit->variable_count; i++)
        if (fresh_variables[i] && unit->variables[i].attributes.count) {
            struct ms_range attributes = map_attributes(linker, unit->variables[i].attributes);
            linker->out->variables[linker->variables[i]].attributes = attributes;
        }
    for (size_t i = 1; i < unit->function_count; i++) {
        if (fresh_functions[i] && unit->functions[i].attributes.count) {
            struct ms_range attributes = map_attributes(linker, unit->functions[i].attributes);
            linker->out->functions[linker->functions[i]].attributes = attributes;
        }
        if (linker->take[i])
            take_body(linker, (ms_function)i);
    }
    for (size_t i = 1; i < unit->ignore_count; i++) {
        struct ms_attribute ignore = unit->ignores[i];
        ignore.text = linker->strings[ignore.text];
        ignore.where = map_location(linker, ignore.where);
        ms_silence_add_comment(linker->program, linker->unit_number, &ignore);
    }

    free(linker->strings);
    free(linker->paths);
    free(linker->types);
    free(linker->records);
    free(linker->variables);
    free(linker->functions);
    free(linker->take);
    free(fresh_records);
    free(fresh_variables);
    free(fresh_functions);
}

void ms_link(struct ms_program *program) {
    if (program->unit_count == 1) { /* the plugin's case: nothing to merge */
        program->facts = program->units[0];
        program->function_unit =
            ms_allocate(program->facts->function_count * sizeof *program->function_unit);
        for (size_t i = 1; i < program->facts->ignore_count; i++)
            ms_silence_add_comment(program, 0, &program->facts->ignores[i]);
        return;
    }
    struct linker linker = {.program = program};
    linker.out = program->facts = ms_unit_new("", "", "");
    MS_PUSH(program->function_unit, (size_t){0}, 0);
    for (size_t i = 0; i < program->unit_count; i++) {
        linker.unit_number = (uint32_t)i;
        add_unit(&linker, program->units[i]);
        /* What is left of the unit is its name and directory, for places. */
        ms_string source = program->units[i]->source, directory = program->units[i]->directory;
        struct ms_unit *name = ms_unit_new(ms_unit_text(program->units[i], source),
                                           ms_unit_text(program->units[i], directory), "");
        ms_unit_free(program->units[i]);
        program->units[i] = name;
    }
    ms_index_free(&linker.names);
}
