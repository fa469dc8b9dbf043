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

/* A moment in a function: threads and locks, as recorded for an access or a call there. */
struct moment {
    uint64_t live, joined;
    const struct ms_lockset *locks;
};

static struct moment moment_of(const struct ms_program *program, ms_function function,
                               uint32_t event) {
    static const struct ms_lockset none;
    const struct ms_code *code = &program->code[function];
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        const struct ms_access *access = &program->accesses[code->accesses.first + i];
        if (access->event == event)
            return (struct moment){access->live, access->joined, &access->locks};
    }
    for (uint32_t i = 0; i < code->calls.count; i++) {
        const struct ms_call_site *site = &program->calls[code->calls.first + i];
        if (site->event == event)
            return (struct moment){site->live, site->joined, &site->locks};
    }
    return (struct moment){0, 0, &none};
}

/* Locks that are held all the time from the one moment to the other, by the callers or by the
 * function itself, other than the one that is given back in between. */
static struct ms_lockset locks_throughout(struct ms_program *program,
                                          const struct ms_context *context,
                                          const struct moment *from, const struct moment *to,
                                          ms_path lock_key) {
    struct ms_lockset locks = {0};
    locks.items = ms_arena_allocate(
        &program->arena, (context->locks.count + from->locks->count + 1) * sizeof *locks.items);
    for (uint32_t i = 0; i < context->locks.count; i++)
        if (ms_lock_key(program, context->locks.items[i].lock) != lock_key)
            locks.items[locks.count++] = context->locks.items[i];
    for (uint32_t i = 0; i < from->locks->count; i++)
        for (uint32_t j = 0; j < to->locks->count; j++) {
            const struct ms_held *then = &from->locks->items[i], *now = &to->locks->items[j];
            if (then->lock == now->lock && then->event == now->event && now->level > 0 &&
                then->level > 0 && ms_lock_key(program, now->lock) != lock_key)
                locks.items[locks.count++] = *now;
        }
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

bool ms_gap_is_parallel(struct ms_program *program, const struct ms_gap *gap,
                        const struct ms_instance *other, bool *known) {
    const struct ms_code *code = &program->code[gap->function];
    struct moment from = moment_of(program, gap->function, gap->from);
    struct moment to = moment_of(program, gap->function, gap->to);
    ms_path key = ms_lock_key(program, gap->lock);
    bool found = false;
    for (uint32_t c = 0; c < code->context_count; c++) {
        const struct ms_context *context = &code->contexts[c];
        struct ms_instance probe = {.threads = context->threads,
                                    .live = (context->live & ~to.joined) | to.live};
        bool pair_known;
        if (context->once || (probe.threads == (uint64_t)1 << MS_THREAD_MAIN && !probe.live) ||
            !ms_parallel(program, &probe, other, &pair_known))
            continue;
        struct ms_lockset throughout = locks_throughout(program, context, &from, &to, key);
        if (kept_out(program, &throughout, other))
            continue;
        found = true;
        *known |= pair_known;
    }
    return found;
}

enum { PARTNERS_MAX = 400 };

const struct ms_instance *ms_find_interference(struct ms_program *program, const struct ms_gap *gap,
                                               ms_path key, bool constant, bool *known) {
    const struct ms_group *group = ms_group_of_key(program, key);
    ms_path lock_key = ms_lock_key(program, gap->lock);
    const struct ms_instance *found = NULL;
    *known = false;
    for (uint32_t i = 0; group && i < group->count && i < PARTNERS_MAX; i++) {
        const struct ms_instance *other = &group->items[i];
        bool pair_known = false;
        if (ms_access_of(program, other)->kind != MS_ACCESS_WRITE ||
            (constant && !(ms_access_of(program, other)->flags & MS_ACCESS_CONSTANT)) ||
            !ms_holds(program, other, lock_key) ||
            !ms_gap_is_parallel(program, gap, other, &pair_known))
            continue;
        if (!found || pair_known > *known) {
            found = other;
            *known = pair_known;
        }
    }
    return found;
}
