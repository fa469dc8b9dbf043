/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * lock-copied. A record that contains a lock, or a map by value, is copied as a whole: by
 * assignment, by passing or returning it, by memcpy. Copies are fine as long as nothing has used
 * the original as a lock, and where the copy gets a lock of its own: templates, new objects,
 * constructors.
 */
#include "checks.h"
#include "races.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

enum { NESTING_MAX = 8 };

/* The fields that lead to what must not be copied, outermost first. */
struct part {
    uint32_t fields[NESTING_MAX]; /* in facts->fields */
    uint32_t depth;
    bool map;
};

struct judge {
    struct ms_program *program;
    bool *harmless;     /* by record: contains neither lock nor map */
    uint32_t *taken;    /* by field: acquisition of such a lock + 1 */
    uint32_t *operated; /* by field: access to such a map + 1 */
    bool *live_global;  /* by variable: a lock in it is taken somewhere */
};

static bool is_lock(const struct ms_program *program, ms_type type) {
    switch (ms_type_role(program, type)) {
    case MS_ROLE_MUTEX:
    case MS_ROLE_RECURSIVE_MUTEX:
    case MS_ROLE_RWLOCK:
    case MS_ROLE_SPINLOCK:
    case MS_ROLE_SEMAPHORE:
        return true;
    default:
        break;
    }
    struct ms_range range = program->facts->records[program->facts->types[type].record].attributes;
    for (uint32_t i = 0; i < range.count; i++)
        if (program->facts->attributes[range.first + i].kind == MS_ATTRIBUTE_CAPABILITY)
            return true;
    return false;
}

static ms_type element_type(const struct ms_program *program, ms_type type) {
    while (program->facts->types[type].kind == MS_TYPE_ARRAY)
        type = program->facts->types[type].target;
    return type;
}

/* Depth first; a record without any is not looked into again. */
static bool find_part(struct judge *judge, ms_record record, struct part *part) {
    const struct ms_unit *facts = judge->program->facts;
    if (!record || judge->harmless[record] || part->depth == NESTING_MAX)
        return false;
    struct ms_range fields = facts->records[record].fields;
    uint32_t depth = part->depth;
    for (uint32_t i = 0; i < fields.count; i++) {
        ms_type type = element_type(judge->program, facts->fields[fields.first + i].type);
        part->fields[depth] = fields.first + i;
        part->depth = depth + 1;
        part->map = ms_type_role(judge->program, type) == MS_ROLE_MAP;
        if (part->map || is_lock(judge->program, type))
            return true;
        if (facts->types[type].kind == MS_TYPE_RECORD &&
            find_part(judge, facts->types[type].record, part))
            return true;
    }
    part->depth = depth;
    if (!depth)
        judge->harmless[record] = true;
    return false;
}

/* ---- what is used as a lock, and as a map ---- */

static uint32_t field_number(const struct ms_program *program, ms_path path) {
    const struct ms_path_node *node = ms_node(program, path);
    while (node->kind == MS_PATH_INDEX)
        node = ms_node(program, node->base);
    return node->kind == MS_PATH_FIELD
               ? program->facts->records[node->operand].fields.first + node->extra
               : 0;
}

static void note_global(struct judge *judge, ms_function function, ms_path lock) {
    struct ms_program *program = judge->program;
    const struct ms_code *code = &program->code[function];
    for (uint32_t c = 0; c < code->context_count; c++) {
        ms_path path = ms_context_path(program, function, &code->contexts[c], lock);
        const struct ms_path_node *root = ms_node(program, ms_path_root(program, path));
        if (root->kind == MS_PATH_GLOBAL)
            judge->live_global[root->operand] = true;
    }
}

static void note_uses(struct judge *judge) {
    struct ms_program *program = judge->program;
    for (uint32_t i = 0; i < program->acquisition_count; i++) {
        const struct ms_acquisition *acquisition = &program->acquisitions[i];
        uint32_t field = field_number(program, acquisition->lock);
        if (field && !judge->taken[field])
            judge->taken[field] = i + 1;
        note_global(judge, acquisition->function, acquisition->lock);
    }
    for (uint32_t i = 0; i < program->access_count; i++) {
        const struct ms_access *access = &program->accesses[i];
        uint32_t field = field_number(program, access->path);
        if (!(access->flags & MS_ACCESS_MAP) || !field || access->kind == MS_ACCESS_INIT)
            continue;
        if (!judge->operated[field])
            judge->operated[field] = i + 1;
        note_global(judge, access->function, access->path);
    }
}

/* ---- copies ---- */

static ms_path operand_location(struct ms_program *program, const struct ms_event *call,
                                enum ms_verb verb) {
    struct ms_known_effects known = ms_effects_of(program, call);
    for (uint32_t i = 0; i < known.count; i++) {
        const struct ms_operand *object = &known.items[i].object;
        if (known.items[i].verb == verb && object->kind == MS_OPERAND_ARGUMENT &&
            object->index < call->arguments.count)
            return ms_make(program, MS_PATH_DEREF,
                           program->facts->arguments[call->arguments.first + object->index], 0, 0);
    }
    return 0;
}

/* memcpy() of one whole object: as much as a constant says, from one record to another like it. */
static bool is_memory_copy(struct ms_program *program, ms_function function,
                           const struct ms_event *call, ms_record record) {
    ms_path to = operand_location(program, call, MS_VERB_FILL);
    if (!to || !operand_location(program, call, MS_VERB_USE) || call->arguments.count < 3)
        return false;
    ms_path size = program->facts->arguments[call->arguments.first + 2];
    return ms_node(program, size)->kind == MS_PATH_CONSTANT &&
           program->facts->types[ms_path_type(program, function, to)].record == record;
}

/* The copy gets, or the original gives up, a lock of its own in this function. */
static bool makes_lock(const struct ms_program *program, ms_function function, ms_record record) {
    const struct ms_code *code = &program->code[function];
    for (size_t i = 0; i < code->setup_count; i++) {
        ms_path object = ms_path_object(program, code->setup[i]);
        if (program->facts->types[ms_path_type(program, function, object)].record == record)
            return true;
    }
    return false;
}

/* `taken = *queue; init(queue)`: the map has moved. */
static bool is_moved(const struct ms_program *program, uint32_t number) {
    const struct ms_access *access = &program->accesses[number];
    struct ms_range range = program->code[access->function].accesses;
    for (uint32_t i = 0; i < range.count; i++) {
        const struct ms_access *other = &program->accesses[range.first + i];
        if ((other->kind & (MS_ACCESS_INIT | MS_ACCESS_WRITE)) && other->event > access->event &&
            (other->path == access->path || ms_path_contains(program, other->path, access->path)))
            return true;
    }
    return false;
}

/* Whether, in some context, the original is one that is in use. */
static bool is_live(struct judge *judge, const struct ms_access *access) {
    struct ms_program *program = judge->program;
    const struct ms_code *code = &program->code[access->function];
    ms_path base = ms_path_root(program, access->path);
    for (uint32_t c = 0; c < code->context_count; c++) {
        const struct ms_context *context = &code->contexts[c];
        ms_path path = ms_context_path(program, access->function, context, access->path);
        const struct ms_path_node *root = ms_node(program, ms_path_root(program, path));
        bool live = root->kind == MS_PATH_GLOBAL
                        ? judge->live_global[root->operand]
                        : !(ms_node(program, base)->kind == MS_PATH_PARAM &&
                            ms_node(program, base)->operand < 32 &&
                            (context->owned >> ms_node(program, base)->operand & 1));
        if (live)
            return true;
    }
    return false;
}

static const char *explain(struct ms_program *program, ms_type type, const struct part *part) {
    struct ms_text text = {0};
    const struct ms_unit *facts = program->facts;
    ms_text_add(&text, "`%s`", ms_name(program, facts->types[type].spelling));
    for (uint32_t i = 0; i < part->depth; i++) {
        const struct ms_field *field = &facts->fields[part->fields[i]];
        ms_type inner = element_type(program, field->type);
        ms_text_add(&text, "%s contains `%s`", i ? ", which" : "", ms_name(program, field->name));
        if (i + 1 == part->depth)
            ms_text_add(&text, ", a %s", ms_name(program, facts->types[inner].spelling));
    }
    const char *kept = ms_arena_copy(&program->arena, text.data, text.length);
    free(text.data);
    return kept;
}

static void note_use(struct judge *judge, const struct part *part, uint32_t use) {
    struct ms_program *program = judge->program;
    const char *name = ms_name(program, program->facts->fields[part->fields[part->depth - 1]].name);
    if (part->map) {
        const struct ms_access *access = &program->accesses[use - 1];
        ms_report_note(program, access->function, program->facts->events[access->event].where,
                       "such a `%s` is used here, in %s()", name,
                       ms_name(program, ms_function_at(program, access->function)->name));
    } else {
        const struct ms_acquisition *taken = &program->acquisitions[use - 1];
        ms_report_note(program, taken->function, program->facts->events[taken->event].where,
                       "such a `%s` is taken here, in %s()", name,
                       ms_name(program, ms_function_at(program, taken->function)->name));
    }
}

static void judge_access(struct judge *judge, uint32_t number) {
    struct ms_program *program = judge->program;
    const struct ms_access *access = &program->accesses[number];
    const struct ms_event *event = &program->facts->events[access->event];
    if (access->kind != MS_ACCESS_READ ||
        (access->flags & (MS_ACCESS_MAP | MS_ACCESS_OWNED | MS_ACCESS_SETUP)))
        return;
    ms_type type = ms_path_type(program, access->function, access->path);
    const struct ms_type_node *node = &program->facts->types[type];
    struct part part = {.depth = 0};
    if (node->kind != MS_TYPE_RECORD || !find_part(judge, node->record, &part))
        return;
    uint32_t last = part.fields[part.depth - 1];
    uint32_t use = part.map ? judge->operated[last] : judge->taken[last];
    if (!use || (event->kind == MS_EVENT_CALL &&
                 !is_memory_copy(program, access->function, event, node->record)))
        return;
    if (makes_lock(program, access->function, node->record) || is_moved(program, number) ||
        !is_live(judge, access))
        return;
    bool kept = event->kind == MS_EVENT_COPY &&
                ms_node(program, ms_path_root(program, event->path))->kind != MS_PATH_LOCAL;
    if (ms_report(program, MS_CHECK_LOCK_COPIED, kept ? MS_CONFIDENCE_HIGH : MS_CONFIDENCE_MEDIUM,
                  access->function, event->where, access->path,
                  "`%s` is copied with the %s in it: %s",
                  ms_spelled(program, access->function, access->path), part.map ? "map" : "lock",
                  explain(program, type, &part)))
        note_use(judge, &part, use);
}

static void judge(struct ms_program *program) {
    const struct ms_unit *facts = program->facts;
    struct judge judge = {.program = program,
                          .harmless = ms_allocate(facts->record_count),
                          .taken = ms_allocate(facts->field_count * sizeof *judge.taken),
                          .operated = ms_allocate(facts->field_count * sizeof *judge.operated),
                          .live_global = ms_allocate(facts->variable_count)};
    note_uses(&judge);
    for (uint32_t i = 0; i < program->access_count; i++)
        judge_access(&judge, i);
    free(judge.harmless);
    free(judge.taken);
    free(judge.operated);
    free(judge.live_global);
}

const struct ms_check_code ms_code_of_LOCK_COPIED = {.judge = judge};
