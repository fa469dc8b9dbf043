/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Clang's thread-safety attributes are read as truth: a call takes, tries, gives back and asserts
 * the locks that its declaration names, whatever the body says. What a function requires is in
 * contexts.c, what guards data in guards.c, declared orders in the check on lock order.
 */
#include "transfer.h"

#include <string.h>

struct attribute_call {
    struct ms_local *local;
    uint32_t event;
    const ms_path *arguments;
    uint32_t argument_count;
};

static ms_path lock_of(const struct attribute_call *call, const struct ms_state *state,
                       const struct ms_attribute *attribute) {
    return ms_state_instantiate(&call->local->frame, state, call->arguments, call->argument_count,
                                attribute->path, 0);
}

static void change(const struct attribute_call *call, struct ms_states *states,
                   const struct ms_attribute *attribute, uint8_t mode, int level) {
    for (uint32_t i = 0; i < states->count; i++)
        ms_change_lock(call->local, states->items[i], call->event,
                       lock_of(call, states->items[i], attribute), mode, level);
}

static void assert_held(const struct attribute_call *call, struct ms_states *states,
                        const struct ms_attribute *attribute, uint8_t mode) {
    for (uint32_t i = 0; i < states->count; i++) {
        ms_path lock = lock_of(call, states->items[i], attribute);
        if (lock)
            ms_state_assert_lock(&call->local->frame, states->items[i], lock, mode, call->event);
    }
}

/* Two states, told apart by the result. Success is a result of zero, or any other. */
static void try_lock(const struct attribute_call *call, struct ms_states *states,
                     const struct ms_attribute *attribute, uint8_t mode) {
    struct ms_local *local = call->local;
    bool zero = !strcmp(ms_name(local->program, attribute->text), "0");
    enum ms_compare success = zero ? MS_COMPARE_EQUAL : MS_COMPARE_NOT_EQUAL;
    ms_path result = ms_result_of(local, call->event);
    struct ms_states after = {0};
    for (uint32_t i = 0; i < states->count; i++) {
        ms_path lock = lock_of(call, states->items[i], attribute);
        struct ms_state *taken = ms_state_copy(&local->frame, states->items[i]);
        struct ms_state *failed = ms_state_copy(&local->frame, states->items[i]);
        if (lock && ms_state_assume(&local->frame, taken, result, success, 0)) {
            ms_change_lock(local, taken, call->event, lock, mode, +1);
            ms_states_add(&local->frame, &after, taken, call->event);
        }
        if (lock)
            ms_state_fail_lock(&local->frame, failed, lock, call->event);
        if (ms_state_assume(&local->frame, failed, result, ms_compare_negate(success), 0))
            ms_states_add(&local->frame, &after, failed, call->event);
    }
    *states = after;
}

bool ms_apply_attributes(struct ms_local *local, struct ms_states *states, uint32_t event,
                         const ms_path *arguments, uint32_t argument_count) {
    struct ms_program *program = local->program;
    ms_function callee = program->facts->events[event].callee;
    struct attribute_call call = {local, event, arguments, argument_count};
    bool said = false;
    struct ms_range range = {0, 0};
    if (callee)
        range = ms_function_at(program, callee)->attributes;
    for (uint32_t a = 0; a < range.count && states->count; a++) {
        struct ms_attribute attribute = program->facts->attributes[range.first + a];
        switch (attribute.kind) {
        case MS_ATTRIBUTE_ACQUIRES:
            change(&call, states, &attribute, MS_MODE_EXCLUSIVE, +1);
            break;
        case MS_ATTRIBUTE_ACQUIRES_SHARED:
            change(&call, states, &attribute, MS_MODE_SHARED, +1);
            break;
        case MS_ATTRIBUTE_RELEASES:
            change(&call, states, &attribute, MS_MODE_EXCLUSIVE, -1);
            break;
        case MS_ATTRIBUTE_TRY_ACQUIRES:
            try_lock(&call, states, &attribute, MS_MODE_EXCLUSIVE);
            break;
        case MS_ATTRIBUTE_TRY_ACQUIRES_SHARED:
            try_lock(&call, states, &attribute, MS_MODE_SHARED);
            break;
        case MS_ATTRIBUTE_ASSERTS:
            assert_held(&call, states, &attribute, MS_MODE_EXCLUSIVE);
            continue;
        case MS_ATTRIBUTE_ASSERTS_SHARED:
            assert_held(&call, states, &attribute, MS_MODE_SHARED);
            continue;
        default:
            continue;
        }
        said = true;
    }
    return said;
}
