/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* write-under-read-lock: data is changed while its lock is held shared, so that readers see it
 * change and two such writers meet. Operations that look like reads but write count by their model.
 */
#include "breaches.h"
#include "checks.h"

static void report(struct ms_program *program, const struct ms_breach *breach) {
    ms_report_breach(program, MS_CHECK_WRITE_UNDER_READ_LOCK, breach,
                     "while only a read lock is held on");
}

/* Without a guard inferred: the operation itself shows that the lock is meant for this map, if the
 * lock is its neighbour and some other place accesses the map under it. */
static bool shared_lock_of(struct ms_program *program, const struct ms_group *group,
                           const struct ms_instance *instance, struct ms_guard *guard) {
    const struct ms_held *shared = NULL;
    for (uint32_t i = 0; i < instance->locks.count; i++) {
        if (instance->locks.items[i].level <= 0)
            continue;
        if (instance->locks.items[i].mode == MS_MODE_EXCLUSIVE)
            return false;
        shared = &instance->locks.items[i];
    }
    if (!shared || ms_lock_relation(program, shared->lock, instance->path) == MS_RELATION_FOREIGN)
        return false;
    *guard = (struct ms_guard){.lock = ms_lock_key(program, shared->lock)};
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < group->count; i++) {
        const struct ms_instance *other = &group->items[i];
        if (other->access == last)
            continue;
        last = other->access;
        if (ms_holds(program, other, guard->lock))
            guard->held++;
        else
            guard->open++;
    }
    return guard->held >= 2 && guard->held > guard->open;
}

/* Operations on a map, and counters that every other place accesses under the lock. */
static bool is_sure(const struct ms_access *access, const struct ms_guard *guard) {
    return (access->flags & MS_ACCESS_MAP) ||
           ((access->flags & MS_ACCESS_MODIFY) && guard->open == 0);
}

static void judge(struct ms_program *program) {
    ms_each_breach(program, MS_BREACH_SHARED_LOCK, report);
    const struct ms_groups *groups = ms_collect_accesses(program);
    for (size_t g = 0; g < groups->count; g++) {
        struct ms_group group = groups->items[g];
        for (uint32_t i = 0; !group.guard.lock && i < group.count; i++) {
            const struct ms_instance *instance = &group.items[i];
            const struct ms_access *access = ms_access_of(program, instance);
            struct ms_guard guard;
            bool known;
            if (access->kind != MS_ACCESS_WRITE || instance->unknown ||
                (access->flags & (MS_ACCESS_ATOMIC | MS_ACCESS_FUZZY)) ||
                !ms_parallel(program, instance, instance, &known) ||
                !shared_lock_of(program, &group, instance, &guard))
                continue;
            struct ms_group with = group;
            with.guard = guard;
            struct ms_breach breach = {.kind = MS_BREACH_SHARED_LOCK,
                                       .group = &with,
                                       .instance = instance,
                                       .partner = instance,
                                       .confidence = is_sure(access, &guard) ? MS_CONFIDENCE_MEDIUM
                                                                             : MS_CONFIDENCE_LOW};
            report(program, &breach);
        }
    }
}

const struct ms_check_code ms_code_of_WRITE_UNDER_READ_LOCK = {.judge = judge};
