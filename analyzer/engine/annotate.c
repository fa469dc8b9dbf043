/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * From what was inferred to Clang's thread-safety attributes. Guards become guarded_by where lock
 * and data are siblings or globals. What functions require goes from callees to callers: a function
 * that touches guarded data, and that all its callers call with the lock, requires it. Clang knows
 * neither ownership nor phases: functions that are right by these, or that lock in ways that
 * attributes do not say, are taken out of its analysis.
 */
#include "mapsan/annotations.h"

#include "calls.h"
#include "races.h"

#include <stdlib.h>
#include <string.h>

enum { REQUIRED_MAX = 4, REACH = 8 };

struct required {
    ms_path lock; /* in the function's frame */
    uint8_t mode;
};

struct writer {
    struct ms_program *program;
    struct ms_annotations_found found;
    ms_path *guard; /* by path: the lock's key, for the keys of data that is annotated */
    size_t guard_count;
    struct required (*required)[REQUIRED_MAX]; /* by function */
    uint8_t *required_count;
    bool *excused; /* by function: not for Clang to judge */
    bool *opaque;  /* by function: changes locks, and no attribute says how */
};

static struct ms_place place_of(const struct ms_program *program, uint32_t unit,
                                struct ms_location where) {
    return (struct ms_place){
        .file = ms_name(program, where.file),
        .directory = ms_unit_text(program->units[unit], program->units[unit]->directory),
        .line = where.line,
        .column = where.column,
        .unit = unit};
}

static void add(struct writer *writer, struct ms_annotation annotation) {
    if (*annotation.name && annotation.where.line)
        MS_PUSH(writer->found.items, writer->found.count, annotation);
}

/* ---- guards ---- */

/* The types that <mapsan/thread_safety.h> tells Clang about. */
static bool is_capability(const struct ms_program *program, ms_path lock_key) {
    switch (ms_type_role(program, ms_path_type(program, 0, lock_key))) {
    case MS_ROLE_MUTEX:
    case MS_ROLE_RECURSIVE_MUTEX:
    case MS_ROLE_RWLOCK:
    case MS_ROLE_SPINLOCK:
        return true;
    default:
        return false;
    }
}

static ms_path guard_of(const struct writer *writer, ms_path key) {
    return key < writer->guard_count ? writer->guard[key] : 0;
}

static void guard_field(struct writer *writer, const struct ms_group *group, uint32_t unit) {
    struct ms_program *program = writer->program;
    struct ms_path_node data = *ms_node(program, group->key);
    struct ms_path_node lock = *ms_node(program, group->guard.lock);
    struct ms_range fields = program->facts->records[data.operand].fields;
    if (lock.kind != MS_PATH_FIELD || lock.operand != data.operand || lock.base != data.base ||
        ms_node(program, data.base)->kind != MS_PATH_SELF)
        return;
    const struct ms_field *field = &program->facts->fields[fields.first + data.extra];
    const struct ms_field *guard = &program->facts->fields[fields.first + lock.extra];
    writer->guard[group->key] = group->guard.lock;
    add(writer, (struct ms_annotation){
                    .kind = MS_ANNOTATE_GUARDED,
                    .name = ms_name(program, field->name),
                    .where = place_of(program, unit, field->where),
                    .lock = ms_arena_format(&program->arena, "&%s", ms_name(program, guard->name)),
                    .parameter = -1,
                    .internal = true,
                    .late = lock.extra > data.extra});
}

static void guard_global(struct writer *writer, const struct ms_group *group, uint32_t unit) {
    struct ms_program *program = writer->program;
    const struct ms_path_node *data = ms_node(program, group->key);
    const struct ms_path_node *lock = ms_node(program, group->guard.lock);
    if (lock->kind != MS_PATH_GLOBAL)
        return;
    const struct ms_variable_node *variable = &program->facts->variables[data->operand];
    const struct ms_variable_node *guard = &program->facts->variables[lock->operand];
    bool local = strchr(ms_name(program, variable->name), '.') != NULL; /* a static local */
    if (local || guard->where.file != variable->where.file ||
        guard->where.line > variable->where.line)
        return;
    writer->guard[group->key] = group->guard.lock;
    add(writer, (struct ms_annotation){.kind = MS_ANNOTATE_GUARDED,
                                       .name = ms_name(program, variable->name),
                                       .where = place_of(program, unit, variable->where),
                                       .lock = ms_name(program, guard->name),
                                       .parameter = -1,
                                       .internal = true});
}

static void write_guards(struct writer *writer) {
    struct ms_program *program = writer->program;
    const struct ms_groups *groups = ms_collect_accesses(program);
    for (size_t g = 0; g < groups->count; g++) {
        const struct ms_group *group = &groups->items[g];
        const struct ms_guard *guard = &group->guard;
        if (!guard->lock || guard->striped || !group->count || !is_capability(program, guard->lock))
            continue;
        uint32_t unit = program->function_unit[ms_access_of(program, group->items)->function];
        if (guard->declared)
            writer->guard[group->key] = guard->lock;
        else if (ms_node(program, group->key)->kind == MS_PATH_FIELD)
            guard_field(writer, group, unit);
        else if (ms_node(program, group->key)->kind == MS_PATH_GLOBAL)
            guard_global(writer, group, unit);
    }
}

/* ---- what functions do about locks ---- */

static bool is_nameable(const struct ms_program *program, ms_path lock) {
    uint8_t root = ms_node(program, ms_path_root(program, lock))->kind;
    for (ms_path path = lock;; path = ms_node(program, path)->base) {
        uint8_t kind = ms_node(program, path)->kind;
        if (kind == MS_PATH_GLOBAL || kind == MS_PATH_PARAM)
            break;
        if (kind != MS_PATH_FIELD && kind != MS_PATH_DEREF)
            return false;
    }
    return root == MS_PATH_GLOBAL || root == MS_PATH_PARAM;
}

/* Every way out does the same, and attributes can name it. */
static bool changes_can_be_said(const struct writer *writer, const struct ms_summary *summary) {
    const struct ms_exit *first = &summary->exits[0];
    for (uint32_t e = 0; e < summary->exit_count; e++) {
        const struct ms_exit *exit = &summary->exits[e];
        if (exit->change_count != first->change_count)
            return false;
        for (uint32_t c = 0; c < exit->change_count; c++)
            if (exit->changes[c].lock != first->changes[c].lock ||
                exit->changes[c].level != first->changes[c].level || !exit->changes[c].level ||
                !is_nameable(writer->program, exit->changes[c].lock) ||
                !is_capability(writer->program,
                               ms_path_key(writer->program, exit->changes[c].lock)))
                return false;
    }
    return true;
}

/* `if (lock(m) != 0) return`, guards that go out of scope, calls of functions that nothing can be
 * said of. */
static bool locks_in_other_ways(struct writer *writer, ms_function function) {
    struct ms_program *program = writer->program;
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        const struct ms_block *block = &program->facts->blocks[blocks.first + b];
        for (uint32_t e = 0; e < block->events.count; e++) {
            const struct ms_event *call = &program->facts->events[block->events.first + e];
            if (call->kind != MS_EVENT_CALL)
                continue;
            if (call->callee && writer->opaque[call->callee])
                return true;
            struct ms_known_effects known = ms_effects_of(program, call);
            for (uint32_t i = 0; i < known.count; i++) {
                uint8_t verb = known.items[i].verb;
                bool takes = verb == MS_VERB_ACQUIRE || verb == MS_VERB_ACQUIRE_SHARED;
                for (uint32_t t = 0; takes && call->result && t < blocks.count; t++) {
                    const struct ms_path_node *tested =
                        ms_node(program, program->facts->blocks[blocks.first + t].left);
                    if (tested->kind == MS_PATH_RESULT && tested->operand == call->result)
                        return true;
                }
                if (verb == MS_VERB_ACQUIRE_SCOPED || verb == MS_VERB_ACQUIRE_SCOPED_SHARED ||
                    verb == MS_VERB_UPGRADE || verb == MS_VERB_DOWNGRADE)
                    return true;
            }
        }
    }
    return false;
}

/* ---- what functions require ---- */

static bool holds_local(struct ms_program *program, const struct ms_lockset *locks, ms_path key) {
    for (uint32_t i = 0; i < locks->count; i++)
        if (locks->items[i].level > 0 && ms_lock_key(program, locks->items[i].lock) == key)
            return true;
    return false;
}

/* The least mode in which all callers hold a lock of this name; 0 if some do not. */
static uint8_t callers_mode(struct ms_program *program, ms_function function, ms_path key) {
    const struct ms_code *code = &program->code[function];
    uint8_t least = code->context_count ? MS_MODE_EXCLUSIVE : 0;
    for (uint32_t c = 0; c < code->context_count; c++) {
        uint8_t mode = 0;
        for (uint32_t l = 0; l < code->contexts[c].locks.count; l++)
            if (ms_lock_key(program, code->contexts[c].locks.items[l].lock) == key)
                mode = code->contexts[c].locks.items[l].mode;
        least = mode < least ? mode : least;
    }
    return least;
}

static void require(struct writer *writer, ms_function function, ms_path lock, uint8_t mode) {
    struct required *list = writer->required[function];
    uint8_t *count = &writer->required_count[function];
    if (!is_nameable(writer->program, lock)) {
        writer->excused[function] = true;
        return;
    }
    for (uint8_t i = 0; i < *count; i++)
        if (list[i].lock == lock)
            return;
    if (*count < REQUIRED_MAX)
        list[(*count)++] = (struct required){lock, mode};
}

/* Whether other threads can meet this access, so that its not being locked is a fault. */
static bool is_at_fault(struct ms_program *program, uint32_t number, ms_path key) {
    const struct ms_access *access = &program->accesses[number];
    if ((access->flags & (MS_ACCESS_OWNED | MS_ACCESS_SETUP)) || access->kind == MS_ACCESS_INIT ||
        access->kind == MS_ACCESS_DESTROY)
        return false;
    const struct ms_group *group = ms_find_group(ms_collect_accesses(program), key);
    for (uint32_t i = 0; group && i < group->count; i++)
        if (group->items[i].access == number)
            return true;
    return false;
}

static void look_at_access(struct writer *writer, uint32_t number) {
    struct ms_program *program = writer->program;
    const struct ms_access *access = &program->accesses[number];
    ms_path key = ms_path_key(program, access->path), lock = guard_of(writer, key);
    if (!lock || holds_local(program, &access->locks, lock))
        return;
    uint8_t mode = callers_mode(program, access->function, lock);
    if (mode) {
        struct ms_path_node named = *ms_node(program, lock);
        ms_path place =
            named.kind == MS_PATH_FIELD
                ? ms_path_replace(program, lock, named.base, ms_path_object(program, access->path))
                : lock;
        require(writer, access->function, place, mode);
    } else if (!is_at_fault(program, number, key)) {
        writer->excused[access->function] = true;
    }
}

/* Reads that are no accesses of their own (the pointer to a map), in a function that does not hold
 * the lock anywhere: it passes the map on while it has it for itself. */
static bool touches_unseen(struct writer *writer, ms_function function) {
    struct ms_program *program = writer->program;
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    const struct ms_code *code = &program->code[function];
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++) {
            const struct ms_event *event = &program->facts->events[e];
            ms_path key = event->kind == MS_EVENT_READ ? ms_path_key(program, event->path) : 0;
            bool seen = !guard_of(writer, key);
            for (uint32_t i = 0; !seen && i < code->accesses.count; i++) {
                const struct ms_access *access = &program->accesses[code->accesses.first + i];
                seen = access->event >= e && access->event <= e + REACH &&
                       ms_path_key(program, access->path) == key;
            }
            if (!seen)
                return true;
        }
    }
    return false;
}

static bool is_alone(const struct ms_code *code) {
    for (uint32_t c = 0; c < code->context_count; c++)
        if (code->contexts[c].threads != (uint64_t)1 << MS_THREAD_MAIN || code->contexts[c].live)
            return false;
    return true;
}

/* What a callee requires and this call does not hold, its own callers must. */
static void look_at_call(struct writer *writer, const struct ms_call_site *site) {
    struct ms_program *program = writer->program;
    for (uint8_t i = 0; site->how == MS_HOW_CALL && i < writer->required_count[site->callee]; i++) {
        struct required needed = writer->required[site->callee][i];
        ms_path root = ms_path_root(program, needed.lock);
        struct ms_path_node node = *ms_node(program, root);
        ms_path key = ms_path_key(program, needed.lock), lock = needed.lock;
        if (holds_local(program, &site->locks, key))
            continue;
        if (node.kind == MS_PATH_PARAM)
            lock = node.operand < site->argument_count && site->arguments[node.operand]
                       ? ms_path_replace(program, lock, root, site->arguments[node.operand])
                       : 0;
        uint8_t mode = callers_mode(program, site->caller, key);
        bool owned =
            node.kind == MS_PATH_PARAM && node.operand < 32 && (site->owned >> node.operand & 1);
        if (mode)
            require(writer, site->caller, lock, mode);
        else if (owned || is_alone(&program->code[site->caller]))
            writer->excused[site->caller] = true;
    }
}

/* ---- writing ---- */

static void add_function(struct writer *writer, ms_function function, enum ms_annotation_kind kind,
                         ms_path lock) {
    struct ms_program *program = writer->program;
    const struct ms_function_node *node = ms_function_at(program, function);
    struct ms_annotation made = {
        .kind = kind,
        .name = ms_name(program, node->name),
        .where = place_of(program, program->function_unit[function], node->where),
        .lock = "",
        .parameter = -1,
        .internal = (node->flags & MS_FUNCTION_INTERNAL) != 0};
    if (lock) {
        const struct ms_path_node *root = ms_node(program, ms_path_root(program, lock));
        made.lock = ms_spelled(program, function, lock);
        if (root->kind == MS_PATH_PARAM)
            made.parameter = (int)root->operand;
    }
    add(writer, made);
}

static void write_changes(struct writer *writer, ms_function function) {
    const struct ms_exit *exit = &writer->program->code[function].summary.exits[0];
    for (uint32_t c = 0; c < exit->change_count; c++) {
        const struct ms_lock_change *change = &exit->changes[c];
        enum ms_annotation_kind kind = change->level < 0 ? MS_ANNOTATE_RELEASES
                                       : change->mode == MS_MODE_SHARED
                                           ? MS_ANNOTATE_ACQUIRES_SHARED
                                           : MS_ANNOTATE_ACQUIRES;
        add_function(writer, function, kind, change->lock);
    }
}

static void write_function(struct writer *writer, ms_function function) {
    struct ms_program *program = writer->program;
    const struct ms_code *code = &program->code[function];
    for (uint32_t i = 0; i < code->accesses.count; i++)
        look_at_access(writer, code->accesses.first + i);
    for (uint32_t i = 0; i < code->calls.count; i++)
        look_at_call(writer, &program->calls[code->calls.first + i]);
    bool excused = writer->excused[function] || locks_in_other_ways(writer, function) ||
                   touches_unseen(writer, function);
    const struct ms_summary *summary = &code->summary;
    bool changes = summary->changes_locks && summary->exit_count && !code->attribute_locks;
    if (changes && changes_can_be_said(writer, summary)) {
        write_changes(writer, function);
    } else if (changes) {
        writer->opaque[function] = true;
        excused = true;
    }
    for (uint8_t i = 0; i < writer->required_count[function]; i++)
        if (!changes)
            add_function(writer, function,
                         writer->required[function][i].mode == MS_MODE_SHARED
                             ? MS_ANNOTATE_REQUIRES_SHARED
                             : MS_ANNOTATE_REQUIRES,
                         writer->required[function][i].lock);
    if (excused)
        add_function(writer, function, MS_ANNOTATE_NO_ANALYSIS, 0);
}

struct ms_annotations_found ms_program_annotations(struct ms_program *program) {
    struct writer writer = {.program = program};
    if (!program->facts || !program->code)
        return writer.found;
    ms_collect_accesses(program);
    size_t functions = program->facts->function_count;
    writer.guard_count = program->facts->path_count;
    writer.guard = ms_allocate(writer.guard_count * sizeof *writer.guard);
    writer.required = ms_allocate(functions * sizeof *writer.required);
    writer.required_count = ms_allocate(functions);
    writer.excused = ms_allocate(functions);
    writer.opaque = ms_allocate(functions);
    write_guards(&writer);
    for (size_t i = 0; i < program->order_count; i++)
        if (!(ms_function_at(program, program->order[i])->flags & MS_FUNCTION_INITIALISER))
            write_function(&writer, program->order[i]);
    free(writer.guard);
    free(writer.required);
    free(writer.required_count);
    free(writer.excused);
    free(writer.opaque);
    return writer.found;
}
