/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * mixed-atomic. Who makes one access to some data atomic says that it is shared without a lock; a
 * plain access to it elsewhere, on another thread, then races with the atomic one. Accesses that a
 * lock keeps apart do not, nor do those before the data is shared: groups leave these out.
 */
#include "breaches.h"
#include "calls.h"
#include "checks.h"

#include <stdlib.h>

enum {
    ATOMICS_MAX = 64,
    REACH = 4 /* events between an argument and its macro */
};

/* The atomic accesses of a group, the first few, and how many places there are of either kind. */
struct uses {
    const struct ms_instance *atomics[ATOMICS_MAX];
    uint32_t count;
    uint32_t atomic_places, plain_places;
};

static bool is_atomic(const struct ms_program *program, const struct ms_instance *instance) {
    return ms_access_of(program, instance)->flags & MS_ACCESS_ATOMIC;
}

/* Whether this macro accesses atomically what its argument names. */
static bool is_atomic_macro(struct ms_program *program, const struct ms_event *call, ms_path path) {
    if (call->kind != MS_EVENT_CALL || !(call->flags & MS_EVENT_MACRO_CALL))
        return false;
    struct ms_known_effects known = ms_effects_of(program, call);
    for (uint32_t i = 0; i < known.count; i++) {
        const struct ms_effect *effect = &known.items[i];
        if ((effect->verb == MS_VERB_ATOMIC_READ || effect->verb == MS_VERB_ATOMIC_WRITE ||
             effect->verb == MS_VERB_STORE_PUBLISH) &&
            effect->object.kind == MS_OPERAND_ITSELF &&
            effect->object.index < call->arguments.count &&
            program->facts->arguments[call->arguments.first + effect->object.index] == path)
            return true;
    }
    return false;
}

/* `rcu_dereference(p)`: the facts have the argument read first, and then the macro, which says how
 * it is read. */
static bool is_argument_of_macro(struct ms_program *program, const struct ms_access *access) {
    const struct ms_unit *facts = program->facts;
    for (uint32_t e = access->event + 1; e < facts->event_count && e <= access->event + REACH; e++)
        if (is_atomic_macro(program, &facts->events[e], facts->events[access->event].path))
            return true;
    return false;
}

/* A plain read in a function that reads the same thing atomically as well: what was published once
 * is read again after it was seen, `atomic_load(&v) ? v : make()`. */
static bool follows_atomic(const struct ms_program *program, const struct ms_access *access) {
    struct ms_range range = program->code[access->function].accesses;
    for (uint32_t i = 0; i < range.count; i++) {
        const struct ms_access *other = &program->accesses[range.first + i];
        if (other->path == access->path && (other->flags & MS_ACCESS_ATOMIC))
            return access->kind == MS_ACCESS_READ;
    }
    return false;
}

static bool is_plain(struct ms_program *program, const struct ms_instance *instance) {
    const struct ms_access *access = ms_access_of(program, instance);
    return !(access->flags & (MS_ACCESS_ATOMIC | MS_ACCESS_VOLATILE | MS_ACCESS_MAP)) &&
           (access->kind == MS_ACCESS_READ || access->kind == MS_ACCESS_WRITE) &&
           !is_argument_of_macro(program, access) && !follows_atomic(program, access);
}

static void count_uses(struct ms_program *program, const struct ms_group *group,
                       struct uses *uses) {
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < group->count; i++) {
        const struct ms_instance *instance = &group->items[i];
        bool again = instance->access == last; /* in another context */
        last = instance->access;
        if (is_atomic(program, instance)) {
            uses->atomic_places += !again;
            if (uses->count < ATOMICS_MAX)
                uses->atomics[uses->count++] = instance;
        } else if (is_plain(program, instance)) {
            uses->plain_places += !again;
        }
    }
}

/* Two objects that have names, and not the same one. */
static bool are_different_objects(const struct ms_program *program, const struct ms_instance *one,
                                  const struct ms_instance *other) {
    ms_path a = ms_path_root(program, one->path), b = ms_path_root(program, other->path);
    int kind = ms_node(program, a)->kind;
    return a != b && kind == ms_node(program, b)->kind &&
           (kind == MS_PATH_GLOBAL || kind == MS_PATH_OBJECT);
}

/* An atomic access that may meet this plain one; one on a known thread is the better witness. */
static const struct ms_instance *find_partner(struct ms_program *program, const struct uses *uses,
                                              const struct ms_instance *plain, bool *known) {
    const struct ms_instance *found = NULL;
    bool writes = ms_access_of(program, plain)->kind == MS_ACCESS_WRITE;
    *known = false;
    for (uint32_t i = 0; i < uses->count && !*known; i++) {
        const struct ms_instance *atomic = uses->atomics[i];
        bool pair_known;
        if ((!writes && ms_access_of(program, atomic)->kind != MS_ACCESS_WRITE) ||
            are_different_objects(program, plain, atomic) ||
            !ms_parallel(program, plain, atomic, &pair_known) ||
            ms_excluded(program, plain, atomic))
            continue;
        if (!found || pair_known)
            found = atomic;
        *known = pair_known;
    }
    return found;
}

/* A plain store to an object of which nothing else is known may well be the one that makes it; so
 * may one of a constant that no known thread does. */
static bool may_initialise(const struct ms_program *program, const struct ms_instance *plain,
                           bool known) {
    const struct ms_access *access = ms_access_of(program, plain);
    if (access->kind != MS_ACCESS_WRITE || (access->flags & MS_ACCESS_MODIFY))
        return false;
    if (!known && (access->flags & MS_ACCESS_CONSTANT))
        return true;
    return ms_node(program, ms_path_object(program, plain->path))->kind != MS_PATH_GLOBAL;
}

/* What the program as a whole believes of data that is written atomically (Engler et al., Bugs as
 * deviant behavior, 2001): that a plain read will do, as in statistics, or that it will not. One or
 * two fields are no habit. */
struct habit {
    uint32_t plain, atomic; /* groups whose reads are so */
};

enum { HABIT_MIN = 4 };

static bool reads_plainly(const struct habit *habit) {
    return habit->plain >= HABIT_MIN && habit->plain > habit->atomic;
}

static void learn_habit(struct ms_program *program, const struct ms_group *group,
                        struct habit *habit) {
    bool written = false, plain = false, atomic = false;
    for (uint32_t i = 0; i < group->count; i++) {
        const struct ms_access *access = ms_access_of(program, &group->items[i]);
        if (is_atomic(program, &group->items[i])) {
            written |= access->kind == MS_ACCESS_WRITE;
            atomic |= access->kind == MS_ACCESS_READ;
        } else if (access->kind == MS_ACCESS_READ) {
            plain |= is_plain(program, &group->items[i]);
        }
    }
    habit->plain += written && plain;
    habit->atomic += written && atomic && !plain;
}

static enum ms_confidence confidence_of(const struct ms_program *program, const struct uses *uses,
                                        const struct habit *habit, const struct ms_instance *plain,
                                        bool known) {
    if (ms_access_of(program, plain)->kind == MS_ACCESS_READ && reads_plainly(habit))
        return MS_CONFIDENCE_LOW;
    /* Where most accesses are plain, the data is not meant to be atomic: a lock, or one thread, is
     * what they rely on. */
    if (uses->plain_places > 2 * uses->atomic_places || may_initialise(program, plain, known) ||
        ms_path_is_element(program, plain->path)) /* one for each thread, perhaps */
        return MS_CONFIDENCE_LOW;
    return known ? MS_CONFIDENCE_HIGH : MS_CONFIDENCE_MEDIUM;
}

static void report(struct ms_program *program, const struct ms_group *group,
                   const struct ms_instance *plain, const struct ms_instance *atomic, bool known,
                   enum ms_confidence confidence) {
    const struct ms_access *access = ms_access_of(program, plain);
    const struct ms_access *other = ms_access_of(program, atomic);
    const char *where = ms_name(program, ms_function_at(program, other->function)->name);
    if (!ms_report(program, MS_CHECK_MIXED_ATOMIC, confidence, access->function,
                   program->facts->events[access->event].where, group->key,
                   "`%s` is %s plainly here, but atomically in %s()",
                   ms_access_spelled(program, access), ms_access_word(access), where))
        return;
    ms_report_note(program, other->function, program->facts->events[other->event].where,
                   "`%s` is %s atomically here", ms_access_spelled(program, other),
                   ms_access_word(other));
    if (known) {
        ms_report_way(program, plain);
        ms_report_way(program, atomic);
    }
}

static void judge_instance(struct ms_program *program, const struct ms_group *group,
                           const struct uses *uses, const struct habit *habit,
                           const struct ms_instance *plain) {
    bool known;
    const struct ms_instance *atomic =
        is_plain(program, plain) ? find_partner(program, uses, plain, &known) : NULL;
    if (atomic)
        report(program, group, plain, atomic, known,
               confidence_of(program, uses, habit, plain, known));
}

/* ---- decisions on reference counts ---- */

static bool frees_itself(struct ms_program *program, ms_function function) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = 0; e < events.count; e++) {
            const struct ms_event *event = &program->facts->events[events.first + e];
            if (event->kind != MS_EVENT_CALL)
                continue;
            struct ms_known_effects known = ms_effects_of(program, event);
            for (uint32_t i = 0; i < known.count; i++)
                if (known.items[i].verb == MS_VERB_FREE)
                    return true;
        }
    }
    return false;
}

static bool is_counted(const struct ms_program *program, const struct uses *uses) {
    for (uint32_t i = 0; i < uses->count; i++)
        if (ms_access_of(program, uses->atomics[i])->flags & MS_ACCESS_MODIFY)
            return true;
    return false;
}

/* `if (o->references == 1) ...; unref(o)`: that the object may be gone at the end is why groups
 * leave this out; but what is decided is whether others have it. */
static void judge_decision(struct ms_program *program, const struct ms_groups *groups,
                           const bool *has_atomics, const struct habit *habit, uint32_t number) {
    const struct ms_access *access = &program->accesses[number];
    const uint32_t wanted = MS_ACCESS_SETUP | MS_ACCESS_CONDITION;
    if (access->kind != MS_ACCESS_READ || (access->flags & wanted) != wanted ||
        (access->flags & MS_ACCESS_OWNED) || frees_itself(program, access->function))
        return;
    for (uint32_t c = 0; c < program->code[access->function].context_count; c++) {
        struct ms_instance instance;
        if (!ms_make_instance(program, number, c, &instance))
            continue;
        const struct ms_group *group = ms_find_group(groups, instance.key);
        struct uses uses = {.count = 0};
        if (!group || !has_atomics[group - groups->items])
            continue;
        count_uses(program, group, &uses);
        if (is_counted(program, &uses))
            judge_instance(program, group, &uses, habit, &instance);
    }
}

static void judge(struct ms_program *program) {
    const struct ms_groups *groups = ms_collect_accesses(program);
    bool *has_atomics = ms_allocate(groups->count + 1);
    struct habit habit = {0, 0};
    for (size_t g = 0; g < groups->count; g++)
        learn_habit(program, &groups->items[g], &habit);
    for (size_t g = 0; g < groups->count; g++) {
        const struct ms_group *group = &groups->items[g];
        struct uses uses = {.count = 0};
        count_uses(program, group, &uses);
        has_atomics[g] = uses.atomic_places != 0;
        for (uint32_t i = 0; uses.atomic_places && uses.plain_places && i < group->count; i++)
            judge_instance(program, group, &uses, &habit, &group->items[i]);
    }
    for (uint32_t i = 0; i < program->access_count; i++)
        judge_decision(program, groups, has_atomics, &habit, i);
    free(has_atomics);
}

const struct ms_check_code ms_code_of_MIXED_ATOMIC = {.judge = judge};
