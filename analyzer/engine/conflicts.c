/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Whether two accesses to the same data collide when they meet, and whether a lock keeps them from
 * meeting. Across threads, two locks are one if they have one name and stand in the same relation
 * to the data. */
#include "races.h"

bool ms_conflict(const struct ms_program *program, const struct ms_instance *one,
                 const struct ms_instance *other) {
    const struct ms_access *a = ms_access_of(program, one);
    const struct ms_access *b = ms_access_of(program, other);
    if (a->kind != MS_ACCESS_WRITE && b->kind != MS_ACCESS_WRITE)
        return false;
    /* Who has loaded the pointer to a map does not look at the place where it was kept any more. */
    if (((a->flags & MS_ACCESS_LOADED) && !(b->flags & MS_ACCESS_MAP)) ||
        ((b->flags & MS_ACCESS_LOADED) && !(a->flags & MS_ACCESS_MAP)))
        return false;
    return !((a->flags | b->flags) & MS_ACCESS_ATOMIC);
}

/* The one object in all the program that a lock belongs to; 0 if that is not known. */
static ms_path owner_of(struct ms_program *program, ms_path lock) {
    ms_path object = ms_path_object(program, lock);
    struct ms_path_node node = *ms_node(program, object);
    if (node.kind == MS_PATH_GLOBAL)
        return object;
    return node.kind == MS_PATH_DEREF ? ms_only_value(program, node.base) : 0;
}

/* `a->lock` and `b->lock`, where `a` and `b` each point to an object of its own. */
static bool are_different(struct ms_program *program, ms_path one, ms_path other) {
    if (one == other)
        return false;
    ms_path mine = owner_of(program, one), theirs = owner_of(program, other);
    return mine && theirs && mine != theirs;
}

bool ms_excluded(struct ms_program *program, const struct ms_instance *one,
                 const struct ms_instance *other) {
    for (uint32_t i = 0; i < one->locks.count; i++) {
        const struct ms_held *a = &one->locks.items[i];
        ms_path key = ms_lock_key(program, a->lock);
        for (uint32_t j = 0; j < other->locks.count; j++) {
            const struct ms_held *b = &other->locks.items[j];
            if (a->mode == MS_MODE_SHARED && b->mode == MS_MODE_SHARED)
                continue;
            if (a->level <= 0 || b->level <= 0 || ms_lock_key(program, b->lock) != key)
                continue;
            if (are_different(program, a->lock, b->lock))
                continue;
            enum ms_relation mine = ms_lock_relation(program, a->lock, one->path);
            enum ms_relation theirs = ms_lock_relation(program, b->lock, other->path);
            if (a->lock == b->lock || mine == theirs || mine == MS_RELATION_FOREIGN ||
                theirs == MS_RELATION_FOREIGN)
                return true;
        }
    }
    return false;
}
