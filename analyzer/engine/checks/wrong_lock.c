/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* wrong-lock: a lock is held, but not the one under which everyone else accesses this data: another
 * lock altogether, or the right field of another object. */
#include "breaches.h"
#include "checks.h"

static void report(struct ms_program *program, const struct ms_breach *breach) {
    const char *problem = ms_arena_format(&program->arena, "under `%s`, but it is guarded by",
                                          ms_held_spelled(program, breach->instance, breach->held));
    ms_report_breach(program, MS_CHECK_WRONG_LOCK, breach, problem);
}

/* The right field of the wrong object: `a->lock` does not protect `b->table`. */
static bool other_instance(struct ms_program *program, const struct ms_group *group,
                           const struct ms_instance *instance, const struct ms_held **held) {
    if (group->guard.relation != MS_RELATION_OWN)
        return false;
    *held = NULL;
    for (uint32_t i = 0; i < instance->locks.count; i++) {
        const struct ms_held *lock = &instance->locks.items[i];
        if (lock->level <= 0 || ms_lock_key(program, lock->lock) != group->guard.lock)
            continue;
        if (ms_lock_relation(program, lock->lock, instance->path) != MS_RELATION_FOREIGN)
            return false;
        *held = lock;
    }
    if (!*held || instance->unknown)
        return false;
    /* Both objects must have names of their own in this very function, else they may be one. */
    const struct ms_access *access = ms_access_of(program, instance);
    for (uint32_t i = 0; i < access->locks.count; i++) {
        ms_path mine = ms_path_object(program, access->locks.items[i].lock);
        ms_path data = ms_path_object(program, access->path);
        ms_path lock_root = ms_path_root(program, mine), data_root = ms_path_root(program, data);
        bool parameters = ms_node(program, lock_root)->kind == MS_PATH_PARAM &&
                          ms_node(program, data_root)->kind == MS_PATH_PARAM;
        bool globals = ms_node(program, mine)->kind == MS_PATH_GLOBAL &&
                       ms_node(program, data)->kind == MS_PATH_GLOBAL;
        if (ms_lock_key(program, access->locks.items[i].lock) == group->guard.lock &&
            mine != data && lock_root != data_root && (parameters || globals))
            return true;
    }
    return false;
}

static void judge(struct ms_program *program) {
    ms_each_breach(program, MS_BREACH_OTHER_LOCK, report);
    const struct ms_groups *groups = ms_collect_accesses(program);
    for (size_t g = 0; g < groups->count; g++) {
        const struct ms_group *group = &groups->items[g];
        for (uint32_t i = 0; group->guard.lock && i < group->count; i++) {
            struct ms_breach breach = {.kind = MS_BREACH_OTHER_LOCK,
                                       .group = group,
                                       .instance = &group->items[i],
                                       .partner = &group->items[i],
                                       .confidence = MS_CONFIDENCE_MEDIUM};
            if (ms_access_of(program, breach.instance)->kind == MS_ACCESS_READ &&
                group->guard.held_write == 0)
                continue;
            if (!other_instance(program, group, breach.instance, &breach.held))
                continue;
            for (uint32_t p = 0; p < group->count; p++)
                if (ms_access_of(program, &group->items[p])->function !=
                        ms_access_of(program, breach.instance)->function &&
                    ms_holds(program, &group->items[p], group->guard.lock)) {
                    breach.partner = &group->items[p];
                    report(program, &breach);
                    break;
                }
        }
    }
}

const struct ms_check_code ms_code_of_WRONG_LOCK = {.judge = judge};
