/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* May happen in parallel: each access knows the threads that run it and the threads that may be
 * running at that moment; two accesses are parallel when either one's thread is in the other's set.
 */
#include "races.h"

enum { FIRST_SPECIAL = MS_THREAD_SIGNAL };

static bool is_many(const struct ms_program *program, uint32_t thread) {
    if (thread == MS_THREAD_UNKNOWN)
        return true;
    return thread >= 1 && thread <= program->thread_count && program->threads[thread].many;
}

bool ms_parallel(const struct ms_program *program, const struct ms_instance *one,
                 const struct ms_instance *other, bool *known) {
    bool parallel = false;
    *known = false;
    for (uint32_t a = 0; a < 64; a++) {
        if (!(one->threads >> a & 1))
            continue;
        for (uint32_t b = 0; b < 64; b++) {
            if (!(other->threads >> b & 1))
                continue;
            bool pair =
                a == b ? is_many(program, a) : (one->live >> b & 1) && (other->live >> a & 1);
            parallel |= pair;
            *known |= pair && a < FIRST_SPECIAL && b < FIRST_SPECIAL;
        }
    }
    return parallel;
}

/* On a longer way than this, some condition on it that we do not understand will forbid it. */
enum { CALLS_MAX = 5 };

bool ms_way_is_certain(struct ms_program *program, const struct ms_instance *instance) {
    const struct ms_context *context = ms_context_of(program, instance);
    for (int calls = 0; context->site != UINT32_MAX; calls++) {
        if (calls > CALLS_MAX)
            return false;
        const struct ms_call_site *site = &program->calls[context->site];
        const struct ms_event *event = &program->facts->events[site->event];
        if (site->how == MS_HOW_CALL && !event->callee &&
            !ms_is_routine(program, site->caller, site->callee) &&
            ms_functions_of(program, site->caller, event->path).count > 1)
            return false;
        context = &program->code[site->caller].contexts[context->parent];
    }
    return true;
}
