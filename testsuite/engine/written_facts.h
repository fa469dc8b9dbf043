/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Facts written by hand, for tests of the engine: a struct `box` with a lock and data, and
 * functions made of calls, reads and writes. Every event gets a line of its own, numbered by the
 * test, so that a finding can be compared with the event it belongs to.
 */
#ifndef MAPSAN_WRITTEN_FACTS_H
#define MAPSAN_WRITTEN_FACTS_H

#include "mapsan/engine.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

struct written_block {
    struct ms_event *events;
    size_t event_count;
    uint32_t successors[2];
    uint32_t successor_count;
    uint8_t compare;
    ms_path left, right;
    bool loop;
};

struct written {
    struct ms_unit *unit;
    ms_record box;
    ms_type box_pointer, mutex, rwlock, table_pointer, integer;
    struct ms_function_node function;
    struct written_block blocks[16];
    uint32_t block_count, current;
};

enum { BOX_LOCK, BOX_RWLOCK, BOX_TABLE, BOX_COUNT };

static inline ms_string written_string(struct written *w, const char *text) {
    return ms_unit_string(w->unit, text, strlen(text));
}

static inline ms_type written_type(struct written *w, int kind, const char *spelling,
                                   ms_type target, ms_record record) {
    return ms_unit_add_type(w->unit, (struct ms_type_node){.kind = (uint8_t)kind,
                                                           .spelling = written_string(w, spelling),
                                                           .target = target,
                                                           .record = record});
}

/* struct box { pthread_mutex_t lock; pthread_rwlock_t rwlock; GHashTable *table; int count; } */
static inline void written_begin(struct written *w) {
    *w = (struct written){.unit = ms_unit_new("written.c", "/", "test")};
    w->mutex = written_type(w, MS_TYPE_RECORD, "pthread_mutex_t", 0, 0);
    w->rwlock = written_type(w, MS_TYPE_RECORD, "pthread_rwlock_t", 0, 0);
    w->integer = written_type(w, MS_TYPE_INTEGER, "int", 0, 0);
    w->table_pointer = written_type(w, MS_TYPE_POINTER, "GHashTable *",
                                    written_type(w, MS_TYPE_RECORD, "GHashTable", 0, 0), 0);
    const char *names[] = {"lock", "rwlock", "table", "count"};
    ms_type types[] = {w->mutex, w->rwlock, w->table_pointer, w->integer};
    struct ms_range fields = {(uint32_t)w->unit->field_count, 4};
    for (int i = 0; i < 4; i++)
        ms_unit_add_field(w->unit,
                          (struct ms_field){.name = written_string(w, names[i]), .type = types[i]});
    w->box = ms_unit_add_record(w->unit, (struct ms_record_node){.name = written_string(w, "box"),
                                                                 .flags = MS_RECORD_COMPLETE,
                                                                 .fields = fields});
    w->box_pointer = written_type(w, MS_TYPE_POINTER, "struct box *",
                                  written_type(w, MS_TYPE_RECORD, "struct box", 0, w->box), 0);
}

static inline ms_path written_param(struct written *w, uint32_t position) {
    return ms_path_make(w->unit, MS_PATH_PARAM, 0, position, 0);
}

/* box->FIELD, where box is a value of pointer type. */
static inline ms_path written_field(struct written *w, ms_path box, uint32_t field) {
    ms_path object = ms_path_make(w->unit, MS_PATH_DEREF, box, 0, 0);
    return ms_path_make(w->unit, MS_PATH_FIELD, object, w->box, field);
}

static inline ms_path written_address(struct written *w, ms_path location) {
    return ms_path_make(w->unit, MS_PATH_ADDRESS, location, 0, 0);
}

static inline ms_path written_global(struct written *w, const char *name, ms_type type) {
    ms_string string = written_string(w, name);
    for (ms_variable v = 1; v < w->unit->variable_count; v++)
        if (w->unit->variables[v].name == string)
            return ms_path_make(w->unit, MS_PATH_GLOBAL, 0, v, 0);
    ms_variable made = ms_unit_add_variable(
        w->unit, (struct ms_variable_node){.name = string,
                                           .type = type,
                                           .flags = MS_VARIABLE_GLOBAL | MS_VARIABLE_DEFINED});
    return ms_path_make(w->unit, MS_PATH_GLOBAL, 0, made, 0);
}

static inline ms_function written_declare(struct written *w, const char *name) {
    ms_string string = written_string(w, name);
    for (ms_function f = 1; f < w->unit->function_count; f++)
        if (w->unit->functions[f].name == string)
            return f;
    return ms_unit_add_function(w->unit, (struct ms_function_node){.name = string});
}

/* A function whose first parameter, if it has any, is a `struct box *`. */
static inline void written_function(struct written *w, const char *name, uint32_t flags,
                                    uint32_t parameters) {
    w->function = (struct ms_function_node){.name = written_string(w, name),
                                            .flags = flags | MS_FUNCTION_DEFINED,
                                            .result = w->integer};
    w->function.parameters = (struct ms_range){(uint32_t)w->unit->variable_count, parameters};
    for (uint32_t i = 0; i < parameters; i++)
        ms_unit_add_variable(w->unit,
                             (struct ms_variable_node){.name = written_string(w, i ? "n" : "b"),
                                                       .type = i ? w->integer : w->box_pointer,
                                                       .flags = MS_VARIABLE_PARAM});
    memset(w->blocks, 0, sizeof w->blocks);
    w->block_count = 1;
    w->current = 0;
}

static inline struct ms_event *written_event(struct written *w, uint32_t line, int kind) {
    struct written_block *block = &w->blocks[w->current];
    struct ms_event event = {.kind = (uint8_t)kind,
                             .where = {.file = written_string(w, "written.c"), .line = line}};
    MS_PUSH(block->events, block->event_count, event);
    return &block->events[block->event_count - 1];
}

static inline void written_read(struct written *w, uint32_t line, ms_path path) {
    written_event(w, line, MS_EVENT_READ)->path = path;
}

static inline void written_write(struct written *w, uint32_t line, ms_path path, ms_path value) {
    struct ms_event *event = written_event(w, line, MS_EVENT_WRITE);
    event->path = path;
    event->value = value;
}

/* Returns the value of the call. */
static inline ms_path written_call(struct written *w, uint32_t line, const char *callee,
                                   uint32_t count, const ms_path *arguments) {
    struct ms_event *event = written_event(w, line, MS_EVENT_CALL);
    event->callee = written_declare(w, callee);
    event->result = ++w->function.results;
    event->arguments = (struct ms_range){(uint32_t)w->unit->argument_count, count};
    for (uint32_t i = 0; i < count; i++)
        ms_unit_add_argument(w->unit, arguments[i]);
    return ms_path_make(w->unit, MS_PATH_RESULT, 0, event->result, 0);
}
#define CALL(w, line, callee, ...)                                                                 \
    written_call((w), (line), (callee), sizeof((ms_path[]){__VA_ARGS__}) / sizeof(ms_path),        \
                 (ms_path[]){__VA_ARGS__})

static inline void written_return(struct written *w, uint32_t line, ms_path value) {
    written_event(w, line, MS_EVENT_RETURN)->value = value;
}

/* Ends the block with a branch: to `yes` if left compares with the constant, else to `no`. */
static inline void written_branch(struct written *w, ms_path left, int compare, int64_t constant,
                                  uint32_t yes, uint32_t no) {
    struct written_block *block = &w->blocks[w->current];
    block->left = left;
    block->right = ms_path_constant(w->unit, constant);
    block->compare = (uint8_t)compare;
    block->successors[0] = yes;
    block->successors[1] = no;
    block->successor_count = 2;
}

static inline void written_jump(struct written *w, uint32_t to) {
    w->blocks[w->current].successors[0] = to;
    w->blocks[w->current].successor_count = 1;
}

static inline void written_block(struct written *w, uint32_t number) {
    w->current = number;
    if (number >= w->block_count)
        w->block_count = number + 1;
}

static inline ms_function written_end(struct written *w) {
    struct ms_range blocks = {0, w->block_count};
    struct ms_block made[16];
    for (uint32_t b = 0; b < w->block_count; b++) {
        struct written_block *from = &w->blocks[b];
        made[b] = (struct ms_block){
            .compare = from->compare, .left = from->left, .right = from->right, .loop = from->loop};
        made[b].events =
            (struct ms_range){(uint32_t)w->unit->event_count, (uint32_t)from->event_count};
        for (size_t e = 0; e < from->event_count; e++)
            ms_unit_add_event(w->unit, from->events[e]);
        made[b].successors =
            (struct ms_range){(uint32_t)w->unit->successor_count, from->successor_count};
        for (uint32_t s = 0; s < from->successor_count; s++)
            ms_unit_add_successor(w->unit, from->successors[s]);
        free(from->events);
    }
    blocks.first = (uint32_t)w->unit->block_count;
    for (uint32_t b = 0; b < w->block_count; b++)
        ms_unit_add_block(w->unit, made[b]);
    w->function.blocks = blocks;
    ms_function function = written_declare(w, ms_unit_text(w->unit, w->function.name));
    w->unit->functions[function] = w->function;
    return function;
}

/* ---- judging ---- */

struct judged {
    struct ms_program *program;
    struct ms_findings *findings;
};

static inline struct judged written_judge(struct written *w, bool whole) {
    struct ms_options options = ms_options_default();
    options.whole_program = whole;
    struct judged judged = {.program = ms_program_new(&options)};
    ms_program_add(judged.program, w->unit);
    judged.findings = ms_program_judge(judged.program);
    return judged;
}

/* How many findings of this check there are on this line; of any check on line 0: on all lines. */
static inline size_t judged_count(const struct judged *judged, enum ms_check check, uint32_t line) {
    size_t count = 0;
    for (size_t i = 0; i < judged->findings->count; i++)
        count += (!check || judged->findings->items[i].check == check) &&
                 (!line || judged->findings->items[i].where.line == line);
    return count;
}

static inline void judged_free(struct judged *judged) {
    ms_findings_free(judged->findings);
    ms_program_free(judged->program);
}

#endif
