/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What branches tell about values: comparisons with constants, kept with the state, so that two
 * branches on one value go the same way. */
#include "state.h"

#include <string.h>

enum ms_compare ms_compare_negate(enum ms_compare compare) {
    static const uint8_t negated[] = {
        [MS_COMPARE_NONE] = MS_COMPARE_NONE,          [MS_COMPARE_EQUAL] = MS_COMPARE_NOT_EQUAL,
        [MS_COMPARE_NOT_EQUAL] = MS_COMPARE_EQUAL,    [MS_COMPARE_LESS] = MS_COMPARE_GREATER_EQUAL,
        [MS_COMPARE_LESS_EQUAL] = MS_COMPARE_GREATER, [MS_COMPARE_GREATER] = MS_COMPARE_LESS_EQUAL,
        [MS_COMPARE_GREATER_EQUAL] = MS_COMPARE_LESS,
    };
    return negated[compare];
}

static bool holds(int64_t value, enum ms_compare compare, int64_t constant) {
    switch (compare) {
    case MS_COMPARE_EQUAL:
        return value == constant;
    case MS_COMPARE_NOT_EQUAL:
        return value != constant;
    case MS_COMPARE_LESS:
        return value < constant;
    case MS_COMPARE_LESS_EQUAL:
        return value <= constant;
    case MS_COMPARE_GREATER:
        return value > constant;
    case MS_COMPARE_GREATER_EQUAL:
        return value >= constant;
    default:
        return true;
    }
}

/* Whether some integer satisfies both. Equalities decide; of two inequalities the ends are tried.
 */
static bool compatible(enum ms_compare one, int64_t a, enum ms_compare other, int64_t b) {
    if (one == MS_COMPARE_EQUAL)
        return holds(a, other, b);
    if (other == MS_COMPARE_EQUAL)
        return holds(b, one, a);
    if (one == MS_COMPARE_NOT_EQUAL || other == MS_COMPARE_NOT_EQUAL)
        return true;
    static const int64_t around[] = {-1, 0, 1};
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        int64_t x, y;
        if (!__builtin_add_overflow(a, around[i], &x) && holds(x, one, a) && holds(x, other, b))
            return true;
        if (!__builtin_add_overflow(b, around[i], &y) && holds(y, one, a) && holds(y, other, b))
            return true;
    }
    return false;
}

bool ms_constraint_admits(const struct ms_constraint *constraint, int64_t value) {
    return holds(value, constraint->compare, constraint->constant);
}

bool ms_state_assume(const struct ms_frame *frame, struct ms_state *state, ms_path value,
                     enum ms_compare compare, int64_t constant) {
    struct ms_path_node node = *ms_node(frame->program, value);
    if (node.kind == MS_PATH_CONSTANT)
        return holds(frame->program->facts->constants[node.operand], compare, constant);
    if (node.kind == MS_PATH_ADDRESS || node.kind == MS_PATH_FUNCTION)
        return constant != 0 || holds(1, compare, 0);
    if (node.kind == MS_PATH_UNKNOWN || compare == MS_COMPARE_NONE)
        return true;
    for (uint32_t i = 0; i < state->constraint_count; i++) {
        const struct ms_constraint *known = &state->constraints[i];
        if (known->value != value)
            continue;
        if (!compatible(known->compare, known->constant, compare, constant))
            return false;
        if (known->compare == MS_COMPARE_EQUAL ||
            (known->compare == compare && known->constant == constant))
            return true;
    }
    const struct ms_path_node *decider =
        node.kind == MS_PATH_BITS ? ms_node(frame->program, node.base) : &node;
    if (decider->kind == MS_PATH_PARAM && decider->operand < 32 && frame->function)
        frame->program->code[frame->function].summary.decisive |= 1u << decider->operand;
    if (state->constraint_count == MS_CONSTRAINT_MAX) { /* the oldest is the least useful */
        memmove(state->constraints, state->constraints + 1,
                (MS_CONSTRAINT_MAX - 1) * sizeof *state->constraints);
        state->constraint_count--;
    }
    state->constraints[state->constraint_count++] =
        (struct ms_constraint){value, (uint8_t)compare, constant};
    return true;
}

enum ms_compare ms_state_known(const struct ms_frame *frame, const struct ms_state *state,
                               ms_path value, int64_t *constant) {
    struct ms_path_node node = *ms_node(frame->program, value);
    *constant = 0;
    if (node.kind == MS_PATH_CONSTANT) {
        *constant = frame->program->facts->constants[node.operand];
        return MS_COMPARE_EQUAL;
    }
    if (node.kind == MS_PATH_ADDRESS || node.kind == MS_PATH_FUNCTION)
        return MS_COMPARE_NOT_EQUAL;
    enum ms_compare best = MS_COMPARE_NONE;
    for (uint32_t i = 0; i < state->constraint_count; i++) {
        if (state->constraints[i].value != value)
            continue;
        best = state->constraints[i].compare;
        *constant = state->constraints[i].constant;
        if (best == MS_COMPARE_EQUAL)
            break;
    }
    return best;
}
