/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What a model means to the runtime: which maps one operation touches, and how. Whatever puts hooks
 * around operations (the two halves of the instrumentation, the interposers of `mapsan run`) reads
 * models through this, so that all agree on what a bracket is.
 */
#ifndef MAPSAN_MAP_OPERATIONS_H
#define MAPSAN_MAP_OPERATIONS_H

#include "mapsan/models.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An operation beside those of enum mapsan_operation: a reference to the map is taken. */
enum { MS_MAP_REFERENCE = 6 };

struct ms_map_operation {
    struct ms_operand object;
    struct ms_operand iterator; /* through which it is made; kind MS_OPERAND_NONE: none */
    uint8_t operation;          /* enum mapsan_operation, or MS_MAP_REFERENCE */
    uint8_t flags;              /* enum mapsan_site_flags */
    uint8_t when_argument;      /* N + 1: only if argument N is when_value; 0: always */
    int32_t when_value;
};

/* The map operations that the model performs, one per map and condition: of several effects on the
 * same operand the strongest counts. Returns their number: 0 if it touches no map. */
size_t ms_map_operations(const struct ms_model *model,
                         struct ms_map_operation operations[MS_EFFECTS_MAX]);

/* It binds an iterator to the map that it names. */
static inline bool ms_makes_iterator(const struct ms_map_operation *operation) {
    return operation->iterator.kind != MS_OPERAND_NONE &&
           operation->object.kind != MS_OPERAND_INDIRECT;
}

#ifdef __cplusplus
}
#endif
#endif
