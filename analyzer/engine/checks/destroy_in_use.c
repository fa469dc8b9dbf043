/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * destroy-in-use. A lock, a map or memory ends while another thread can still reach it. That the
 * program itself waits for that thread, or takes back the callback, only afterwards is the
 * evidence; or that nothing ever waits for it. The other half, a lock that ends while it is held,
 * is in held_endings.c.
 */
#include "calls.h"
#include "checks.h"
#include "endings.h"
#include "held_endings.h"
#include "registrations.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

/* One use of a lock or of data: an acquisition or an access, in one context. Only the key, the path
 * and the threads of the instance are filled in. */
struct use {
    struct ms_instance instance;
    ms_function function;
    uint32_t event, context;
    const struct ms_acquisition *taken; /* of locks */
};

struct judge {
    struct ms_program *program;
    struct use *locks; /* by key */
    size_t lock_count;
    struct ms_registrations registrations;
    uint64_t waited;  /* threads that some call waits for */
    uint64_t *spoken; /* by function: threads of which its endings have been judged */
};

/* What ends, as it is looked at on the way up. */
struct ending {
    const struct ms_access *access;
    const struct ms_instance *instance;
    struct ms_step steps[MS_STEPS_MAX];
    ms_path raw[MS_STEPS_MAX]; /* the location, in the source's terms at each step; 0: not known */
    uint32_t step_count;
    bool set_up; /* the callers own the object, or make and end it */
};

static const struct ms_event *event_at(const struct ms_program *program, uint32_t event) {
    return &program->facts->events[event];
}

static const char *name_of(const struct ms_program *program, ms_function function) {
    return ms_name(program, ms_function_at(program, function)->name);
}

static ms_path raw_argument(const struct ms_program *program, uint32_t event, uint32_t position) {
    const struct ms_event *call = event_at(program, event);
    return position < call->arguments.count
               ? program->facts->arguments[call->arguments.first + position]
               : 0;
}

static bool is_global(const struct ms_program *program, ms_path path) {
    return ms_node(program, ms_path_root(program, path))->kind == MS_PATH_GLOBAL;
}

/* ---- uses of locks ---- */

static void add_lock_uses(struct judge *judge, const struct ms_acquisition *taken) {
    struct ms_program *program = judge->program;
    const struct ms_code *code = &program->code[taken->function];
    for (uint32_t c = 0; c < code->context_count; c++) {
        const struct ms_context *context = &code->contexts[c];
        struct use use = {
            .function = taken->function, .event = taken->event, .context = c, .taken = taken};
        use.instance.path = ms_context_path(program, taken->function, context, taken->lock);
        use.instance.key = ms_path_key(program, use.instance.path);
        use.instance.threads = context->threads;
        use.instance.live = (context->live & ~taken->joined) | taken->live;
        if (use.instance.key && !context->once)
            MS_PUSH(judge->locks, judge->lock_count, use);
    }
}

static int by_key(const void *a, const void *b) {
    const struct use *one = a, *other = b;
    if (one->instance.key != other->instance.key)
        return one->instance.key < other->instance.key ? -1 : 1;
    if (one->event != other->event)
        return one->event < other->event ? -1 : 1;
    return one->context < other->context ? -1 : one->context > other->context;
}

static void collect_locks(struct judge *judge) {
    struct ms_program *program = judge->program;
    for (uint32_t i = 0; i < program->acquisition_count; i++)
        if (!program->acquisitions[i].owned)
            add_lock_uses(judge, &program->acquisitions[i]);
    if (judge->lock_count)
        qsort(judge->locks, judge->lock_count, sizeof *judge->locks, by_key);
}

static size_t first_lock_use(const struct judge *judge, ms_path key) {
    size_t low = 0, high = judge->lock_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (judge->locks[middle].instance.key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- the way up ---- */

/* What ends, as the source names it at the call that ends it: `&m->lock` is m->lock. */
static ms_path named_at_call(struct ms_program *program, const struct ms_access *access) {
    const struct ms_event *call = event_at(program, access->event);
    for (uint32_t i = 0; i < call->arguments.count; i++) {
        ms_path argument = raw_argument(program, access->event, i);
        ms_path location =
            ms_place_of_map(program, ms_make(program, MS_PATH_DEREF, argument, 0, 0));
        if (ms_path_key(program, location) == ms_path_key(program, access->path))
            return location;
    }
    return 0;
}

/* The same location in the terms of the caller. */
static ms_path one_up(struct ms_program *program, ms_path path, uint32_t call) {
    ms_path root = ms_path_root(program, path);
    const struct ms_path_node *node = ms_node(program, root);
    if (node->kind == MS_PATH_GLOBAL)
        return path;
    if (node->kind != MS_PATH_PARAM || node->operand >= event_at(program, call)->arguments.count)
        return 0;
    return ms_path_replace(program, path, root, raw_argument(program, call, node->operand));
}

static struct ending make_ending(struct ms_program *program, const struct ms_instance *instance) {
    struct ending ending = {.access = ms_access_of(program, instance), .instance = instance};
    ending.step_count =
        ms_steps_to(program, ending.access->function, ms_context_of(program, instance),
                    ending.access->event, ending.steps);
    const struct ms_path_node *root = ms_node(program, ms_path_root(program, ending.access->path));
    ending.set_up = root->kind == MS_PATH_PARAM && root->operand < 32 &&
                    (ms_context_of(program, instance)->owned >> root->operand & 1);
    ending.raw[0] = named_at_call(program, ending.access);
    for (uint32_t i = 1; i < ending.step_count; i++)
        ending.raw[i] =
            ending.raw[i - 1] ? one_up(program, ending.raw[i - 1], ending.steps[i].event) : 0;
    return ending;
}

/* ---- joins ---- */

struct join_question {
    uint64_t thread;
    ms_path location; /* 0: any join of the thread */
};

/* Whether a location is part of an object that this call, or the start of the thread, is given. */
static bool shares_object(struct ms_program *program, ms_path location, uint32_t call) {
    ms_path object = ms_path_object(program, location);
    const struct ms_path_node *node = ms_node(program, object);
    if (node->kind != MS_PATH_DEREF || is_global(program, location))
        return true; /* there is one, or it is a local of the function that waits */
    ms_path pointer = node->base;
    for (uint32_t i = 0; i < event_at(program, call)->arguments.count; i++)
        if (ms_path_contains(program, raw_argument(program, call, i), pointer))
            return true;
    return false;
}

static bool joins(struct ms_program *program, ms_function function, uint32_t event,
                  const void *data) {
    const struct join_question *question = data;
    if (!(ms_threads_joined(program, function, event) & question->thread))
        return false;
    if (!question->location || shares_object(program, question->location, event))
        return true;
    for (uint32_t t = 1; t <= program->thread_count; t++)
        if ((question->thread >> t & 1) && program->threads[t].starter == function &&
            shares_object(program, question->location, program->threads[t].event))
            return true;
    return false;
}

/* The call that waits for this thread, after the ending. 0 if it was waited for before, or never.
 */
static uint32_t join_after(struct ms_program *program, const struct ending *ending, uint32_t thread,
                           struct ms_step *where) {
    struct join_question any = {.thread = (uint64_t)1 << thread};
    for (uint32_t i = 0; i < ending->step_count; i++)
        if (ms_call_before(program, ending->steps[i], joins, &any))
            return 0;
    for (uint32_t i = 0; i < ending->step_count; i++) {
        struct join_question question = {.thread = any.thread, .location = ending->raw[i]};
        uint32_t found =
            ending->raw[i] ? ms_call_after(program, ending->steps[i], joins, &question) : 0;
        if (found) {
            *where = (struct ms_step){ending->steps[i].function, found};
            return found;
        }
    }
    return 0;
}

/* ---- threads that nobody waits for ---- */

static bool starts(struct ms_program *program, ms_function function, uint32_t event,
                   const void *data) {
    (void)function;
    return (ms_threads_started(program, event) & *(const uint64_t *)data) != 0;
}

/* Whether the handle of this thread is kept beside what ends: both belong to one object. */
static bool is_kept_beside(struct ms_program *program, ms_path location, uint32_t thread) {
    struct ms_path_node data = *ms_node(program, ms_path_key(program, location));
    const struct ms_thread *started = &program->threads[thread];
    for (uint32_t i = 0; i < started->handle_count; i++) {
        ms_path kept = started->handles[i];
        struct ms_path_node handle = *ms_node(program, ms_path_key(program, kept));
        if (is_global(program, kept) ? is_global(program, location)
                                     : handle.kind == data.kind && handle.operand == data.operand)
            return true;
    }
    return false;
}

static bool is_main(const struct ms_program *program, ms_function function) {
    const struct ms_function_node *node = ms_function_at(program, function);
    return !(node->flags & MS_FUNCTION_INTERNAL) && !strcmp(ms_name(program, node->name), "main");
}

/* Whether the thread and the function that ends it mean the very same thing, by a name that all
 * know. */
static bool is_same_global(const struct ms_program *program, const struct ending *ending,
                           const struct use *use) {
    return ending->instance->path == use->instance.path && is_global(program, use->instance.path);
}

/* Nothing in the program waits for the thread, and nothing that could stand for it was waited for
 * on the way. What main ends itself goes with the process. */
static bool is_never_awaited(struct judge *judge, const struct ending *ending,
                             const struct use *use, uint32_t thread) {
    struct ms_program *program = judge->program;
    uint64_t bit = (uint64_t)1 << thread;
    if (!program->has_main || ending->set_up || (judge->waited & bit) ||
        is_main(program, ending->access->function) ||
        (!is_kept_beside(program, ending->access->path, thread) &&
         !is_same_global(program, ending, use)) ||
        ms_call_before(program, ending->steps[0], starts, &bit))
        return false;
    for (uint32_t i = 0; i < ending->step_count; i++)
        if (!is_main(program, ending->steps[i].function) &&
            ms_call_before(program, ending->steps[i], ms_call_waits, NULL))
            return false;
    return true;
}

static uint64_t all_joined(struct ms_program *program) {
    uint64_t joined = 0;
    for (ms_function f = 1; f < program->facts->function_count; f++) {
        struct ms_range blocks = ms_function_at(program, f)->blocks;
        for (uint32_t b = 0; b < blocks.count; b++) {
            struct ms_range events = program->facts->blocks[blocks.first + b].events;
            for (uint32_t e = events.first; e < events.first + events.count; e++)
                if (event_at(program, e)->kind == MS_EVENT_CALL)
                    joined |= ms_threads_joined(program, f, e);
        }
    }
    return joined;
}

/* ---- judging ---- */

static const char *what_ends(const struct ms_program *program, const struct ms_access *access) {
    enum ms_type_role role =
        ms_type_role(program, ms_path_type(program, access->function, access->path));
    bool memory = !(access->flags & MS_ACCESS_MAP) && role == MS_ROLE_NONE;
    return memory ? "freed" : "destroyed";
}

static bool report(struct judge *judge, const struct ending *ending, const struct use *use,
                   enum ms_confidence confidence, const char *while_what) {
    struct ms_program *program = judge->program;
    const struct ms_access *access = ending->access;
    if (!ms_report(program, MS_CHECK_DESTROY_IN_USE, confidence, access->function,
                   event_at(program, access->event)->where, ending->instance->key,
                   "`%s` is %s here by %s() while %s may still use it",
                   ms_access_spelled(program, access), what_ends(program, access),
                   access->operation, while_what))
        return false;
    ms_report_note(program, use->function, event_at(program, use->event)->where,
                   "it is used here, in %s()", name_of(program, use->function));
    ms_report_callers(program, &program->code[use->function].contexts[use->context]);
    return true;
}

static bool judge_thread(struct judge *judge, const struct ending *ending, const struct use *use,
                         uint32_t thread) {
    struct ms_program *program = judge->program;
    struct ms_step where;
    const char *who = ms_arena_format(&program->arena, "the thread that runs %s()",
                                      name_of(program, program->threads[thread].entry));
    uint64_t *spoken = &judge->spoken[ending->access->function];
    if (*spoken >> thread & 1) /* one that ends too early is like the others */
        return true;
    if (join_after(program, ending, thread, &where)) {
        *spoken |= (uint64_t)1 << thread;
        if (report(judge, ending, use, MS_CONFIDENCE_HIGH, who))
            ms_report_note(program, where.function, event_at(program, where.event)->where,
                           "the thread is waited for only here, in %s()",
                           name_of(program, where.function));
        return true;
    }
    bool memory = !strcmp(what_ends(program, ending->access), "freed");
    if (!is_never_awaited(judge, ending, use, thread) ||
        (memory && ms_excluded(program, ending->instance, &use->instance)))
        return false;
    *spoken |= (uint64_t)1 << thread;
    if (report(judge, ending, use, MS_CONFIDENCE_MEDIUM, who))
        ms_report_note(program, program->threads[thread].starter,
                       event_at(program, program->threads[thread].event)->where,
                       "no call waits for what is started here to end");
    return true;
}

/* A callback that is taken back only later. */
static bool judge_callback(struct judge *judge, const struct ending *ending,
                           const struct use *use) {
    struct ms_program *program = judge->program;
    bool known;
    uint32_t release;
    if (!ms_parallel(program, ending->instance, &use->instance, &known) || !ending->raw[0])
        return false;
    const struct ms_registration *registration = ms_released_after(
        program, &judge->registrations, &program->code[use->function].contexts[use->context],
        use->function, ending->steps[0], ending->raw[0], &release);
    if (!registration)
        return false;
    const char *who = ms_arena_format(&program->arena, "the callback %s(), on another thread,",
                                      name_of(program, registration->callback));
    if (report(judge, ending, use, MS_CONFIDENCE_HIGH, who))
        ms_report_note(program, ending->access->function, event_at(program, release)->where,
                       "the callback is taken back only here");
    return true;
}

/* ---- locks that are kept when the table's is given back ---- */

/* "Look up, lock the element, unlock the table, return it locked": whoever takes the element out of
 * the table does not know by that alone that nobody has its lock. */
static bool is_handed_on(struct ms_program *program, const struct use *use) {
    const struct ms_summary *summary = &program->code[use->function].summary;
    bool keeps = false;
    for (uint32_t e = 0; e < summary->exit_count; e++) {
        const struct ms_exit *exit = &summary->exits[e];
        for (uint32_t c = 0; c < exit->change_count; c++)
            keeps |= exit->changes[c].level > 0 && exit->change_count == 1 &&
                     ms_path_key(program, exit->changes[c].lock) == use->instance.key;
    }
    for (uint32_t i = 0; keeps && use->taken && i < use->taken->locks.count; i++)
        if (use->taken->locks.items[i].level > 0)
            return true;
    return false;
}

static bool takes_out(struct ms_program *program, ms_function function, uint32_t event,
                      const void *data) {
    (void)function;
    (void)data;
    struct ms_known_effects known = ms_effects_of(program, event_at(program, event));
    for (uint32_t i = 0; i < known.count; i++)
        if (known.items[i].verb == MS_VERB_REMOVE)
            return true;
    return false;
}

static bool judge_handed_on(struct judge *judge, const struct ending *ending,
                            const struct use *use) {
    struct ms_program *program = judge->program;
    bool known, out = false;
    if (!use->taken || !is_handed_on(program, use) ||
        !ms_parallel(program, ending->instance, &use->instance, &known))
        return false;
    for (uint32_t i = 0; i < ending->step_count; i++) {
        const struct ms_code *code = &program->code[ending->steps[i].function];
        for (size_t k = 0; k < code->acquired_count; k++)
            if (code->acquired[k] == use->instance.key)
                return false; /* it has waited for whoever had the lock */
        out |= ms_call_before(program, ending->steps[i], takes_out, NULL) != 0;
    }
    return out && report(judge, ending, use, MS_CONFIDENCE_MEDIUM,
                         "a thread that has found the object and locked it");
}

static bool judge_use(struct judge *judge, const struct ending *ending, const struct use *use) {
    struct ms_program *program = judge->program;
    uint64_t others = use->instance.threads & ending->instance->live & ~ending->instance->threads;
    if (use->function == ending->access->function)
        return false;
    for (uint32_t t = 1; t <= program->thread_count; t++)
        if ((others >> t & 1) && judge_thread(judge, ending, use, t))
            return true;
    return judge_callback(judge, ending, use) || judge_handed_on(judge, ending, use);
}

static bool is_cleared_under_lock(struct ms_program *program, const struct ending *ending,
                                  const struct ms_instance *use);

/* Each end of some data is held against so many of its uses. */
enum { USES_MAX = 256 };

static void judge_instance(struct judge *judge, const struct ms_instance *instance) {
    struct ms_program *program = judge->program;
    struct ending ending = make_ending(program, instance);
    for (size_t i = first_lock_use(judge, instance->key);
         i < judge->lock_count && judge->locks[i].instance.key == instance->key; i++)
        if (judge_use(judge, &ending, &judge->locks[i]))
            return;
    const struct ms_group *group = ms_find_group(ms_collect_accesses(program), instance->key);
    for (uint32_t i = 0; group && i < group->count && i < USES_MAX; i++) {
        const struct ms_access *access = ms_access_of(program, &group->items[i]);
        struct use use = {.instance = group->items[i],
                          .function = access->function,
                          .event = access->event,
                          .context = group->items[i].context};
        if (!is_cleared_under_lock(program, &ending, &group->items[i]) &&
            judge_use(judge, &ending, &use))
            return;
    }
}

/* Ended and set to null under the lock that its users take: they look before they use it. */
static bool is_cleared_under_lock(struct ms_program *program, const struct ending *ending,
                                  const struct ms_instance *use) {
    const struct ms_code *code = &program->code[ending->access->function];
    if (!ms_excluded(program, ending->instance, use))
        return false;
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        const struct ms_access *access = &program->accesses[code->accesses.first + i];
        if (access->event != ending->access->event && access->path == ending->access->path &&
            (access->kind == MS_ACCESS_WRITE || access->kind == MS_ACCESS_INIT))
            return true;
    }
    return false;
}

static void judge_access(struct judge *judge, uint32_t number) {
    struct ms_program *program = judge->program;
    const struct ms_access *access = &program->accesses[number];
    if (access->kind != MS_ACCESS_DESTROY || (access->flags & MS_ACCESS_OWNED))
        return;
    for (uint32_t c = 0; c < program->code[access->function].context_count; c++) {
        struct ms_instance instance;
        if (ms_make_instance(program, number, c, &instance))
            judge_instance(judge, &instance);
    }
}

static void judge(struct ms_program *program) {
    struct judge judge = {.program = program};
    collect_locks(&judge);
    judge.registrations = ms_collect_registrations(program);
    judge.waited = all_joined(program);
    judge.spoken = ms_allocate(program->facts->function_count * sizeof *judge.spoken);
    for (uint32_t i = 0; i < program->access_count; i++)
        judge_access(&judge, i);
    ms_judge_abandoned_frames(program);
    free(judge.locks);
    free(judge.spoken);
    ms_registrations_free(&judge.registrations);
}

static void on_event_begin(struct ms_local *local, const struct ms_states *states, uint32_t event) {
    ms_record_endings(local, states, event);
    ms_watch_held_ending(local, states, event);
}

const struct ms_check_code ms_code_of_DESTROY_IN_USE = {.observer = {.event_begin = on_event_begin},
                                                        .judge = judge};
