/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* From the effects of a model to the brackets of the runtime. */
#include "mapsan/map_operations.h"

#include <string.h>

#include "mapsan/hooks.h"

_Static_assert((int)MS_MAP_INIT == (int)MAPSAN_OP_INIT && (int)MS_MAP_READ == (int)MAPSAN_OP_READ &&
                   (int)MS_MAP_WRITE == (int)MAPSAN_OP_WRITE &&
                   (int)MS_MAP_ITERATE == (int)MAPSAN_OP_ITERATE &&
                   (int)MS_MAP_DESTROY == (int)MAPSAN_OP_DESTROY,
               "models and hooks number the operations alike");

/* Which of two operations on one map a single bracket must announce. */
static int strength(uint8_t operation) {
    static const uint8_t strengths[] = {
        [MAPSAN_OP_READ] = 1, [MAPSAN_OP_ITERATE] = 2, [MAPSAN_OP_WRITE] = 3,
        [MAPSAN_OP_INIT] = 4, [MAPSAN_OP_DESTROY] = 5, [MS_MAP_REFERENCE] = 0};
    return strengths[operation];
}

static bool same_map(const struct ms_map_operation *a, const struct ms_map_operation *b) {
    if (a->object.kind != b->object.kind || a->object.index != b->object.index ||
        a->when_argument != b->when_argument || a->when_value != b->when_value)
        return false;
    return a->object.kind != MS_OPERAND_GLOBAL || strcmp(a->object.global, b->object.global) == 0;
}

/* A map found by way of an iterator is the first pointer in it. */
static struct ms_operand iterator_of(const struct ms_effect *effect) {
    struct ms_operand iterator = {0};
    if (effect->verb == MS_VERB_ITERATOR_INIT)
        return effect->other;
    if (effect->object.kind == MS_OPERAND_INDIRECT &&
        (effect->verb == MS_VERB_ITERATE || effect->verb == MS_VERB_ITERATE_REMOVE)) {
        iterator = effect->object;
        iterator.kind = MS_OPERAND_ARGUMENT;
    }
    return iterator;
}

static bool has_verb(const struct ms_model *model, enum ms_verb verb) {
    for (unsigned i = 0; i < model->effect_count; i++)
        if (model->effects[i].verb == verb)
            return true;
    return false;
}

/* An iteration that calls back lasts as long as the call; the others are steps, between which the
 * program may change the map as the library allows. What runs inside an operation that does not
 * call back are destructors and the arguments of macros: no disturbance. */
static struct ms_map_operation operation_of(const struct ms_model *model,
                                            const struct ms_effect *effect) {
    const enum ms_verb verb = (enum ms_verb)effect->verb;
    const bool calls_back = has_verb(model, MS_VERB_CALLBACK);
    struct ms_map_operation result = {.object = effect->object,
                                      .iterator = iterator_of(effect),
                                      .operation = (uint8_t)ms_verb_map_access(verb),
                                      .when_argument = effect->when_argument,
                                      .when_value = effect->when_value};
    if (verb == MS_VERB_UNREF_MAP) {
        result.operation = MAPSAN_OP_DESTROY;
        result.flags |= MAPSAN_SITE_UNREF;
    } else if (verb == MS_VERB_REF_MAP) {
        result.operation = MS_MAP_REFERENCE;
    }
    if (verb == MS_VERB_ITERATE_REMOVE)
        result.flags |= MAPSAN_SITE_ITERATOR_REMOVE;
    if (result.operation == MAPSAN_OP_ITERATE && !calls_back)
        result.flags |= MAPSAN_SITE_STEP;
    const bool changes =
        result.operation == MAPSAN_OP_WRITE || result.operation == MAPSAN_OP_DESTROY;
    if (!calls_back && (changes || model->macro))
        result.flags |= MAPSAN_SITE_REENTRANT;
    return result;
}

size_t ms_map_operations(const struct ms_model *model,
                         struct ms_map_operation operations[MS_EFFECTS_MAX]) {
    size_t count = 0;
    /* A map with a lock of its own may be called by many threads at once. */
    if (has_verb(model, MS_VERB_SELF_LOCKING))
        return 0;
    for (unsigned i = 0; i < model->effect_count; i++) {
        const struct ms_map_operation found = operation_of(model, &model->effects[i]);
        size_t same = 0;
        if (found.operation == MS_MAP_NONE)
            continue;
        while (same < count && !same_map(&operations[same], &found))
            same++;
        if (same == count)
            operations[count++] = found;
        else if (strength(found.operation) > strength(operations[same].operation))
            operations[same] = found;
    }
    return count;
}
