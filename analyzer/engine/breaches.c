/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Walks the groups that have a guard and finds the places that do without it although something
 * that runs in parallel relies on it. */
#include "breaches.h"

enum { PARTNERS_MAX = 256 };

static int64_t constant_written(const struct ms_program *program, const struct ms_access *access) {
    const struct ms_path_node *value =
        ms_node(program, program->facts->events[access->event].value);
    return program->facts->constants[value->operand];
}

/* Whether what one writes is no mere signal to the other, which writes something else there, or
 * takes the number for what it is. */
static bool is_value(const struct ms_program *program, const struct ms_access *access,
                     const struct ms_access *other) {
    if (access->kind != MS_ACCESS_WRITE || !(access->flags & MS_ACCESS_CONSTANT))
        return false;
    int64_t constant = constant_written(program, access);
    if (other->kind == MS_ACCESS_WRITE)
        return !(other->flags & MS_ACCESS_CONSTANT) || constant_written(program, other) != constant;
    return !(other->flags & MS_ACCESS_CONDITION) && constant != 0 && constant != 1 &&
           constant != -1;
}

static bool is_flag_like(const struct ms_program *program, const struct ms_group *group,
                         const struct ms_access *access) {
    uint8_t kind = program->facts->types[group->type].kind;
    if (access->flags & MS_ACCESS_MAP)
        return false;
    if (access->flags & MS_ACCESS_VOLATILE)
        return true;
    return kind == MS_TYPE_INTEGER &&
           (access->flags &
            (access->kind == MS_ACCESS_READ ? MS_ACCESS_CONDITION : MS_ACCESS_CONSTANT));
}

enum ms_confidence ms_data_confidence(const struct ms_program *program,
                                      const struct ms_group *group,
                                      const struct ms_instance *instance,
                                      const struct ms_instance *partner, bool threads_known) {
    if (group->guard.declared)
        return MS_CONFIDENCE_HIGH;
    const struct ms_access *access = ms_access_of(program, instance);
    const struct ms_access *other = ms_access_of(program, partner);
    if (group->guard.striped || group->guard.relation == MS_RELATION_FOREIGN)
        return MS_CONFIDENCE_LOW;
    bool values = threads_known && !((access->flags | other->flags) & MS_ACCESS_VOLATILE) &&
                  (is_value(program, access, other) || is_value(program, other, access));
    if (!values && (is_flag_like(program, group, access) ||
                    (access->kind == MS_ACCESS_READ && is_flag_like(program, group, other))))
        return MS_CONFIDENCE_LOW;
    if (ms_in_startup(program, instance) || ms_in_startup(program, partner))
        return MS_CONFIDENCE_LOW;
    return threads_known ? MS_CONFIDENCE_HIGH : MS_CONFIDENCE_MEDIUM;
}

const char *ms_guard_spelled(struct ms_program *program, const struct ms_instance *instance,
                             ms_path lock_key) {
    const struct ms_access *access = ms_access_of(program, instance);
    struct ms_path_node lock = *ms_node(program, lock_key);
    ms_path object = ms_path_object(program, ms_access_written(program, access));
    /* The same object, if the lock is a field of the record that the data is a field of. */
    ms_path data = ms_path_key(program, access->path);
    struct ms_path_node node = *ms_node(program, data);
    if (lock.kind == MS_PATH_FIELD && node.kind == MS_PATH_FIELD && node.operand == lock.operand &&
        node.base == lock.base)
        return ms_spelled(
            program, access->function,
            ms_path_replace(program, lock_key, ms_make(program, MS_PATH_SELF, 0, 0, 0), object));
    return ms_spelled(program, access->function, lock_key);
}

const char *ms_held_spelled(struct ms_program *program, const struct ms_instance *instance,
                            const struct ms_held *held) {
    const struct ms_access *access = ms_access_of(program, instance);
    const struct ms_context *context = ms_context_of(program, instance);
    for (uint32_t i = 0; i < access->locks.count; i++) {
        ms_path lock = access->locks.items[i].lock;
        if (ms_context_path(program, access->function, context, lock) == held->lock)
            return ms_lock_spelled(program, access->function, lock, access->locks.items[i].event);
    }
    return ms_spelled(program, access->function, held->lock);
}

/* Someone who collides with this instance; one that holds the guard is the better witness. */
static const struct ms_instance *find_partner(struct ms_program *program,
                                              const struct ms_group *group,
                                              const struct ms_instance *instance, bool *known) {
    const struct ms_instance *found = NULL;
    bool found_holds = false;
    *known = false;
    for (uint32_t i = 0; i < group->count && i < PARTNERS_MAX; i++) {
        const struct ms_instance *other = &group->items[i];
        bool pair_known;
        if (!ms_conflict(program, instance, other) ||
            !ms_parallel(program, instance, other, &pair_known) ||
            ms_excluded(program, instance, other))
            continue;
        bool holds = ms_holds(program, other, group->guard.lock) != 0;
        if (!found || holds > found_holds || (holds == found_holds && pair_known > *known)) {
            found = other;
            found_holds = holds;
            *known = pair_known;
        }
    }
    return found_holds ? found : NULL;
}

/* A lock that is held instead: exclusively, and not by everyone who accesses the data. */
static const struct ms_held *other_lock(struct ms_program *program,
                                        const struct ms_breach *breach) {
    const struct ms_lockset *locks = &breach->instance->locks;
    for (uint32_t i = 0; i < locks->count; i++) {
        const struct ms_held *held = &locks->items[i];
        if (held->level > 0 &&
            !ms_holds(program, breach->partner, ms_lock_key(program, held->lock)))
            return held;
    }
    return NULL;
}

/* A helper that most of its callers call without the lock is meant to be called so. */
static bool is_free_variant(struct ms_program *program, const struct ms_breach *breach) {
    uint32_t holding = 0, without = 0;
    for (uint32_t i = 0; i < breach->group->count; i++) {
        const struct ms_instance *other = &breach->group->items[i];
        if (other->access != breach->instance->access)
            continue;
        uint32_t ways = ms_context_of(program, other)->way_count;
        if (ms_holds(program, other, breach->group->guard.lock))
            holding += ways;
        else
            without += ways;
    }
    return holding && without >= holding && without > 1;
}

static bool is_breach(struct ms_program *program, struct ms_breach *breach) {
    const struct ms_group *group = breach->group;
    const struct ms_instance *instance = breach->instance;
    const struct ms_access *access = ms_access_of(program, instance);
    uint8_t mode = ms_holds(program, instance, group->guard.lock);
    if (breach->kind == MS_BREACH_SHARED_LOCK) {
        if (mode != MS_MODE_SHARED || access->kind != MS_ACCESS_WRITE ||
            (access->flags & MS_ACCESS_FUZZY))
            return false;
    } else if (!ms_surely_without(program, instance, group->guard.lock)) {
        return false;
    }
    breach->partner = find_partner(program, group, instance, &breach->threads_known);
    if (!breach->partner)
        return false;
    breach->held = breach->kind == MS_BREACH_SHARED_LOCK ? NULL : other_lock(program, breach);
    if (breach->kind != MS_BREACH_SHARED_LOCK &&
        (breach->held != NULL) != (breach->kind == MS_BREACH_OTHER_LOCK))
        return false;
    breach->confidence =
        ms_data_confidence(program, group, instance, breach->partner, breach->threads_known);
    if (breach->confidence > MS_CONFIDENCE_LOW && is_free_variant(program, breach))
        breach->confidence = MS_CONFIDENCE_LOW;
    /* Some lock is held: which one is right has to be clearer than that one is missing. */
    if (breach->held && !group->guard.declared &&
        (group->guard.remote || (group->guard.held < 3 && !group->guard.named)))
        breach->confidence = MS_CONFIDENCE_LOW;
    return true;
}

void ms_each_breach(struct ms_program *program, enum ms_breach_kind kind,
                    void (*report)(struct ms_program *program, const struct ms_breach *breach)) {
    const struct ms_groups *groups = ms_collect_accesses(program);
    for (size_t g = 0; g < groups->count; g++) {
        const struct ms_group *group = &groups->items[g];
        for (uint32_t i = 0; group->guard.lock && i < group->count; i++) {
            struct ms_breach breach = {.kind = kind, .group = group, .instance = &group->items[i]};
            if (is_breach(program, &breach))
                report(program, &breach);
        }
    }
}

/* ---- where the fix goes ---- */

static bool holds_at_site(struct ms_program *program, const struct ms_call_site *site,
                          const struct ms_context *context, ms_path lock_key, uint8_t mode) {
    struct ms_lockset locks = ms_context_locks(program, site->caller, context, &site->locks);
    for (uint32_t i = 0; i < locks.count; i++)
        if (locks.items[i].level > 0 && locks.items[i].mode >= mode &&
            ms_lock_key(program, locks.items[i].lock) == lock_key)
            return true;
    return false;
}

/* Whether some other way into the function comes with the lock: then its callers are to hold it. */
static bool callers_hold(struct ms_program *program, ms_function function, ms_path lock_key,
                         uint8_t mode) {
    const struct ms_code *code = &program->code[function];
    for (uint32_t i = 0; i < code->context_count; i++)
        for (uint32_t l = 0; l < code->contexts[i].locks.count; l++)
            if (code->contexts[i].locks.items[l].mode >= mode &&
                ms_lock_key(program, code->contexts[i].locks.items[l].lock) == lock_key)
                return true;
    return false;
}

/* The call that should have been made with the lock held, going up while callers disagree. NULL if
 * the access itself is the place. */
static const struct ms_call_site *place_of_fix(struct ms_program *program,
                                               const struct ms_instance *instance, ms_path lock_key,
                                               uint8_t mode) {
    const struct ms_call_site *place = NULL;
    const struct ms_context *context = ms_context_of(program, instance);
    ms_function function = ms_access_of(program, instance)->function;
    while (context->site != UINT32_MAX && callers_hold(program, function, lock_key, mode)) {
        const struct ms_call_site *site = &program->calls[context->site];
        context = &program->code[site->caller].contexts[context->parent];
        if (site->how != MS_HOW_CALL || holds_at_site(program, site, context, lock_key, mode))
            break;
        place = site;
        function = site->caller;
    }
    return place;
}

static const char *what_is_done(struct ms_program *program, const struct ms_access *access) {
    if (access->operation)
        return ms_arena_format(&program->arena, "%s() on", access->operation);
    return access->kind == MS_ACCESS_WRITE ? "write to" : "read of";
}

/* The lock is held too weakly: where this function takes it itself, a word is all there is to
 * change. */
static void fix_mode(struct ms_program *program, const struct ms_breach *breach) {
    const struct ms_access *access = ms_access_of(program, breach->instance);
    for (uint32_t i = 0; i < access->locks.count; i++) {
        const struct ms_held *held = &access->locks.items[i];
        if (held->level > 0 && held->mode == MS_MODE_SHARED &&
            ms_lock_key(program, held->lock) == breach->group->guard.lock)
            ms_fix_shared_mode(program, access->function, held->event);
    }
}

static void note_partner(struct ms_program *program, const struct ms_breach *breach) {
    const struct ms_access *other = ms_access_of(program, breach->partner);
    const struct ms_event *event = &program->facts->events[other->event];
    ms_report_note(program, other->function, event->where,
                   "`%s` is %s here%s with `%s` held, in %s()", ms_access_spelled(program, other),
                   ms_access_word(other), ms_by_operation(program, other),
                   ms_guard_spelled(program, breach->partner, breach->group->guard.lock),
                   ms_name(program, ms_function_at(program, other->function)->name));
    if (breach->threads_known) {
        ms_report_way(program, breach->instance);
        ms_report_way(program, breach->partner);
    }
}

static const char *evidence(struct ms_program *program, const struct ms_guard *guard) {
    if (guard->declared)
        return "as declared";
    return ms_arena_format(&program->arena, "%u of %u places that access it hold it", guard->held,
                           guard->held + (guard->open ? guard->open : 1));
}

void ms_report_breach(struct ms_program *program, enum ms_check check,
                      const struct ms_breach *breach, const char *problem) {
    const struct ms_access *access = ms_access_of(program, breach->instance);
    const struct ms_event *event = &program->facts->events[access->event];
    const struct ms_guard *guard = &breach->group->guard;
    const char *data = ms_access_spelled(program, access);
    const char *lock = ms_guard_spelled(program, breach->instance, guard->lock);
    bool shared = breach->kind == MS_BREACH_SHARED_LOCK;
    const struct ms_call_site *site =
        breach->kind == MS_BREACH_OTHER_LOCK
            ? NULL
            : place_of_fix(program, breach->instance, guard->lock,
                           shared ? MS_MODE_EXCLUSIVE : MS_MODE_SHARED);
    if (site) {
        const char *callee = ms_name(program, ms_function_at(program, site->callee)->name);
        if (!ms_report(program, check, breach->confidence, site->caller,
                       program->facts->events[site->event].where, breach->group->key,
                       "%s() is called %s `%s`, which its other callers hold%s (%s)", callee,
                       shared ? "with only a read lock on" : "without",
                       ms_spelled(program, access->function, guard->lock),
                       shared ? " exclusively" : "", evidence(program, guard)))
            return;
        ms_report_note(program, access->function, event->where, "%s `%s` here needs it",
                       what_is_done(program, access), data);
    } else if (!ms_report(program, check, breach->confidence, access->function, event->where,
                          breach->group->key, "%s `%s` %s `%s` (%s)", what_is_done(program, access),
                          data, problem, lock, evidence(program, guard))) {
        return;
    }
    note_partner(program, breach);
    if (shared && !site)
        fix_mode(program, breach);
}
