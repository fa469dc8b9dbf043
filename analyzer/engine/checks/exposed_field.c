/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * exposed-field. A public struct has a lock, and one module that takes it: a file whose functions
 * hold it whenever they touch a field. Code of another file touches that field directly, past the
 * module's functions and without the lock. The boundary between the files is the evidence, so that
 * one setter is enough where counting places would not be.
 */
#include "breaches.h"
#include "checks.h"

#include <stdlib.h>

struct judge {
    struct ms_program *program;
    ms_string *owner; /* by field: the file that takes it, as a lock, first and most; 0: none */
    uint32_t *lead;   /* by field: how many more places of the owner take it than of others */
};

static uint32_t field_number(const struct ms_program *program, ms_path key) {
    const struct ms_path_node *node = ms_node(program, key);
    return node->kind == MS_PATH_FIELD
               ? program->facts->records[node->operand].fields.first + node->extra
               : 0;
}

static ms_string file_of(const struct ms_program *program, ms_function function) {
    return ms_function_at(program, function)->where.file;
}

static void find_owners(struct judge *judge) {
    struct ms_program *program = judge->program;
    for (uint32_t i = 0; i < program->acquisition_count; i++) {
        const struct ms_acquisition *taken = &program->acquisitions[i];
        uint32_t field = field_number(program, ms_path_key(program, taken->lock));
        ms_string file = file_of(program, taken->function);
        if (judge->lead[field] && judge->owner[field] != file) {
            judge->lead[field]--;
            continue;
        }
        judge->owner[field] = file;
        judge->lead[field]++;
    }
}

static bool is_lock(const struct ms_program *program, ms_type type) {
    enum ms_type_role role = ms_type_role(program, type);
    return role == MS_ROLE_MUTEX || role == MS_ROLE_RECURSIVE_MUTEX || role == MS_ROLE_RWLOCK ||
           role == MS_ROLE_SPINLOCK;
}

/* The only lock beside this field of a public struct, if it has an owner; else 0. */
static ms_path lock_beside(const struct judge *judge, ms_path key) {
    struct ms_program *program = judge->program;
    struct ms_path_node node = *ms_node(program, key);
    if (node.kind != MS_PATH_FIELD || ms_node(program, node.base)->kind != MS_PATH_SELF)
        return 0;
    const struct ms_record_node *record = &program->facts->records[node.operand];
    if (!(record->flags & MS_RECORD_IN_HEADER) || (record->flags & MS_RECORD_SYSTEM))
        return 0;
    uint32_t found = 0, count = 0;
    for (uint32_t i = 0; i < record->fields.count; i++)
        if (is_lock(program, program->facts->fields[record->fields.first + i].type)) {
            found = i;
            count++;
        }
    uint32_t field = record->fields.first + found;
    if (count != 1 || !judge->owner[field])
        return 0;
    return ms_make(program, MS_PATH_FIELD, node.base, node.operand, found);
}

/* What the owner does with the field: whether it always holds the lock, and writes at least once.
 */
struct discipline {
    bool broken;
    const struct ms_instance *write; /* the first; one that others can call is the better example */
};

static struct discipline discipline_of(struct ms_program *program, const struct ms_group *group,
                                       ms_path lock, ms_string owner) {
    struct discipline found = {false, NULL};
    for (uint32_t i = 0; i < group->count; i++) {
        const struct ms_instance *instance = &group->items[i];
        const struct ms_access *access = ms_access_of(program, instance);
        if (file_of(program, access->function) != owner)
            continue;
        if (ms_holds(program, instance, lock) != MS_MODE_EXCLUSIVE) {
            found.broken |= !ms_holds(program, instance, lock);
            continue;
        }
        const struct ms_function_node *function = ms_function_at(program, access->function);
        if (access->kind == MS_ACCESS_WRITE &&
            (!found.write || !(function->flags & MS_FUNCTION_INTERNAL)))
            found.write = instance;
    }
    return found;
}

/* Someone of the module, holding the lock, who collides with the access from outside. */
static const struct ms_instance *find_partner(struct ms_program *program,
                                              const struct ms_group *group,
                                              const struct ms_instance *outside, ms_path lock,
                                              bool *known) {
    const struct ms_instance *found = NULL;
    *known = false;
    for (uint32_t i = 0; i < group->count && !*known; i++) {
        const struct ms_instance *other = &group->items[i];
        bool pair_known;
        if (!ms_holds(program, other, lock) || !ms_conflict(program, outside, other) ||
            !ms_parallel(program, outside, other, &pair_known) ||
            ms_excluded(program, outside, other))
            continue;
        if (!found || pair_known)
            found = other;
        *known = pair_known;
    }
    return found;
}

/* To look at a number now and then is often meant. */
static enum ms_confidence confidence_of(struct ms_program *program, const struct ms_group *group,
                                        const struct ms_instance *outside,
                                        const struct ms_instance *partner, bool known) {
    const struct ms_access *access = ms_access_of(program, outside);
    if (access->kind == MS_ACCESS_READ && !(access->flags & MS_ACCESS_MAP) &&
        program->facts->types[group->type].kind == MS_TYPE_INTEGER)
        return MS_CONFIDENCE_LOW;
    return ms_data_confidence(program, group, outside, partner, known);
}

static void report(struct ms_program *program, const struct ms_group *group,
                   const struct ms_instance *outside, const struct ms_instance *partner,
                   const struct discipline *discipline, bool known) {
    const struct ms_access *access = ms_access_of(program, outside);
    const struct ms_access *setter = ms_access_of(program, discipline->write);
    const struct ms_access *other = ms_access_of(program, partner);
    const char *owner = ms_name(program, ms_function_at(program, setter->function)->name);
    if (!ms_report(program, MS_CHECK_EXPOSED_FIELD,
                   confidence_of(program, group, outside, partner, known), access->function,
                   program->facts->events[access->event].where, group->key,
                   "`%s` is %s directly here, past the functions that lock for it, such as %s()",
                   ms_access_spelled(program, access), ms_access_word(access), owner))
        return;
    ms_report_note(program, other->function, program->facts->events[other->event].where,
                   "`%s` is %s here with the lock held, in %s()", ms_access_spelled(program, other),
                   ms_access_word(other),
                   ms_name(program, ms_function_at(program, other->function)->name));
    if (known) {
        ms_report_way(program, outside);
        ms_report_way(program, partner);
    }
}

static void judge_group(struct judge *judge, const struct ms_group *group) {
    struct ms_program *program = judge->program;
    ms_path lock = lock_beside(judge, group->key);
    if (!lock)
        return;
    ms_string owner = judge->owner[field_number(program, lock)];
    struct discipline discipline = discipline_of(program, group, lock, owner);
    if (discipline.broken || !discipline.write)
        return;
    for (uint32_t i = 0; i < group->count; i++) {
        const struct ms_instance *instance = &group->items[i];
        const struct ms_access *access = ms_access_of(program, instance);
        bool known;
        if (file_of(program, access->function) == owner ||
            (access->flags & (MS_ACCESS_ATOMIC | MS_ACCESS_VOLATILE)) ||
            !ms_surely_without(program, instance, lock))
            continue;
        const struct ms_instance *partner = find_partner(program, group, instance, lock, &known);
        if (partner)
            report(program, group, instance, partner, &discipline, known);
    }
}

static void judge(struct ms_program *program) {
    const struct ms_groups *groups = ms_collect_accesses(program);
    size_t count = program->facts->field_count + 1;
    struct judge judge = {.program = program,
                          .owner = ms_allocate(count * sizeof *judge.owner),
                          .lead = ms_allocate(count * sizeof *judge.lead)};
    find_owners(&judge);
    for (size_t g = 0; g < groups->count; g++)
        judge_group(&judge, &groups->items[g]);
    free(judge.owner);
    free(judge.lead);
}

const struct ms_check_code ms_code_of_EXPOSED_FIELD = {.judge = judge};
