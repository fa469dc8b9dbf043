/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Facts as JSON for people: functions with their blocks and events, paths spelled as C would
 * (`&c->lock`), tables resolved. For `mapsan dump` and for tests; nothing reads it back.
 */
#include "facts_image.h"

#include "support.h"
#include "utf8.h"

#include <stdio.h>
#include <stdlib.h>

enum { SPELLING_DEPTH_MAX = 40 };

struct dump {
    const struct ms_unit *unit;
    const struct ms_function_node *function; /* whose parameters paths name; may be NULL */
    FILE *out;
    bool first; /* nothing stands yet in the innermost array or object */
    int depth;
};

/* ---- JSON ---------------------------------------------------------------------------------- */

static void write_escaped(struct dump *dump, const char *text) {
    fputc('"', dump->out);
    while (*text) {
        size_t length = ms_utf8_length(text);
        if (length == 0)
            fputs("\\ufffd", dump->out);
        else if (*text == '"' || *text == '\\')
            fprintf(dump->out, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            fprintf(dump->out, "\\u%04x", *text);
        else
            fwrite(text, 1, length, dump->out);
        text += length ? length : 1;
    }
    fputc('"', dump->out);
}

static void next(struct dump *dump, const char *key) {
    fprintf(dump->out, dump->first ? "\n%*s" : ",\n%*s", dump->depth * 2, "");
    dump->first = false;
    if (key) {
        write_escaped(dump, key);
        fputs(": ", dump->out);
    }
}

static void open_group(struct dump *dump, const char *key, char bracket) {
    next(dump, key);
    fputc(bracket, dump->out);
    dump->first = true;
    dump->depth++;
}

static void close_group(struct dump *dump, char bracket) {
    dump->depth--;
    if (!dump->first)
        fprintf(dump->out, "\n%*s", dump->depth * 2, "");
    fputc(bracket, dump->out);
    dump->first = false;
}

static void put_text(struct dump *dump, const char *key, const char *text) {
    next(dump, key);
    write_escaped(dump, text);
}

static void put_string(struct dump *dump, const char *key, ms_string string) {
    put_text(dump, key, dump->unit->strings[string]);
}

static void put_number(struct dump *dump, const char *key, uint32_t number) {
    next(dump, key);
    fprintf(dump->out, "%u", number);
}

static void put_location(struct dump *dump, const char *key, const struct ms_location *where) {
    if (!where->line)
        return;
    struct ms_text text = {0};
    ms_text_add(&text, "%s:%u:%u", dump->unit->strings[where->file], where->line, where->column);
    if (where->macro)
        ms_text_add(&text, " (%s)", dump->unit->strings[where->macro]);
    put_text(dump, key, text.data);
    free(text.data);
}

static void put_flags(struct dump *dump, const char *key, uint32_t flags,
                      const char *const *names) {
    if (!flags)
        return;
    open_group(dump, key, '[');
    for (int bit = 0; names[bit]; bit++)
        if (flags & 1u << bit)
            put_text(dump, NULL, names[bit]);
    close_group(dump, ']');
}

/* ---- paths --------------------------------------------------------------------------------- */

static void spell(struct dump *dump, ms_path path, int depth, struct ms_text *text);

/* Before `.`, `->` and `[`, an operand that begins with `*` or `&` needs parentheses. */
static void spell_operand(struct dump *dump, ms_path path, int depth, struct ms_text *text) {
    int kind = dump->unit->paths[path].kind;
    bool prefixed = kind == MS_PATH_DEREF || kind == MS_PATH_ADDRESS;
    ms_text_add(text, "%s", prefixed ? "(" : "");
    spell(dump, path, depth, text);
    ms_text_add(text, "%s", prefixed ? ")" : "");
}

static const char *field_name(const struct dump *dump, const struct ms_path_node *node) {
    const struct ms_unit *unit = dump->unit;
    return unit
        ->strings[unit->fields[unit->records[node->operand].fields.first + node->extra].name];
}

static void spell_step(struct dump *dump, const struct ms_path_node *node, int depth,
                       struct ms_text *text) {
    const struct ms_path_node *base = &dump->unit->paths[node->base];
    bool through_pointer = base->kind == MS_PATH_DEREF;
    spell_operand(dump, through_pointer ? base->base : node->base, depth, text);
    if (node->kind == MS_PATH_FIELD) {
        const char *name = field_name(dump, node);
        ms_text_add(text, "%s%s", through_pointer ? "->" : ".", *name ? name : "(anonymous)");
        return;
    }
    ms_text_add(text, "[");
    spell(dump, node->extra, depth, text);
    ms_text_add(text, "]");
}

static void spell_parameter(struct dump *dump, uint32_t position, struct ms_text *text) {
    const struct ms_unit *unit = dump->unit;
    if (dump->function && position < dump->function->parameters.count)
        ms_text_add(
            text, "%s",
            unit->strings[unit->variables[dump->function->parameters.first + position].name]);
    else
        ms_text_add(text, "arg%u", position);
}

static void spell(struct dump *dump, ms_path path, int depth, struct ms_text *text) {
    const struct ms_unit *unit = dump->unit;
    const struct ms_path_node *node = &unit->paths[path];
    if (depth == SPELLING_DEPTH_MAX) {
        ms_text_add(text, "...");
        return;
    }
    depth++;
    switch (node->kind) {
    case MS_PATH_CONSTANT:
        ms_text_add(text, "%lld", (long long)unit->constants[node->operand]);
        break;
    case MS_PATH_FUNCTION:
        ms_text_add(text, "%s", unit->strings[unit->functions[node->operand].name]);
        break;
    case MS_PATH_GLOBAL:
    case MS_PATH_LOCAL:
        ms_text_add(text, "%s", unit->strings[unit->variables[node->operand].name]);
        break;
    case MS_PATH_PARAM:
        spell_parameter(dump, node->operand, text);
        break;
    case MS_PATH_RESULT:
        ms_text_add(text, "result %u", node->operand);
        break;
    case MS_PATH_SELF:
        ms_text_add(text, "self");
        break;
    case MS_PATH_FIELD:
    case MS_PATH_INDEX:
        spell_step(dump, node, depth, text);
        break;
    case MS_PATH_DEREF:
    case MS_PATH_ADDRESS:
        ms_text_add(text, node->kind == MS_PATH_DEREF ? "*" : "&");
        spell(dump, node->base, depth, text);
        break;
    case MS_PATH_CONTAINER:
        ms_text_add(text, "container_of(");
        spell(dump, node->base, depth, text);
        ms_text_add(text, ", %s, %s)", unit->strings[unit->records[node->operand].name],
                    field_name(dump, node));
        break;
    case MS_PATH_BITS:
        spell(dump, node->base, depth, text);
        ms_text_add(text, " & %lld", (long long)unit->constants[node->operand]);
        break;
    default:
        ms_text_add(text, "?");
        break;
    }
}

static void put_path(struct dump *dump, const char *key, ms_path path) {
    struct ms_text text = {0};
    spell(dump, path, 0, &text);
    put_text(dump, key, text.data);
    free(text.data);
}

static void put_type(struct dump *dump, const char *key, ms_type type) {
    if (type)
        put_string(dump, key, dump->unit->types[type].spelling);
}

/* ---- tables -------------------------------------------------------------------------------- */

static void put_attributes(struct dump *dump, const char *key,
                           const struct ms_attribute *attributes, uint32_t count) {
    static const char *const names[] = {
        [MS_ATTRIBUTE_GUARDED_BY] = "guarded-by",
        [MS_ATTRIBUTE_POINTEE_GUARDED_BY] = "pointee-guarded-by",
        [MS_ATTRIBUTE_ACQUIRED_BEFORE] = "acquired-before",
        [MS_ATTRIBUTE_ACQUIRED_AFTER] = "acquired-after",
        [MS_ATTRIBUTE_REQUIRES] = "requires",
        [MS_ATTRIBUTE_REQUIRES_SHARED] = "requires-shared",
        [MS_ATTRIBUTE_ACQUIRES] = "acquires",
        [MS_ATTRIBUTE_ACQUIRES_SHARED] = "acquires-shared",
        [MS_ATTRIBUTE_RELEASES] = "releases",
        [MS_ATTRIBUTE_TRY_ACQUIRES] = "try-acquires",
        [MS_ATTRIBUTE_TRY_ACQUIRES_SHARED] = "try-acquires-shared",
        [MS_ATTRIBUTE_EXCLUDES] = "excludes",
        [MS_ATTRIBUTE_ASSERTS] = "asserts",
        [MS_ATTRIBUTE_ASSERTS_SHARED] = "asserts-shared",
        [MS_ATTRIBUTE_NO_ANALYSIS] = "no-analysis",
        [MS_ATTRIBUTE_CAPABILITY] = "capability",
        [MS_ATTRIBUTE_EFFECT] = "effect",
    };
    if (!count)
        return;
    open_group(dump, key, '[');
    for (uint32_t i = 0; i < count; i++) {
        open_group(dump, NULL, '{');
        if (attributes[i].kind)
            put_text(dump, "attribute", names[attributes[i].kind]);
        if (attributes[i].path)
            put_path(dump, "path", attributes[i].path);
        if (attributes[i].text)
            put_string(dump, "text", attributes[i].text);
        put_location(dump, "where", &attributes[i].where);
        close_group(dump, '}');
    }
    close_group(dump, ']');
}

static void put_range_of_attributes(struct dump *dump, const struct ms_range *range) {
    put_attributes(dump, "attributes", dump->unit->attributes + range->first, range->count);
}

static void put_records(struct dump *dump) {
    static const char *const flags[] = {"union", "complete", "system", "in-header", NULL};
    const struct ms_unit *unit = dump->unit;
    open_group(dump, "records", '[');
    for (size_t i = 1; i < unit->record_count; i++) {
        const struct ms_record_node *record = &unit->records[i];
        open_group(dump, NULL, '{');
        put_string(dump, "name", record->name);
        put_flags(dump, "flags", record->flags, flags);
        put_location(dump, "where", &record->where);
        put_range_of_attributes(dump, &record->attributes);
        open_group(dump, "fields", '[');
        for (uint32_t at = 0; at < record->fields.count; at++) {
            const struct ms_field *field = &unit->fields[record->fields.first + at];
            open_group(dump, NULL, '{');
            put_string(dump, "name", field->name);
            put_type(dump, "type", field->type);
            put_range_of_attributes(dump, &field->attributes);
            close_group(dump, '}');
        }
        close_group(dump, ']');
        close_group(dump, '}');
    }
    close_group(dump, ']');
}

static void put_variable(struct dump *dump, const struct ms_variable_node *variable) {
    static const char *const flags[] = {"global",        "internal",  "thread-local",
                                        "address-taken", "param",     "system",
                                        "defined",       "in-header", NULL};
    open_group(dump, NULL, '{');
    put_string(dump, "name", variable->name);
    put_type(dump, "type", variable->type);
    put_flags(dump, "flags", variable->flags, flags);
    put_location(dump, "where", &variable->where);
    put_range_of_attributes(dump, &variable->attributes);
    close_group(dump, '}');
}

static void put_globals(struct dump *dump) {
    open_group(dump, "globals", '[');
    for (size_t i = 1; i < dump->unit->variable_count; i++)
        if (dump->unit->variables[i].flags & MS_VARIABLE_GLOBAL)
            put_variable(dump, &dump->unit->variables[i]);
    close_group(dump, ']');
}

/* ---- functions ----------------------------------------------------------------------------- */

static void put_arguments(struct dump *dump, const char *name, const struct ms_event *event) {
    const struct ms_unit *unit = dump->unit;
    open_group(dump, name, '[');
    for (uint32_t i = 0; i < event->arguments.count; i++)
        put_path(dump, NULL, unit->arguments[event->arguments.first + i]);
    close_group(dump, ']');
}

static void put_call(struct dump *dump, const struct ms_event *event) {
    if (event->callee)
        put_string(dump, "callee", dump->unit->functions[event->callee].name);
    else
        put_path(dump, "through", event->path);
    put_arguments(dump, "arguments", event);
}

static void put_event(struct dump *dump, const struct ms_event *event) {
    static const char *const kinds[MS_EVENT_KIND_COUNT] = {"none", "read",   "write", "call",
                                                           "copy", "return", "fence", "scope-end"};
    static const char *const flags[] = {"atomic",     "modify",     "compare",
                                        "macro-call", "cleanup",    "volatile",
                                        "condition",  "initialise", "decrease", NULL};
    static const char *const orders[] = {"relaxed", "consume", "acquire",
                                         "release", "acq-rel", "seq-cst"};
    open_group(dump, NULL, '{');
    put_text(dump, "event", kinds[event->kind]);
    if (event->kind == MS_EVENT_CALL)
        put_call(dump, event);
    else if (event->path)
        put_path(dump, "path", event->path);
    if (event->value)
        put_path(dump, "value", event->value);
    if (event->kind != MS_EVENT_CALL && event->arguments.count)
        put_arguments(dump, "from", event);
    if (event->result)
        put_number(dump, "result", event->result);
    put_type(dump, "type", event->type);
    put_flags(dump, "flags", event->flags, flags);
    if (event->flags & MS_EVENT_ATOMIC || event->kind == MS_EVENT_FENCE)
        put_text(dump, "order", orders[event->order]);
    put_location(dump, "where", &event->where);
    close_group(dump, '}');
}

static void put_condition(struct dump *dump, const struct ms_block *block) {
    static const char *const compares[] = {"", "==", "!=", "<", "<=", ">", ">="};
    if (!block->compare)
        return;
    struct ms_text text = {0};
    spell(dump, block->left, 0, &text);
    ms_text_add(&text, " %s ", compares[block->compare]);
    spell(dump, block->right, 0, &text);
    put_text(dump, "if", text.data);
    free(text.data);
}

static void put_block(struct dump *dump, const struct ms_block *block, uint32_t position) {
    const struct ms_unit *unit = dump->unit;
    open_group(dump, NULL, '{');
    put_number(dump, "block", position);
    if (block->loop)
        put_text(dump, "head", "loop");
    open_group(dump, "events", '[');
    for (uint32_t i = 0; i < block->events.count; i++)
        put_event(dump, &unit->events[block->events.first + i]);
    close_group(dump, ']');
    put_condition(dump, block);
    open_group(dump, "successors", '[');
    for (uint32_t i = 0; i < block->successors.count; i++)
        put_number(dump, NULL, unit->successors[block->successors.first + i]);
    close_group(dump, ']');
    close_group(dump, '}');
}

static void put_function(struct dump *dump, const struct ms_function_node *function) {
    static const char *const flags[] = {
        "defined",     "internal",           "inline",  "weak",      "noreturn",
        "constructor", "destructor",         "system",  "in-header", "initialiser",
        "variadic",    "declared-in-header", "partial", NULL};
    dump->function = function;
    open_group(dump, NULL, '{');
    put_string(dump, "name", function->name);
    put_type(dump, "result", function->result);
    put_flags(dump, "flags", function->flags, flags);
    put_location(dump, "where", &function->where);
    put_range_of_attributes(dump, &function->attributes);
    open_group(dump, "parameters", '[');
    for (uint32_t i = 0; i < function->parameters.count; i++)
        put_variable(dump, &dump->unit->variables[function->parameters.first + i]);
    close_group(dump, ']');
    if (function->blocks.count) {
        open_group(dump, "blocks", '[');
        for (uint32_t i = 0; i < function->blocks.count; i++)
            put_block(dump, &dump->unit->blocks[function->blocks.first + i], i);
        close_group(dump, ']');
    }
    close_group(dump, '}');
    dump->function = NULL;
}

void ms_unit_dump(const struct ms_unit *unit, FILE *out) {
    struct dump dump = {.unit = unit, .out = out, .first = true, .depth = 1};
    fputc('{', out);
    put_string(&dump, "source", unit->source);
    put_string(&dump, "directory", unit->directory);
    put_string(&dump, "compiler", unit->compiler);
    put_records(&dump);
    put_globals(&dump);
    open_group(&dump, "functions", '[');
    for (size_t i = 1; i < unit->function_count; i++)
        put_function(&dump, &unit->functions[i]);
    close_group(&dump, ']');
    put_attributes(&dump, "ignores", unit->ignores + 1, (uint32_t)unit->ignore_count - 1);
    fputs("\n}\n", out);
}
