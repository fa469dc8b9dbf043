/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A unit that holds at least one of every kind of fact, for tests of the builder and of images. */
#ifndef MAPSAN_SAMPLE_FACTS_H
#define MAPSAN_SAMPLE_FACTS_H

#include "mapsan/facts.h"

#include <string.h>

static inline ms_string sample_string(struct ms_unit *unit, const char *text) {
    return ms_unit_string(unit, text, strlen(text));
}

static inline struct ms_location sample_location(struct ms_unit *unit, uint32_t line,
                                                 uint32_t column, const char *macro) {
    return (struct ms_location){sample_string(unit, line % 2 ? "cache.c" : "include/cache.h"), line,
                                column, sample_string(unit, macro), 0};
}

static inline struct ms_attribute sample_attribute(struct ms_unit *unit, int kind, ms_path path,
                                                   const char *text) {
    return (struct ms_attribute){(uint8_t)kind, path, sample_string(unit, text),
                                 sample_location(unit, 3 + (uint32_t)kind, 5, "")};
}

/* struct cache { pthread_mutex_t lock; GHashTable *table GUARDED_BY(lock); }, and one attribute of
 * every kind. */
static inline ms_record sample_record(struct ms_unit *unit) {
    ms_type mutex = ms_unit_add_type(
        unit, (struct ms_type_node){.kind = MS_TYPE_OTHER,
                                    .flags = MS_TYPE_VOLATILE | MS_TYPE_ATOMIC,
                                    .spelling = sample_string(unit, "pthread_mutex_t")});
    ms_type table = ms_unit_add_type(
        unit, (struct ms_type_node){.kind = MS_TYPE_POINTER,
                                    .flags = MS_TYPE_CONST,
                                    .spelling = sample_string(unit, "GHashTable *"),
                                    .target = mutex});
    ms_path self = ms_path_make(unit, MS_PATH_SELF, 0, 0, 0);
    uint32_t attribute = (uint32_t)unit->attribute_count;
    for (int kind = MS_ATTRIBUTE_GUARDED_BY; kind <= MS_ATTRIBUTE_EFFECT; kind++)
        ms_unit_add_attribute(unit, sample_attribute(unit, kind, self, "1"));
    uint32_t field = ms_unit_add_field(
        unit, (struct ms_field){
                  sample_string(unit, "lock"), mutex, sample_location(unit, 4, 21, ""), {0, 0}});
    ms_unit_add_field(unit, (struct ms_field){sample_string(unit, "table"),
                                              table,
                                              sample_location(unit, 5, 17, ""),
                                              {attribute, MS_ATTRIBUTE_EFFECT}});
    return ms_unit_add_record(unit, (struct ms_record_node){sample_string(unit, "cache"),
                                                            MS_RECORD_COMPLETE,
                                                            sample_location(unit, 3, 8, ""),
                                                            {field, 2},
                                                            {0, 0}});
}

/* One path of every kind, from the function's own parameter, local and result. */
static inline void sample_paths(struct ms_unit *unit, ms_record record, ms_variable global,
                                ms_variable local, ms_function function, ms_path *paths) {
    ms_path parameter = ms_path_make(unit, MS_PATH_PARAM, 0, 0, 0);
    paths[MS_PATH_UNKNOWN] = 0;
    paths[MS_PATH_CONSTANT] = ms_path_constant(unit, -7);
    paths[MS_PATH_FUNCTION] = ms_path_make(unit, MS_PATH_FUNCTION, 0, function, 0);
    paths[MS_PATH_GLOBAL] = ms_path_make(unit, MS_PATH_GLOBAL, 0, global, 0);
    paths[MS_PATH_PARAM] = parameter;
    paths[MS_PATH_LOCAL] = ms_path_make(unit, MS_PATH_LOCAL, 0, local, 0);
    paths[MS_PATH_RESULT] = ms_path_make(unit, MS_PATH_RESULT, 0, 1, 0);
    paths[MS_PATH_SELF] = ms_path_make(unit, MS_PATH_SELF, 0, 0, 0);
    paths[MS_PATH_DEREF] = ms_path_make(unit, MS_PATH_DEREF, parameter, 0, 0);
    paths[MS_PATH_FIELD] = ms_path_make(unit, MS_PATH_FIELD, paths[MS_PATH_DEREF], record, 0);
    paths[MS_PATH_INDEX] =
        ms_path_make(unit, MS_PATH_INDEX, paths[MS_PATH_GLOBAL], 0, paths[MS_PATH_CONSTANT]);
    paths[MS_PATH_ADDRESS] = ms_path_make(unit, MS_PATH_ADDRESS, paths[MS_PATH_FIELD], 0, 0);
    paths[MS_PATH_CONTAINER] = ms_path_make(unit, MS_PATH_CONTAINER, parameter, record, 1);
    paths[MS_PATH_BITS] = ms_path_make(unit, MS_PATH_BITS, parameter,
                                       unit->paths[paths[MS_PATH_CONSTANT]].operand, 0);
}

static inline struct ms_unit *sample_unit(void) {
    struct ms_unit *unit = ms_unit_new("cache.c", "/src/project", "clang 19");
    ms_record record = sample_record(unit);
    ms_type type = ms_unit_add_type(
        unit, (struct ms_type_node){.kind = MS_TYPE_RECORD,
                                    .spelling = sample_string(unit, "struct cache"),
                                    .record = record});
    ms_variable global =
        ms_unit_add_variable(unit, (struct ms_variable_node){sample_string(unit, "caches"),
                                                             type,
                                                             MS_VARIABLE_GLOBAL,
                                                             sample_location(unit, 9, 14, ""),
                                                             {1, 1}});
    ms_variable parameter =
        ms_unit_add_variable(unit, (struct ms_variable_node){sample_string(unit, "c"),
                                                             type,
                                                             MS_VARIABLE_PARAM,
                                                             sample_location(unit, 11, 30, ""),
                                                             {0, 0}});
    ms_variable local = ms_unit_add_variable(
        unit, (struct ms_variable_node){
                  sample_string(unit, "i"), type, 0, sample_location(unit, 13, 9, ""), {0, 0}});
    ms_function callee = ms_unit_add_function(
        unit, (struct ms_function_node){.name = sample_string(unit, "pthread_mutex_lock"),
                                        .flags = MS_FUNCTION_SYSTEM});
    ms_path paths[MS_PATH_KIND_COUNT];
    sample_paths(unit, record, global, local, callee, paths);

    uint32_t argument = ms_unit_add_argument(unit, paths[MS_PATH_ADDRESS]);
    uint32_t event = (uint32_t)unit->event_count;
    for (int kind = MS_PATH_UNKNOWN; kind < MS_PATH_KIND_COUNT; kind++)
        ms_unit_add_event(
            unit,
            (struct ms_event){.kind = (uint8_t)(1 + kind % (MS_EVENT_KIND_COUNT - 1)),
                              .order = (uint8_t)(kind % (MS_ORDER_SEQ_CST + 1)),
                              .flags = (uint16_t)(1u << kind % 8),
                              .path = paths[kind],
                              .value = paths[MS_PATH_KIND_COUNT - 1 - kind],
                              .type = type,
                              .where = sample_location(unit, 20u + (uint32_t)kind * 3 % 7,
                                                       (uint32_t)kind, kind % 3 ? "" : "LOCK")});
    ms_unit_add_event(unit, (struct ms_event){.kind = MS_EVENT_CALL,
                                              .callee = callee,
                                              .result = 1,
                                              .arguments = {argument, 1},
                                              .where = sample_location(unit, 40, 5, "")});
    uint32_t first = (uint32_t)unit->block_count;
    for (uint8_t compare = MS_COMPARE_NONE; compare <= MS_COMPARE_GREATER_EQUAL; compare++) {
        uint32_t successor = ms_unit_add_successor(unit, compare);
        ms_unit_add_successor(unit, 0);
        ms_unit_add_block(unit, (struct ms_block){.events = {compare ? 0 : event,
                                                             compare ? 0 : MS_PATH_KIND_COUNT + 1},
                                                  .successors = {successor, 2},
                                                  .compare = compare,
                                                  .left = paths[MS_PATH_RESULT],
                                                  .right = paths[MS_PATH_CONSTANT],
                                                  .loop = compare == 1});
    }
    ms_unit_add_function(
        unit, (struct ms_function_node){.name = sample_string(unit, "cache_get"),
                                        .flags = MS_FUNCTION_DEFINED | MS_FUNCTION_PARTIAL,
                                        .where = sample_location(unit, 11, 7, ""),
                                        .end = sample_location(unit, 50, 1, ""),
                                        .result = type,
                                        .parameters = {parameter, 1},
                                        .attributes = {2, 2},
                                        .blocks = {first, MS_COMPARE_GREATER_EQUAL + 1},
                                        .results = 1});
    ms_unit_add_ignore(unit, sample_attribute(unit, 0, 0, "guard-bypass,wrong-lock"));
    return unit;
}

#endif
