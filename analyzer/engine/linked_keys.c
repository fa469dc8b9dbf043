/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Keys that live in the elements: an insertion whose key is (part of) a field of the element that
 * it inserts makes that field the key of the map's elements. To write the field of an element that
 * was found in the map leaves it where its old key belongs.
 */
#include "linked_keys.h"

#include "calls.h"
#include "endings.h"
#include "races.h"
#include "report.h"

#include <stdlib.h>

struct key {
    ms_path field; /* by key: struct user::name */
    ms_path map;   /* by key */
    ms_function function;
    uint32_t event; /* an insertion that shows it */
};

struct keys {
    struct key *items;
    size_t count;
};

static const struct ms_event *event_at(const struct ms_program *program, uint32_t event) {
    return &program->facts->events[event];
}

static ms_path argument_of(const struct ms_program *program, uint32_t event,
                           const struct ms_effect *effect) {
    const struct ms_event *call = event_at(program, event);
    return effect && effect->object.index < call->arguments.count
               ? program->facts->arguments[call->arguments.first + effect->object.index]
               : 0;
}

static ms_path without_index(const struct ms_program *program, ms_path path) {
    while (ms_node(program, path)->kind == MS_PATH_INDEX)
        path = ms_node(program, path)->base;
    return path;
}

/* The field of the inserted element that the key is kept in: its address, or a pointer that it
 * holds. A number that is handed over as the key is copied. */
static ms_path field_of_element(const struct ms_program *program, ms_function function, ms_path key,
                                ms_path element) {
    const struct ms_path_node *node = ms_node(program, key);
    bool address = node->kind == MS_PATH_ADDRESS;
    ms_path field = without_index(program, address ? node->base : key);
    const struct ms_path_node *object = ms_node(program, ms_path_object(program, field));
    if (ms_node(program, field)->kind != MS_PATH_FIELD || object->kind != MS_PATH_DEREF ||
        object->base != element)
        return 0;
    uint8_t kind = program->facts->types[ms_path_type(program, function, field)].kind;
    return address || kind == MS_TYPE_POINTER || kind == MS_TYPE_ARRAY ? field : 0;
}

/* The map that an effect is on, by key. */
static ms_path map_of(struct ms_program *program, uint32_t event, const struct ms_effect *effect) {
    ms_path place = argument_of(program, event, effect);
    if (effect->object.kind != MS_OPERAND_ITSELF)
        place = ms_place_of_map(program, ms_make(program, MS_PATH_DEREF, place, 0, 0));
    return ms_path_key(program, place);
}

static void note_insertion(struct ms_program *program, ms_function function, uint32_t event,
                           struct keys *keys) {
    struct ms_known_effects known = ms_effects_of(program, event_at(program, event));
    const struct ms_effect *map = NULL, *key = NULL, *value = NULL;
    for (uint32_t i = 0; i < known.count; i++) {
        map = known.items[i].verb == MS_VERB_INSERT ? &known.items[i] : map;
        key = known.items[i].verb == MS_VERB_KEY ? &known.items[i] : key;
        value = known.items[i].verb == MS_VERB_VALUE ? &known.items[i] : value;
    }
    if (!map || !key || !value)
        return;
    ms_path field = field_of_element(program, function, argument_of(program, event, key),
                                     argument_of(program, event, value));
    struct key found = {.function = function, .event = event};
    found.field = field ? ms_path_key(program, field) : 0;
    found.map = map_of(program, event, map);
    if (found.field && found.map)
        MS_PUSH(keys->items, keys->count, found);
}

static struct keys collect(struct ms_program *program) {
    struct keys keys = {0};
    for (ms_function f = 1; f < program->facts->function_count; f++) {
        struct ms_range blocks = ms_function_at(program, f)->blocks;
        for (uint32_t b = 0; b < blocks.count; b++) {
            struct ms_range events = program->facts->blocks[blocks.first + b].events;
            for (uint32_t e = events.first; e < events.first + events.count; e++)
                if (event_at(program, e)->kind == MS_EVENT_CALL)
                    note_insertion(program, f, e, &keys);
        }
    }
    return keys;
}

enum { CALLEES_MAX = 3 };

/* What a call takes elements out of: this map, by itself or in what it calls. */
struct removal {
    ms_path map;
    int depth;
};

static bool takes_out(struct ms_program *program, ms_function function, uint32_t event,
                      const void *data) {
    const struct removal *removal = data;
    const struct ms_event *call = event_at(program, event);
    struct ms_known_effects known = ms_effects_of(program, call);
    (void)function;
    for (uint32_t i = 0; i < known.count; i++)
        if ((known.items[i].verb == MS_VERB_REMOVE || known.items[i].verb == MS_VERB_CLEAR ||
             known.items[i].verb == MS_VERB_ITERATE_REMOVE) &&
            (!map_of(program, event, &known.items[i]) ||
             map_of(program, event, &known.items[i]) == removal->map))
            return true;
    if (known.complete || !call->callee || removal->depth == CALLEES_MAX)
        return false;
    struct removal deeper = {removal->map, removal->depth + 1};
    struct ms_range blocks = ms_function_at(program, call->callee)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++)
            if (event_at(program, e)->kind == MS_EVENT_CALL &&
                takes_out(program, call->callee, e, &deeper))
                return true;
    }
    return false;
}

/* Whether something on the way to the write takes elements out of the map: this one, it may be. */
static bool was_taken_out(struct ms_program *program, const struct ms_access *access,
                          const struct ms_context *context, ms_path map) {
    struct ms_step steps[MS_STEPS_MAX];
    uint32_t count = ms_steps_to(program, access->function, context, access->event, steps);
    struct removal removal = {map, 0};
    /* The caller of a helper that is given the element may have taken it out. */
    bool given = ms_node(program, ms_path_root(program, access->path))->kind == MS_PATH_PARAM;
    for (uint32_t i = 0; i < count && i <= given; i++)
        if (ms_call_before(program, steps[i], takes_out, &removal))
            return true;
    return false;
}

/* Whether a location is reached through the map: by a slot of it, or from the element that its head
 * points to. */
static bool is_reached_through(struct ms_program *program, ms_path location, ms_path map) {
    for (;;) {
        struct ms_path_node node = *ms_node(program, location);
        switch (node.kind) {
        case MS_PATH_INDEX:
        case MS_PATH_DEREF:
            if (ms_path_key(program, node.base) == map)
                return true;
            break;
        case MS_PATH_FIELD:
        case MS_PATH_ADDRESS:
        case MS_PATH_CONTAINER:
            break;
        default:
            return false;
        }
        location = node.base;
    }
}

static void report(struct ms_program *program, const struct ms_access *access,
                   const struct key *key) {
    if (!ms_report(program, MS_CHECK_RAW_INTERNALS, MS_CONFIDENCE_HIGH, access->function,
                   event_at(program, access->event)->where, key->field,
                   "`%s` is the key of an element that is in `%s`; to change it here leaves the "
                   "element under its old key",
                   ms_access_spelled(program, access), ms_spelled(program, 0, key->map)))
        return;
    ms_report_note(program, key->function, event_at(program, key->event)->where,
                   "elements are put in by this field here; take the element out, change it, and "
                   "put it in again");
}

static void judge_write(struct ms_program *program, uint32_t number, const struct keys *keys) {
    const struct ms_access *access = &program->accesses[number];
    if ((access->kind != MS_ACCESS_WRITE && access->kind != MS_ACCESS_INIT) ||
        (access->flags & (MS_ACCESS_MAP | MS_ACCESS_OWNED)))
        return;
    if ((access->flags & MS_ACCESS_CONSTANT) &&
        program->facts->types[event_at(program, access->event)->type].kind == MS_TYPE_POINTER)
        return; /* set to null: it is being taken apart */
    ms_path location = without_index(program, access->path);
    if (ms_node(program, location)->kind == MS_PATH_DEREF) /* the text that the field points to */
        location = ms_node(program, location)->base;
    ms_path field = ms_path_key(program, location);
    for (size_t i = 0; field && i < keys->count; i++) {
        if (keys->items[i].field != field)
            continue;
        const struct ms_code *code = &program->code[access->function];
        for (uint32_t c = 0; c < code->context_count; c++) {
            const struct ms_context *context = &code->contexts[c];
            ms_path path = ms_context_path(program, access->function, context, access->path);
            if (is_reached_through(program, path, keys->items[i].map) &&
                !was_taken_out(program, access, context, keys->items[i].map)) {
                report(program, access, &keys->items[i]);
                return;
            }
        }
    }
}

void ms_judge_linked_keys(struct ms_program *program) {
    struct keys keys = collect(program);
    for (uint32_t i = 0; keys.count && i < program->access_count; i++)
        judge_write(program, i, &keys);
    free(keys.items);
}
