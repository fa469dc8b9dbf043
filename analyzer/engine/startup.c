/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Start-up: main makes one part of the program after the other, and starts the threads of each on
 * the way. What it does in such a part, while threads that it starts later do not run yet, is most
 * often not for the few that run already. Programs do not say so in any other way, so that this
 * lowers confidence and proves nothing.
 */
#include "races.h"

/* All threads that run at some time while main does something. */
static uint64_t threads_beside(const struct ms_program *program, ms_function function) {
    uint64_t live = 0;
    struct ms_range calls = program->code[function].calls;
    for (uint32_t i = 0; i < calls.count; i++)
        live |= program->calls[calls.first + i].live;
    return live;
}

static bool is_main(const struct ms_program *program, ms_function function) {
    const char *name = ms_name(program, ms_function_at(program, function)->name);
    return name[0] == 'm' && name[1] == 'a' && name[2] == 'i' && name[3] == 'n' && !name[4];
}

bool ms_in_startup(const struct ms_program *program, const struct ms_instance *instance) {
    const struct ms_context *context = ms_context_of(program, instance);
    const struct ms_call_site *site = NULL;
    if (instance->threads != (uint64_t)1 << MS_THREAD_MAIN)
        return false;
    while (context->site != UINT32_MAX) {
        site = &program->calls[context->site];
        context = &program->code[site->caller].contexts[context->parent];
    }
    if (!site || !is_main(program, site->caller))
        return false;
    uint64_t begun = site->live | site->joined | instance->live;
    return (threads_beside(program, site->caller) & ~begun) != 0;
}
