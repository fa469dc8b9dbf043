/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * `struct job job; pthread_create(&t, NULL, run, &job); return 0;`: the thread works on the frame
 * of a function that has returned. Nothing is said of main, whose end is that of the process, nor
 * where the function waits for some sign of the thread.
 */
#include "endings.h"
#include "held_endings.h"
#include "report.h"

#include <string.h>

/* The local variable whose address is this argument; 0 if it is none. */
static ms_variable local_given(const struct ms_program *program, ms_path argument) {
    const struct ms_path_node *node = ms_node(program, argument);
    if (node->kind != MS_PATH_ADDRESS)
        return 0;
    const struct ms_path_node *object = ms_node(program, ms_path_object(program, node->base));
    return object->kind == MS_PATH_LOCAL ? object->operand : 0;
}

static bool may_outlive(const struct ms_program *program, const struct ms_call_site *site) {
    const struct ms_summary *summary = &program->code[site->caller].summary;
    for (uint32_t e = 0; e < summary->exit_count; e++)
        if (summary->exits[e].live >> site->thread & 1)
            return true;
    return false;
}

/* The first place at which the thread's function itself looks at what it was given. */
static const struct ms_access *use_of(const struct ms_program *program, ms_function function,
                                      uint32_t parameter) {
    const struct ms_code *code = &program->code[function];
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        const struct ms_access *access = &program->accesses[code->accesses.first + i];
        const struct ms_path_node *root = ms_node(program, ms_path_root(program, access->path));
        if (root->kind == MS_PATH_PARAM && root->operand == parameter)
            return access;
    }
    return NULL;
}

static bool joins(struct ms_program *program, ms_function function, uint32_t event,
                  const void *data) {
    return (ms_threads_joined(program, function, event) >> *(const uint32_t *)data & 1) ||
           ms_call_waits(program, function, event, NULL);
}

static void judge_start(struct ms_program *program, const struct ms_call_site *site) {
    const struct ms_function_node *caller = ms_function_at(program, site->caller);
    struct ms_step step = {site->caller, site->event};
    if (!strcmp(ms_name(program, caller->name), "main") || !may_outlive(program, site) ||
        ms_call_after(program, step, joins, &site->thread))
        return;
    for (uint32_t i = 0; i < site->argument_count; i++) {
        ms_variable variable = local_given(program, site->arguments[i]);
        const struct ms_access *use = variable ? use_of(program, site->callee, i) : NULL;
        if (!use)
            continue;
        const char *name = ms_name(program, program->facts->variables[variable].name);
        if (ms_report(program, MS_CHECK_DESTROY_IN_USE, MS_CONFIDENCE_HIGH, site->caller,
                      program->facts->events[site->event].where, site->arguments[i],
                      "a thread is given `%s`, a local of %s(), which returns without waiting for "
                      "the thread",
                      name, ms_name(program, caller->name)))
            ms_report_note(program, site->callee, program->facts->events[use->event].where,
                           "the thread uses it here, in %s()",
                           ms_name(program, ms_function_at(program, site->callee)->name));
    }
}

void ms_judge_abandoned_frames(struct ms_program *program) {
    for (uint32_t i = 0; i < program->call_count; i++)
        if (program->calls[i].how == MS_HOW_THREAD && program->calls[i].thread)
            judge_start(program, &program->calls[i]);
}
