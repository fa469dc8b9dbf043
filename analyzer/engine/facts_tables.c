/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The tables of an image, each described once for both directions; see facts_image.h. */
#include "facts_image.h"
#include "support.h"

#include <string.h>

static const char bad_index[] = "the facts are damaged (an index is out of range)";
static const char bad_value[] = "the facts are damaged (a value is out of range)";
static const char bad_order[] = "the facts are damaged (an entry is repeated or not normal)";

/* ---- fields of entries --------------------------------------------------------------------- */

static uint32_t code_number(struct ms_coder *coder, uint32_t value, uint64_t limit,
                            const char *error) {
    uint64_t wide = value;
    ms_code_u64(coder, &wide);
    if (!coder->writing && wide >= limit) {
        ms_code_fail(coder, error);
        return 0;
    }
    return (uint32_t)wide;
}

#define INDEX(field, table) ((field) = code_number(coder, (field), coder->limit.table, bad_index))
#define BELOW(field, limit)                                                                        \
    ((field) = (__typeof__(field))code_number(coder, (uint32_t)(field), (limit), bad_value))
#define NUMBER(field) BELOW(field, UINT64_C(1) << 32)

static uint64_t zigzag(int64_t value) { return (uint64_t)value << 1 ^ (uint64_t)(value >> 63); }

static int64_t unzigzag(uint64_t code) { return (int64_t)(code >> 1) ^ -(int64_t)(code & 1); }

static void code_range(struct ms_coder *coder, struct ms_range *range, size_t count) {
    NUMBER(range->count);
    if (!range->count) {
        range->first = 0;
        return;
    }
    NUMBER(range->first);
    if (!coder->writing && (uint64_t)range->first + range->count > count)
        ms_code_fail(coder, bad_index);
}
#define RANGE(field, table) code_range(coder, &(field), coder->limit.table)

/* The line's difference, with two bits that tell whether a new file and a macro follow. */
static void code_location(struct ms_coder *coder, struct ms_location *where) {
    struct ms_location *last = &coder->last;
    uint64_t head = zigzag((int64_t)where->line - last->line) << 2 |
                    (uint64_t)(where->file != last->file) << 1 | (where->macro != 0);
    ms_code_u64(coder, &head);
    if (!coder->writing) {
        int64_t line = last->line + unzigzag(head >> 2);
        if (line < 0 || line > UINT32_MAX)
            ms_code_fail(coder, bad_value);
        *where = (struct ms_location){.file = last->file, .line = (uint32_t)line};
    }
    NUMBER(where->column);
    if (head & 2)
        INDEX(where->file, string_count);
    if (head & 1)
        INDEX(where->macro, string_count);
    *last = *where;
}

/* ---- entries ------------------------------------------------------------------------------- */

static void code_attribute(struct ms_coder *coder, struct ms_attribute *attribute) {
    BELOW(attribute->kind, MS_ATTRIBUTE_EFFECT + 1);
    INDEX(attribute->path, path_count);
    INDEX(attribute->text, string_count);
    code_location(coder, &attribute->where);
}

static void code_field(struct ms_coder *coder, struct ms_field *field) {
    INDEX(field->name, string_count);
    INDEX(field->type, type_count);
    code_location(coder, &field->where);
    RANGE(field->attributes, attribute_count);
}

static void code_record(struct ms_coder *coder, struct ms_record_node *record) {
    INDEX(record->name, string_count);
    BELOW(record->flags, MS_RECORD_IN_HEADER << 1);
    code_location(coder, &record->where);
    RANGE(record->fields, field_count);
    RANGE(record->attributes, attribute_count);
}

static void code_variable(struct ms_coder *coder, struct ms_variable_node *variable) {
    INDEX(variable->name, string_count);
    INDEX(variable->type, type_count);
    BELOW(variable->flags, MS_VARIABLE_IN_HEADER << 1);
    code_location(coder, &variable->where);
    RANGE(variable->attributes, attribute_count);
}

static void code_function(struct ms_coder *coder, struct ms_function_node *function) {
    INDEX(function->name, string_count);
    BELOW(function->flags, MS_FUNCTION_PARTIAL << 1);
    code_location(coder, &function->where);
    code_location(coder, &function->end);
    INDEX(function->result, type_count);
    RANGE(function->parameters, variable_count);
    RANGE(function->attributes, attribute_count);
    RANGE(function->blocks, block_count);
    NUMBER(function->results);
}

static void code_block(struct ms_coder *coder, struct ms_block *block) {
    RANGE(block->events, event_count);
    RANGE(block->successors, successor_count);
    BELOW(block->compare, MS_COMPARE_GREATER_EQUAL + 1);
    INDEX(block->left, path_count);
    INDEX(block->right, path_count);
    BELOW(block->loop, 2);
}

static void code_event(struct ms_coder *coder, struct ms_event *event) {
    BELOW(event->kind, MS_EVENT_KIND_COUNT);
    BELOW(event->order, MS_ORDER_SEQ_CST + 1);
    BELOW(event->flags, MS_EVENT_DECREASE << 1);
    INDEX(event->path, path_count);
    INDEX(event->value, path_count);
    INDEX(event->callee, function_count);
    NUMBER(event->result);
    INDEX(event->type, type_count);
    RANGE(event->arguments, argument_count);
    code_location(coder, &event->where);
}

static void code_argument(struct ms_coder *coder, ms_path *argument) {
    INDEX(*argument, path_count);
}

static void code_successor(struct ms_coder *coder, uint32_t *successor) { NUMBER(*successor); }

/* ---- tables that are interned: reading goes through the builder ---------------------------- */

static void code_string(struct ms_coder *coder, uint32_t at) {
    const char *text = coder->writing ? coder->unit->strings[at] : NULL;
    uint64_t length = text ? strlen(text) : 0;
    ms_code_u64(coder, &length);
    text = ms_code_bytes(coder, text, (size_t)length);
    if (!coder->writing && text &&
        (memchr(text, 0, (size_t)length) ||
         ms_unit_string(coder->unit, text, (size_t)length) != at))
        ms_code_fail(coder, bad_order);
}

static void code_constant(struct ms_coder *coder, uint32_t at) {
    uint64_t code = coder->writing ? zigzag(coder->unit->constants[at]) : 0;
    ms_code_u64(coder, &code);
    if (!coder->writing && !coder->error && ms_unit_constant(coder->unit, unzigzag(code)) != at)
        ms_code_fail(coder, bad_order);
}

static void code_type(struct ms_coder *coder, uint32_t at) {
    struct ms_type_node type = {0};
    if (coder->writing)
        type = coder->unit->types[at];
    BELOW(type.kind, MS_TYPE_RECORD + 1);
    BELOW(type.flags, MS_TYPE_ATOMIC << 1);
    INDEX(type.spelling, string_count);
    BELOW(type.target, at);
    INDEX(type.record, record_count);
    if (!coder->writing && !coder->error && ms_unit_add_type(coder->unit, type) != at)
        ms_code_fail(coder, bad_order);
}

/* What a path's operand and extra count, by kind: the limits they are read against. */
static void code_path_operands(struct ms_coder *coder, struct ms_path_node *node, uint32_t at) {
    const struct ms_unit *unit = coder->unit;
    switch (node->kind) {
    case MS_PATH_CONSTANT:
    case MS_PATH_BITS:
        INDEX(node->operand, constant_count);
        break;
    case MS_PATH_FUNCTION:
        INDEX(node->operand, function_count);
        break;
    case MS_PATH_GLOBAL:
    case MS_PATH_LOCAL:
        INDEX(node->operand, variable_count);
        break;
    case MS_PATH_PARAM:
    case MS_PATH_RESULT:
        NUMBER(node->operand);
        break;
    case MS_PATH_FIELD:
    case MS_PATH_CONTAINER:
        INDEX(node->operand, record_count);
        if (!coder->error)
            BELOW(node->extra, (uint64_t)unit->records[node->operand].fields.count +
                                   (unit->records[node->operand].fields.count == 0));
        break;
    case MS_PATH_INDEX:
        BELOW(node->extra, at);
        break;
    default:
        break;
    }
}

static void code_path(struct ms_coder *coder, uint32_t at) {
    struct ms_path_node node = {0};
    if (coder->writing)
        node = coder->unit->paths[at];
    BELOW(node.kind, MS_PATH_KIND_COUNT);
    if (node.kind >= MS_PATH_FIELD)
        BELOW(node.base, at);
    code_path_operands(coder, &node, at);
    if (!coder->writing && !coder->error &&
        ms_path_make(coder->unit, node.kind, node.base, node.operand, node.extra) != at)
        ms_code_fail(coder, bad_order);
}

/* ---- the unit ------------------------------------------------------------------------------ */

/* Every entry takes a byte at least, so that a damaged count cannot ask for much more memory than
 * the image has bytes. */
static void code_count(struct ms_coder *coder, size_t *limit) {
    uint64_t count = *limit;
    ms_code_u64(coder, &count);
    if (!coder->writing && (count == 0 || count - 1 > (uint64_t)(coder->input_end - coder->input)))
        ms_code_fail(coder, bad_value);
    *limit = (size_t)count;
}

/* As ms_grow would have made it: the capacity is a power of two. */
static void *make_room(void *table, size_t count, size_t element_size) {
    size_t capacity = 1;
    while (capacity < count)
        capacity *= 2;
    table = ms_reallocate(table, capacity * element_size);
    memset(table, 0, capacity * element_size);
    return table;
}

#define INTERNED(code, count)                                                                      \
    for (size_t at = 1; at < coder->limit.count && !coder->error; at++)                            \
    code(coder, (uint32_t)at)

#define PLAIN(code, table, count)                                                                  \
    do {                                                                                           \
        if (!coder->writing) {                                                                     \
            unit->table = make_room(unit->table, coder->limit.count, sizeof *unit->table);         \
            unit->count = coder->limit.count;                                                      \
        }                                                                                          \
        for (size_t at = 1; at < unit->count && !coder->error; at++)                               \
            code(coder, &unit->table[at]);                                                         \
    } while (0)

/* Paths come after records, whose numbers of fields they are checked against. */
void ms_code_unit(struct ms_coder *coder) {
    struct ms_unit *unit = coder->unit;
#define COUNT(count)                                                                               \
    coder->limit.count = unit->count;                                                              \
    code_count(coder, &coder->limit.count);
    MS_TABLE_COUNTS(COUNT)
#undef COUNT
    if (coder->error)
        return;
    INTERNED(code_string, string_count);
    INDEX(unit->source, string_count);
    INDEX(unit->directory, string_count);
    INDEX(unit->compiler, string_count);
    INTERNED(code_constant, constant_count);
    PLAIN(code_record, records, record_count);
    PLAIN(code_field, fields, field_count);
    INTERNED(code_type, type_count);
    INTERNED(code_path, path_count);
    PLAIN(code_attribute, attributes, attribute_count);
    PLAIN(code_variable, variables, variable_count);
    PLAIN(code_function, functions, function_count);
    PLAIN(code_block, blocks, block_count);
    PLAIN(code_event, events, event_count);
    PLAIN(code_argument, arguments, argument_count);
    PLAIN(code_successor, successors, successor_count);
    PLAIN(code_attribute, ignores, ignore_count);
}
