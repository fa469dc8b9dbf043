/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * raw-internals. What is inside a map is reached past its interface: the pointer is taken for one
 * to some other record, or for bytes, although the file does not even know what the map's record
 * holds; or the key of an element is changed while the element is linked, which is in
 * linked_keys.c. No thread has to be shown: whatever the map does about concurrency, this code does
 * not take part.
 */
#include "checks.h"
#include "linked_keys.h"
#include "paths.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

struct judge {
    struct ms_program *program;
    uint8_t *locks_inside; /* by record: 0 not known yet, 1 no, 2 yes */
    ms_record
        *defined; /* by string: the one record of that name that has a body; 0: none or several */
};

static bool is_lock(const struct ms_program *program, ms_type type) {
    switch (ms_type_role(program, type)) {
    case MS_ROLE_MUTEX:
    case MS_ROLE_RECURSIVE_MUTEX:
    case MS_ROLE_RWLOCK:
    case MS_ROLE_SPINLOCK:
        return true;
    default:
        return false;
    }
}

/* Whether a record has a lock of its own: it guards itself. */
static bool has_lock(struct judge *judge, ms_record record) {
    const struct ms_unit *facts = judge->program->facts;
    uint8_t *known = &judge->locks_inside[record];
    if (*known)
        return *known == 2;
    *known = 1;
    struct ms_range fields = facts->records[record].fields;
    for (uint32_t i = 0; i < fields.count; i++)
        if (is_lock(judge->program, facts->fields[fields.first + i].type))
            *known = 2;
    return *known == 2;
}

/* ---- which objects are closed to a function ---- */

static bool has_body(const struct ms_program *program, ms_record record) {
    return (program->facts->records[record].flags & MS_RECORD_COMPLETE) != 0;
}

static void find_definitions(struct judge *judge) {
    const struct ms_unit *facts = judge->program->facts;
    bool *several = ms_allocate(facts->string_count);
    for (ms_record r = 1; r < facts->record_count; r++) {
        ms_record *defined = &judge->defined[facts->records[r].name];
        if (!has_body(judge->program, r) || !*ms_name(judge->program, facts->records[r].name))
            continue;
        several[facts->records[r].name] |= *defined != 0;
        *defined = r;
    }
    for (size_t i = 0; i < facts->string_count; i++)
        if (several[i])
            judge->defined[i] = 0;
    free(several);
}

/* The record with its body, wherever that is; the record itself if nothing is known of one. */
static ms_record definition_of(const struct judge *judge, ms_record record) {
    if (!record || has_body(judge->program, record))
        return record;
    ms_record defined = judge->defined[judge->program->facts->records[record].name];
    return defined ? defined : record;
}

/* A map of a library, by its model, or an object of this program that locks itself; of which the
 * function at hand knows nothing but the name. */
static bool is_closed(struct judge *judge, ms_type type) {
    const struct ms_program *program = judge->program;
    ms_record record = program->facts->types[type].record;
    enum ms_type_role role = ms_type_role(program, type);
    if (record && has_body(program, record))
        return false;
    if (role == MS_ROLE_MAP || role == MS_ROLE_SELF_LOCKING_MAP)
        return true;
    ms_record defined = definition_of(judge, record);
    return defined != record && has_lock(judge, defined);
}

/* ---- what is done to them ---- */

/* The object into which an access goes under a type that is not its own: through a field of another
 * record, or as plain bytes. 0 if the types agree. */
static ms_path forced_object(const struct judge *judge, const struct ms_access *access) {
    const struct ms_program *program = judge->program;
    const struct ms_event *event = &program->facts->events[access->event];
    ms_path path = access->path;
    ms_record record = 0;
    for (;;) {
        const struct ms_path_node *node = ms_node(program, path);
        if (node->kind == MS_PATH_FIELD)
            record = node->operand;
        else if (node->kind != MS_PATH_INDEX)
            break;
        path = node->base;
    }
    if (ms_node(program, path)->kind != MS_PATH_DEREF)
        return 0;
    ms_type type = ms_path_type(program, access->function, path);
    const struct ms_type_node *node = &program->facts->types[type];
    if (record)
        return definition_of(judge, record) != definition_of(judge, node->record) ? path : 0;
    if (event->kind == MS_EVENT_CALL) /* memcpy, memset, write */
        return path;
    const struct ms_type_node *taken = &program->facts->types[event->type];
    return taken->kind != MS_TYPE_RECORD && taken->kind != MS_TYPE_OTHER ? path : 0;
}

static const char *type_name(const struct ms_program *program, ms_type type) {
    return ms_name(program, program->facts->types[type].spelling);
}

/* Where the object's own module takes its lock, for the note. */
static const struct ms_acquisition *own_lock(const struct ms_program *program, ms_record record) {
    for (size_t i = 0; record && i < program->acquisition_count; i++) {
        const struct ms_path_node *lock = ms_node(program, program->acquisitions[i].lock);
        if (lock->kind == MS_PATH_FIELD && lock->operand == record)
            return &program->acquisitions[i];
    }
    return NULL;
}

static void judge_access(struct judge *judge, uint32_t number) {
    struct ms_program *program = judge->program;
    const struct ms_access *access = &program->accesses[number];
    if (access->flags & MS_ACCESS_MAP || access->kind == MS_ACCESS_DESTROY)
        return;
    ms_path object = forced_object(judge, access);
    ms_type type = object ? ms_path_type(program, access->function, object) : 0;
    if (!type || !is_closed(judge, type))
        return;
    const struct ms_event *event = &program->facts->events[access->event];
    if (!ms_report(program, MS_CHECK_RAW_INTERNALS, MS_CONFIDENCE_HIGH, access->function,
                   event->where, object, "the inside of a `%s` is %s here, past its interface",
                   type_name(program, type), ms_access_word(access)))
        return;
    const struct ms_acquisition *lock =
        own_lock(program, definition_of(judge, program->facts->types[type].record));
    if (lock)
        ms_report_note(program, lock->function, program->facts->events[lock->event].where,
                       "its own functions hold its lock: taken here, in %s()",
                       ms_name(program, ms_function_at(program, lock->function)->name));
}

static void judge(struct ms_program *program) {
    struct judge judge = {.program = program,
                          .locks_inside = ms_allocate(program->facts->record_count)};
    judge.defined = ms_allocate(program->facts->string_count * sizeof *judge.defined);
    find_definitions(&judge);
    for (uint32_t i = 0; i < program->access_count; i++)
        judge_access(&judge, i);
    ms_judge_linked_keys(program);
    free(judge.locks_inside);
    free(judge.defined);
}

const struct ms_check_code ms_code_of_RAW_INTERNALS = {.judge = judge};
