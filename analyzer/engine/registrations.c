/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* See registrations.h. `x->timer = timer_add(refill, x)` and `timer_init(&x->timer, refill)`
 * register; `timer_remove(x->timer)` and `hooks_remove(refill)` take back. */
#include "registrations.h"

#include "calls.h"

#include <stdlib.h>
#include <string.h>

static const struct ms_event *event_at(const struct ms_program *program, uint32_t event) {
    return &program->facts->events[event];
}

static ms_path argument_at(const struct ms_program *program, uint32_t event, uint32_t position) {
    return program->facts->arguments[event_at(program, event)->arguments.first + position];
}

/* ---- registering ---- */

/* The place in which the result of this call is put within the next few events. */
static ms_path stored_result(struct ms_program *program, uint32_t event, uint32_t end) {
    const uint32_t reach = 4;
    uint32_t result = event_at(program, event)->result;
    for (uint32_t e = event + 1; result && e < end && e <= event + reach; e++) {
        const struct ms_event *write = event_at(program, e);
        const struct ms_path_node *value = ms_node(program, write->value);
        if (write->kind == MS_EVENT_WRITE && value->kind == MS_PATH_RESULT &&
            value->operand == result)
            return ms_path_key(program, write->path);
    }
    return 0;
}

/* An argument that is the handle itself: `&x->timer`, or a pointer kept in a field. */
static ms_path handle_argument(struct ms_program *program, uint32_t event) {
    for (uint32_t i = 0; i < event_at(program, event)->arguments.count; i++) {
        ms_path argument = argument_at(program, event, i);
        const struct ms_path_node *node = ms_node(program, argument);
        ms_path location = node->kind == MS_PATH_ADDRESS ? node->base : 0;
        ms_path key = location ? ms_path_key(program, location) : 0;
        if (key && ms_node(program, key)->kind == MS_PATH_FIELD)
            return key;
    }
    return 0;
}

static void add_registration(struct ms_program *program, struct ms_registrations *all,
                             ms_function function, uint32_t event, uint32_t end) {
    const struct ms_event *call = event_at(program, event);
    struct ms_known_effects known = ms_effects_of(program, call);
    for (uint32_t i = 0; i < known.count; i++)
        if (known.items[i].verb == MS_VERB_CALLBACK || known.items[i].verb == MS_VERB_ONCE ||
            known.items[i].verb == MS_VERB_JOIN)
            return; /* it has returned when the call has */
    for (uint32_t i = 0; i < call->arguments.count; i++) {
        const struct ms_path_node *node = ms_node(program, argument_at(program, event, i));
        if (node->kind != MS_PATH_FUNCTION || !ms_function_at(program, node->operand)->blocks.count)
            continue;
        ms_path handle = stored_result(program, event, end);
        struct ms_registration made = {.callback = node->operand,
                                       .function = function,
                                       .event = event,
                                       .handle = handle ? handle : handle_argument(program, event)};
        MS_PUSH(all->items, all->count, made);
    }
}

static int by_callback(const void *a, const void *b) {
    const struct ms_registration *one = a, *other = b;
    if (one->callback != other->callback)
        return one->callback < other->callback ? -1 : 1;
    return one->event < other->event ? -1 : one->event > other->event;
}

/* The position of the first registration of this function, if it has one. */
static size_t first_of(const struct ms_registrations *all, ms_function callback) {
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->items[middle].callback < callback)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct ms_registrations ms_collect_registrations(struct ms_program *program) {
    struct ms_registrations all = {0};
    for (ms_function f = 1; f < program->facts->function_count; f++) {
        struct ms_range blocks = ms_function_at(program, f)->blocks;
        for (uint32_t b = 0; b < blocks.count; b++) {
            struct ms_range events = program->facts->blocks[blocks.first + b].events;
            uint32_t end = events.first + events.count;
            for (uint32_t e = events.first; e < end; e++)
                if (event_at(program, e)->kind == MS_EVENT_CALL)
                    add_registration(program, &all, f, e, end);
        }
    }
    if (all.count)
        qsort(all.items, all.count, sizeof *all.items, by_callback);
    return all;
}

void ms_registrations_free(struct ms_registrations *registrations) { free(registrations->items); }

/* ---- taking back ---- */

static bool name_takes_back(const char *name) {
    static const char *const words[] = {"remove", "cancel", "stop",   "unregister", "disconnect",
                                        "delete", "_del",   "del_",   "close",      "detach",
                                        "unhook", "unsub",  "disarm", "disable",    "clear",
                                        "quit",   "join",   "unset",  "deregister"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

struct release_question {
    const struct ms_registration *registration;
    ms_path location; /* 0: whichever object */
};

/* A local variable that the handle was copied to before: `int id = x->timer`. */
static ms_path copied_from(struct ms_program *program, ms_function function, ms_path variable) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    if (ms_node(program, variable)->kind != MS_PATH_LOCAL)
        return variable;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++)
            if (event_at(program, e)->kind == MS_EVENT_WRITE &&
                event_at(program, e)->path == variable)
                return event_at(program, e)->value;
    }
    return variable;
}

/* Whether this argument is the handle: its value, or its address. */
static bool is_handle(struct ms_program *program, ms_path argument, ms_path handle) {
    const struct ms_path_node *node = ms_node(program, argument);
    ms_path location = node->kind == MS_PATH_ADDRESS ? node->base : argument;
    return handle && ms_path_key(program, location) == handle;
}

static bool belongs_to(const struct ms_program *program, ms_path argument, ms_path location) {
    const struct ms_path_node *object = ms_node(program, ms_path_object(program, location));
    return object->kind != MS_PATH_DEREF || ms_path_contains(program, argument, object->base);
}

static bool takes_back(struct ms_program *program, ms_function function, uint32_t event,
                       const void *data) {
    const struct release_question *question = data;
    const struct ms_event *call = event_at(program, event);
    if (event == question->registration->event || !call->callee ||
        !name_takes_back(ms_name(program, ms_function_at(program, call->callee)->name)))
        return false;
    for (uint32_t i = 0; i < call->arguments.count; i++) {
        ms_path argument = copied_from(program, function, argument_at(program, event, i));
        const struct ms_path_node *node = ms_node(program, argument);
        if (node->kind == MS_PATH_FUNCTION && node->operand == question->registration->callback)
            return true;
        if (is_handle(program, argument, question->registration->handle) &&
            (!question->location || belongs_to(program, argument, question->location)))
            return true;
    }
    return false;
}

static const struct ms_registration *released(struct ms_program *program,
                                              const struct ms_registration *registration,
                                              struct ms_step step, ms_path location,
                                              uint32_t *release) {
    struct release_question any = {.registration = registration};
    struct release_question question = {.registration = registration, .location = location};
    if (ms_call_before(program, step, takes_back, &any))
        return NULL;
    *release = ms_call_after(program, step, takes_back, &question);
    return *release ? registration : NULL;
}

const struct ms_registration *ms_released_after(struct ms_program *program,
                                                const struct ms_registrations *registrations,
                                                const struct ms_context *context,
                                                ms_function function, struct ms_step step,
                                                ms_path location, uint32_t *release) {
    for (;;) {
        for (size_t i = first_of(registrations, function);
             i < registrations->count && registrations->items[i].callback == function; i++) {
            const struct ms_registration *found =
                released(program, &registrations->items[i], step, location, release);
            if (found)
                return found;
        }
        if (context->site == UINT32_MAX)
            return NULL;
        function = program->calls[context->site].caller;
        context = &program->code[function].contexts[context->parent];
    }
}
