/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* guard-bypass: other places hold a lock for this data, this one holds none: the RWMutex bypass. Or
 * a function is called without the lock that its declaration requires. */
#include "breaches.h"
#include "checks.h"

static void report(struct ms_program *program, const struct ms_breach *breach) {
    ms_report_breach(program, MS_CHECK_GUARD_BYPASS, breach, "without holding");
}

static bool requires_lock(const struct ms_program *program, ms_function function, ms_path key) {
    struct ms_range range = ms_function_at(program, function)->attributes;
    for (uint32_t i = 0; i < range.count; i++) {
        const struct ms_attribute *attribute = &program->facts->attributes[range.first + i];
        if ((attribute->kind == MS_ATTRIBUTE_REQUIRES ||
             attribute->kind == MS_ATTRIBUTE_REQUIRES_SHARED) &&
            ms_path_key((struct ms_program *)program, attribute->path) == key)
            return true;
    }
    return false;
}

static bool held_in(struct ms_program *program, const struct ms_call_site *site,
                    const struct ms_context *context, ms_path key) {
    struct ms_lockset locks = ms_context_locks(program, site->caller, context, &site->locks);
    for (uint32_t i = 0; i < locks.count; i++)
        if (locks.items[i].level > 0 && ms_lock_key(program, locks.items[i].lock) == key)
            return true;
    return false;
}

/* A call of a function that is declared to require a lock, by one that neither holds nor requires
 * it, where other threads may run. */
static void judge_requirement(struct ms_program *program, const struct ms_call_site *site,
                              const struct ms_attribute *attribute) {
    ms_path key = ms_path_key(program, attribute->path);
    const struct ms_path_node *root = ms_node(program, ms_path_root(program, attribute->path));
    bool owned =
        root->kind == MS_PATH_PARAM && root->operand < 32 && (site->owned >> root->operand & 1);
    if (!key || owned || site->fuzzy || requires_lock(program, site->caller, key))
        return;
    const struct ms_code *code = &program->code[site->caller];
    for (uint32_t c = 0; c < code->context_count; c++) {
        const struct ms_context *context = &code->contexts[c];
        uint64_t live = (context->live & ~site->joined) | site->live;
        if (held_in(program, site, context, key) ||
            (context->threads == (uint64_t)1 << MS_THREAD_MAIN && !live))
            continue;
        const char *callee = ms_name(program, ms_function_at(program, site->callee)->name);
        if (ms_report(program, MS_CHECK_GUARD_BYPASS, MS_CONFIDENCE_HIGH, site->caller,
                      program->facts->events[site->event].where, key,
                      "%s() is called without holding `%s`, which it is declared to require",
                      callee, ms_spelled(program, site->callee, attribute->path)))
            ms_report_note(program, site->callee, attribute->where, "declared here");
        return;
    }
}

static void judge_requirements(struct ms_program *program) {
    for (uint32_t i = 0; i < program->call_count; i++) {
        const struct ms_call_site *site = &program->calls[i];
        struct ms_range range = ms_function_at(program, site->callee)->attributes;
        for (uint32_t a = 0; site->how == MS_HOW_CALL && a < range.count; a++) {
            const struct ms_attribute *attribute = &program->facts->attributes[range.first + a];
            if (attribute->kind == MS_ATTRIBUTE_REQUIRES ||
                attribute->kind == MS_ATTRIBUTE_REQUIRES_SHARED)
                judge_requirement(program, site, attribute);
        }
    }
}

static void judge(struct ms_program *program) {
    judge_requirements(program);
    ms_each_breach(program, MS_BREACH_NO_LOCK, report);
}

const struct ms_check_code ms_code_of_GUARD_BYPASS = {.judge = judge};
