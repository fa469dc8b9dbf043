/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Finds out what a call event means, in this order: a model of that name, annotations and Clang's
 * attributes on the declaration, the bodies that it can reach. */
#include "calls.h"

#include <stdlib.h>
#include <string.h>

/* Effects written as annotations on functions, parsed once. */
struct ms_annotations {
    struct annotated {
        struct ms_effect *items;
        uint32_t count;
        bool parsed;
    } *functions;
};

static const struct ms_model *model_of(const struct ms_program *program,
                                       const struct ms_event *event) {
    const struct ms_function_node *callee = ms_function_at(program, event->callee);
    const char *name = ms_name(program, callee->name);
    if (event->flags & MS_EVENT_MACRO_CALL)
        return ms_models_macro(program->options.models, name);
    /* A function that the program itself defines in a source file is what its body says, whatever
     * else has that name; inline functions of a library's header are what the library says. */
    if (callee->blocks.count && !(callee->flags & MS_FUNCTION_IN_HEADER))
        return NULL;
    return ms_models_function(program->options.models, name);
}

static const struct annotated *annotations_of(struct ms_program *program, ms_function function) {
    if (!program->annotations) {
        program->annotations = ms_arena_allocate(&program->arena, sizeof *program->annotations);
        program->annotations->functions =
            ms_arena_allocate(&program->arena, program->facts->function_count *
                                                   sizeof *program->annotations->functions);
    }
    struct annotated *annotated = &program->annotations->functions[function];
    if (annotated->parsed)
        return annotated;
    annotated->parsed = true;
    struct ms_range range = ms_function_at(program, function)->attributes;
    if (!range.count)
        return annotated;
    annotated->items = ms_arena_allocate(&program->arena, range.count * sizeof *annotated->items);
    for (uint32_t i = 0; i < range.count; i++) {
        const struct ms_attribute *attribute = &program->facts->attributes[range.first + i];
        size_t offset;
        char message[200];
        if (attribute->kind != MS_ATTRIBUTE_EFFECT)
            continue;
        const char *text = ms_name(program, attribute->text);
        if (ms_effect_parse(text, &annotated->items[annotated->count], &offset, message,
                            sizeof message))
            annotated->count++;
        else
            ms_remark(program, "%s:%u: annotation \"%s\" is ignored: %s",
                      ms_name(program, attribute->where.file), attribute->where.line, text,
                      message);
    }
    return annotated;
}

struct ms_known_effects ms_effects_of(struct ms_program *program, const struct ms_event *event) {
    struct ms_known_effects known = {0};
    if (!event->callee)
        return known;
    known.name = ms_name(program, ms_function_at(program, event->callee)->name);
    const struct ms_model *model = model_of(program, event);
    if (model) {
        known.items = model->effects;
        known.count = model->effect_count;
        known.complete = true;
        return known;
    }
    const struct annotated *annotated = annotations_of(program, event->callee);
    known.items = annotated->items;
    known.count = annotated->count;
    known.complete = annotated->count > 0;
    return known;
}

bool ms_effect_applies(const struct ms_program *program, const struct ms_event *event,
                       const struct ms_effect *effect) {
    uint32_t position = effect->when_argument;
    if (!position || position > event->arguments.count)
        return true;
    const struct ms_path_node *argument =
        ms_node(program, program->facts->arguments[event->arguments.first + position - 1]);
    return argument->kind != MS_PATH_CONSTANT ||
           program->facts->constants[argument->operand] == effect->when_value;
}

struct ms_functions ms_callees(struct ms_program *program, ms_function caller,
                               const struct ms_event *event, ms_path value) {
    if (event->callee)
        return (struct ms_functions){&event->callee,
                                     ms_function_at(program, event->callee)->blocks.count ? 1 : 0};
    struct ms_functions found = ms_functions_of(program, caller, value);
    return found.count ? found : ms_functions_of(program, caller, event->path);
}

/* All functions stored in the fields of a record of this type: what a library calls that is given a
 * table of operations. */
static struct ms_functions table_functions(struct ms_program *program, ms_function function,
                                           ms_path table) {
    ms_path location = ms_make(program, MS_PATH_DEREF, table, 0, 0);
    ms_record record = program->facts->types[ms_path_type(program, function, location)].record;
    uint32_t fields = program->facts->records[record].fields.count;
    ms_function *items = NULL;
    size_t count = 0;
    for (uint32_t f = 0; record && f < fields; f++) {
        ms_path key =
            ms_make(program, MS_PATH_FIELD, ms_make(program, MS_PATH_SELF, 0, 0, 0), record, f);
        struct ms_functions found = ms_functions_of(program, function, key);
        for (size_t i = 0; i < found.count; i++)
            MS_PUSH(items, count, found.items[i]);
    }
    ms_function *kept = ms_arena_allocate(&program->arena, (count + 1) * sizeof *kept);
    if (count)
        memcpy(kept, items, count * sizeof *kept);
    free(items);
    return (struct ms_functions){kept, count};
}

struct ms_functions ms_called_back(struct ms_program *program, ms_function function,
                                   enum ms_verb verb, ms_path value) {
    return verb == MS_VERB_START_TABLE ? table_functions(program, function, value)
                                       : ms_functions_of(program, function, value);
}

bool ms_verb_calls(enum ms_verb verb) {
    return verb == MS_VERB_CALLBACK || verb == MS_VERB_ONCE || verb == MS_VERB_START ||
           verb == MS_VERB_START_ONE || verb == MS_VERB_START_MANY || verb == MS_VERB_START_POOL ||
           verb == MS_VERB_START_TABLE || verb == MS_VERB_HANDLER ||
           verb == MS_VERB_LOOP_CALLBACK || verb == MS_VERB_SIGNAL_HANDLER;
}

enum ms_call_how ms_verb_how(enum ms_verb verb) {
    switch (verb) {
    case MS_VERB_START:
    case MS_VERB_START_ONE:
    case MS_VERB_START_MANY:
    case MS_VERB_START_POOL:
    case MS_VERB_START_TABLE:
        return MS_HOW_THREAD;
    case MS_VERB_HANDLER:
        return MS_HOW_HANDLER;
    case MS_VERB_LOOP_CALLBACK:
        return MS_HOW_LOOP;
    case MS_VERB_SIGNAL_HANDLER:
        return MS_HOW_SIGNAL;
    case MS_VERB_ONCE:
        return MS_HOW_ONCE;
    default:
        return MS_HOW_CALLBACK;
    }
}

uint32_t ms_data_parameter(const struct ms_program *program, ms_function function,
                           enum ms_verb verb) {
    uint32_t count = ms_function_at(program, function)->parameters.count;
    if (!count || verb == MS_VERB_START_TABLE)
        return UINT32_MAX;
    return verb == MS_VERB_START ? 0 : count - 1;
}

ms_path ms_operand_value(const struct ms_frame *frame, const struct ms_state *state,
                         const struct ms_event *event, const struct ms_operand *operand) {
    switch (operand->kind) {
    case MS_OPERAND_RESULT:
        return event->result ? ms_make(frame->program, MS_PATH_RESULT, 0, event->result, 0) : 0;
    case MS_OPERAND_ARGUMENT:
    case MS_OPERAND_INDIRECT:
        if (operand->index >= event->arguments.count)
            return 0;
        return ms_state_value(
            frame, state,
            frame->program->facts->arguments[event->arguments.first + operand->index]);
    case MS_OPERAND_ITSELF:
        if (operand->index >= event->arguments.count)
            return 0;
        return ms_make(
            frame->program, MS_PATH_ADDRESS,
            ms_state_location(
                frame, state,
                frame->program->facts->arguments[event->arguments.first + operand->index]),
            0, 0);
    default:
        return 0;
    }
}

/* An object that models know by name alone, such as the one table of hsearch(). */
static ms_path named_object(struct ms_program *program, const char *name) {
    struct ms_unit *facts = program->facts;
    ms_string string = ms_unit_string(facts, name, strlen(name));
    for (size_t i = 0; i < program->named_object_count; i++)
        if (facts->variables[program->named_objects[i]].name == string)
            return ms_make(program, MS_PATH_GLOBAL, 0, program->named_objects[i], 0);
    ms_variable made = ms_unit_add_variable(
        facts, (struct ms_variable_node){.name = string, .flags = MS_VARIABLE_GLOBAL});
    MS_PUSH(program->named_objects, program->named_object_count, made);
    return ms_make(program, MS_PATH_GLOBAL, 0, made, 0);
}

ms_path ms_operand_location(const struct ms_frame *frame, const struct ms_state *state,
                            const struct ms_event *event, const struct ms_operand *operand) {
    if (operand->kind == MS_OPERAND_GLOBAL)
        return named_object(frame->program, operand->global);
    ms_path value = ms_operand_value(frame, state, event, operand);
    if (!value)
        return 0;
    ms_path location = ms_make(frame->program, MS_PATH_DEREF, value, 0, 0);
    if (operand->kind != MS_OPERAND_INDIRECT)
        return location;
    return ms_make(frame->program, MS_PATH_DEREF, ms_state_value(frame, state, location), 0, 0);
}
