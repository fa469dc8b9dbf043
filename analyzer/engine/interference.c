/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Who else could come in between two epochs: someone who writes the data with the lock held, on a
 * thread that may run beside this one, and whom no other lock keeps out. */
#include "epochs.h"

#include <stdlib.h>

const struct ms_group *ms_group_of_key(struct ms_program *program, ms_path key) {
    const struct ms_groups *groups = ms_collect_accesses(program);
    size_t low = 0, high = groups->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (groups->items[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < groups->count && groups->items[low].key == key ? &groups->items[low] : NULL;
}

bool ms_lock_is_one_of_many(struct ms_program *program, ms_path lock) {
    for (ms_path at = lock;; at = ms_node(program, at)->base) {
        uint8_t kind = ms_node(program, at)->kind;
        if (kind == MS_PATH_INDEX)
            return true;
        if (kind != MS_PATH_FIELD && kind != MS_PATH_DEREF)
            return ms_lock_is_striped(program, ms_lock_key(program, lock));
    }
}

/* What was started and joined where the event is: as recorded for an access or a call there. */
static bool threads_at(const struct ms_program *program, ms_function function, uint32_t event,
                       uint64_t *live, uint64_t *joined) {
    const struct ms_code *code = &program->code[function];
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        const struct ms_access *access = &program->accesses[code->accesses.first + i];
        if (access->event == event) {
            *live = access->live, *joined = access->joined;
            return true;
        }
    }
    for (uint32_t i = 0; i < code->calls.count; i++) {
        const struct ms_call_site *site = &program->calls[code->calls.first + i];
        if (site->event == event) {
            *live = site->live, *joined = site->joined;
            return true;
        }
    }
    return false;
}

/* Locks that the callers hold all the time, other than the one that is given back in between. */
static struct ms_lockset locks_throughout(struct ms_program *program,
                                          const struct ms_context *context, ms_path lock_key) {
    struct ms_lockset locks = {0};
    locks.items =
        ms_arena_allocate(&program->arena, (context->locks.count + 1) * sizeof *locks.items);
    for (uint32_t i = 0; i < context->locks.count; i++)
        if (ms_lock_key(program, context->locks.items[i].lock) != lock_key)
            locks.items[locks.count++] = context->locks.items[i];
    return locks;
}

/* Whether a lock that is held throughout keeps the other out. Its relation to the data does not
 * matter: if in doubt it does. */
static bool kept_out(struct ms_program *program, const struct ms_lockset *locks,
                     const struct ms_instance *other) {
    for (uint32_t i = 0; i < locks->count; i++) {
        uint8_t theirs = ms_holds(program, other, ms_lock_key(program, locks->items[i].lock));
        if (theirs && (theirs != MS_MODE_SHARED || locks->items[i].mode != MS_MODE_SHARED))
            return true;
    }
    return false;
}

bool ms_event_is_parallel(struct ms_program *program, ms_function function, uint32_t event,
                          ms_path lock, const struct ms_instance *other, bool *known) {
    const struct ms_code *code = &program->code[function];
    uint64_t live = 0, joined = 0;
    threads_at(program, function, event, &live, &joined);
    ms_path key = ms_lock_key(program, lock);
    bool found = false;
    for (uint32_t c = 0; c < code->context_count; c++) {
        const struct ms_context *context = &code->contexts[c];
        struct ms_instance probe = {.threads = context->threads,
                                    .live = (context->live & ~joined) | live};
        bool pair_known;
        if (context->once || (probe.threads == (uint64_t)1 << MS_THREAD_MAIN && !probe.live) ||
            !ms_parallel(program, &probe, other, &pair_known))
            continue;
        struct ms_lockset throughout = locks_throughout(program, context, key);
        if (kept_out(program, &throughout, other))
            continue;
        found = true;
        *known |= pair_known;
    }
    return found;
}

enum { PARTNERS_MAX = 400 };

const struct ms_instance *ms_find_interference(struct ms_program *program, ms_function function,
                                               uint32_t event, ms_path key, ms_path lock,
                                               bool constant, bool *known) {
    const struct ms_group *group = ms_group_of_key(program, key);
    ms_path lock_key = ms_lock_key(program, lock);
    const struct ms_instance *found = NULL;
    *known = false;
    for (uint32_t i = 0; group && i < group->count && i < PARTNERS_MAX; i++) {
        const struct ms_instance *other = &group->items[i];
        bool pair_known = false;
        if (ms_access_of(program, other)->kind != MS_ACCESS_WRITE ||
            (constant && !(ms_access_of(program, other)->flags & MS_ACCESS_CONSTANT)) ||
            !ms_holds(program, other, lock_key) ||
            !ms_event_is_parallel(program, function, event, lock, other, &pair_known))
            continue;
        if (!found || pair_known > *known) {
            found = other;
            *known = pair_known;
        }
    }
    return found;
}
