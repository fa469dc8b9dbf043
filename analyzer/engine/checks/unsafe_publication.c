/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * unsafe-publication. An object becomes known to other threads before it is complete: it is put
 * into the table, or handed to its thread, and filled afterwards without the lock under which
 * others find it; or a pointer that is tested without the lock is stored plainly by whoever made
 * the object. What goes wrong with snapshots behind atomic pointers is in snapshots.c.
 */
#include "breaches.h"
#include "checks.h"
#include "endings.h"
#include "event_flow.h"
#include "publications.h"
#include "snapshots.h"

#include <string.h>

enum { PARTNERS_MAX = 256 };

static const struct ms_event *event_at(const struct ms_program *program, uint32_t event) {
    return &program->facts->events[event];
}

static const char *name_of(const struct ms_program *program, ms_function function) {
    return ms_name(program, ms_function_at(program, function)->name);
}

/* ---- writes to an object after its publication ---- */

/* A write that comes too late, done by `access`, in the function that published or in one that it
 * calls then. */
struct late {
    const struct ms_publication *publication;
    uint32_t access;
    uint32_t event; /* in the function that published */
};

/* Whether a location is part of the object itself that `pointer` points to. */
static bool is_part_of(const struct ms_program *program, ms_path location, ms_path pointer) {
    const struct ms_path_node *object = ms_node(program, ms_path_object(program, location));
    return object->kind == MS_PATH_DEREF && object->base == pointer;
}

static bool is_plain_write(const struct ms_program *program, const struct ms_access *access) {
    const unsigned harmless = MS_ACCESS_ATOMIC | MS_ACCESS_OWNED | MS_ACCESS_FUZZY |
                              MS_ACCESS_VOLATILE | MS_ACCESS_SELF_LOCKING;
    enum ms_type_role role =
        ms_pointee_role(program, ms_path_type(program, access->function, access->path));
    return (access->kind == MS_ACCESS_WRITE || access->kind == MS_ACCESS_INIT) &&
           !(access->flags & harmless) && role != MS_ROLE_THREAD;
}

/* `x->handle = register(x)`: what the call that publishes returns cannot be set before. */
static bool is_answer(const struct ms_program *program, const struct ms_publication *publication,
                      const struct ms_access *access) {
    const struct ms_path_node *value = ms_node(program, event_at(program, access->event)->value);
    uint32_t result = event_at(program, publication->event)->result;
    return value->kind == MS_PATH_RESULT && value->operand == result;
}

static bool is_makers(struct ms_program *program, uint32_t event, const void *data) {
    const struct ms_path_node *object = ms_node(program, *(const ms_path *)data);
    return (int)object->kind == MS_PATH_RESULT ? event_at(program, event)->result == object->operand
                                               : event == object->operand;
}

/* Whether `to` can follow `from` with the same object: the function has not made another. */
static bool follows(struct ms_program *program, const struct ms_publication *publication,
                    uint32_t from, uint32_t to) {
    return ms_event_follows(program, publication->function, from, to, is_makers,
                            &publication->object);
}

static bool holds_any(struct ms_program *program, const struct ms_lockset *held,
                      const struct ms_lockset *wanted) {
    for (uint32_t i = 0; i < held->count; i++)
        for (uint32_t j = 0; j < wanted->count; j++)
            if (held->items[i].level > 0 && wanted->items[j].level > 0 &&
                ms_lock_key(program, held->items[i].lock) ==
                    ms_lock_key(program, wanted->items[j].lock))
                return true;
    return false;
}

/* Whether what is held includes a lock under which the object was published: held around, or taken
 * by the function that does it. */
static bool holds_publishers(struct ms_program *program, const struct ms_lockset *held,
                             const struct ms_publication *publication) {
    if (holds_any(program, held, &publication->locks))
        return true;
    const struct ms_event *call = event_at(program, publication->event);
    const struct ms_code *code = &program->code[call->kind == MS_EVENT_CALL ? call->callee : 0];
    for (uint32_t i = 0; i < held->count; i++)
        for (size_t k = 0; k < code->acquired_count; k++)
            if (held->items[i].level > 0 &&
                ms_lock_key(program, held->items[i].lock) == code->acquired[k])
                return true;
    return false;
}

/* Published through a global that the other thread goes through as well. */
static bool shares_place(struct ms_program *program, const struct ms_publication *publication,
                         const struct ms_instance *other) {
    return publication->place &&
           ms_node(program, ms_path_root(program, publication->place))->kind == MS_PATH_GLOBAL &&
           ms_path_contains(program, other->path, publication->place);
}

/* The object is marked as complete later, under the lock, or the others are told: they wait for
 * that before they look at the rest. */
static bool is_completed(struct ms_program *program, const struct late *late) {
    const struct ms_publication *publication = late->publication;
    const struct ms_code *code = &program->code[publication->function];
    static const char *const signs[] = {"signal", "broadcast", "post", "barrier",
                                        "notify", "resume",    "wake", "ready"};
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        const struct ms_access *access = &program->accesses[code->accesses.first + i];
        if (is_part_of(program, access->path, publication->object) &&
            access->event != late->event && access->kind != MS_ACCESS_READ &&
            ((access->flags & MS_ACCESS_ATOMIC) ||
             holds_publishers(program, &access->locks, publication)) &&
            follows(program, publication, late->event, access->event))
            return true;
    }
    struct ms_range blocks = ms_function_at(program, publication->function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++) {
            const struct ms_event *call = event_at(program, e);
            const char *name = call->kind == MS_EVENT_CALL ? name_of(program, call->callee) : "";
            for (size_t s = 0; s < sizeof signs / sizeof *signs; s++)
                if (strcasestr(name, signs[s]) && follows(program, publication, late->event, e))
                    return true;
        }
    }
    return false;
}

/* Someone who reaches the object the way it was published, and looks at what is written. */
static const struct ms_instance *find_reader(struct ms_program *program, const struct late *late,
                                             const struct ms_instance *writer, bool *known) {
    const struct ms_publication *publication = late->publication;
    const struct ms_group *group = ms_find_group(ms_collect_accesses(program), writer->key);
    const struct ms_instance *found = NULL;
    *known = false;
    for (uint32_t i = 0; group && i < group->count && i < PARTNERS_MAX; i++) {
        const struct ms_instance *other = &group->items[i];
        const struct ms_access *access = ms_access_of(program, other);
        bool pair_known;
        if (access->function == publication->function || access->event == late->event ||
            (access->flags & (MS_ACCESS_ATOMIC | MS_ACCESS_FUZZY)) ||
            !ms_parallel(program, writer, other, &pair_known) ||
            ms_excluded(program, writer, other))
            continue;
        if (publication->threads ? !(other->threads & publication->threads)
                                 : !holds_publishers(program, &other->locks, publication) &&
                                       !(pair_known && shares_place(program, publication, other)))
            continue;
        if (!found || (pair_known && !*known)) {
            found = other;
            *known = pair_known;
        }
    }
    return found;
}

static enum ms_confidence confidence_of(struct ms_program *program,
                                        const struct ms_instance *writer,
                                        const struct ms_instance *reader, bool known) {
    const struct ms_access *access = ms_access_of(program, writer);
    const struct ms_access *other = ms_access_of(program, reader);
    uint8_t kind =
        program->facts->types[ms_path_type(program, access->function, access->path)].kind;
    bool flag = kind == MS_TYPE_INTEGER &&
                ((access->flags & MS_ACCESS_CONSTANT) || (other->flags & MS_ACCESS_CONDITION));
    if (flag || !ms_way_is_certain(program, reader))
        return MS_CONFIDENCE_LOW;
    return known ? MS_CONFIDENCE_HIGH : MS_CONFIDENCE_MEDIUM;
}

static bool report_late(struct ms_program *program, const struct late *late,
                        const struct ms_instance *writer, const struct ms_instance *reader,
                        bool known) {
    const struct ms_access *access = &program->accesses[late->access];
    const struct ms_access *other = ms_access_of(program, reader);
    const struct ms_publication *publication = late->publication;
    const char *how = publication->threads ? "it was given to a thread" : "others can find it";
    if (!ms_report(program, MS_CHECK_UNSAFE_PUBLICATION,
                   confidence_of(program, writer, reader, known), access->function,
                   event_at(program, access->event)->where, writer->key,
                   "`%s` is set here after %s: whoever gets there first sees it half made",
                   ms_access_spelled(program, access), how))
        return false;
    ms_report_note(program, publication->function, event_at(program, publication->event)->where,
                   publication->threads ? "the thread is started here"
                                        : "it is made known to others here");
    ms_report_note(program, other->function, event_at(program, other->event)->where,
                   "`%s` is %s here, in %s()", ms_access_spelled(program, other),
                   ms_access_word(other), name_of(program, other->function));
    if (known)
        ms_report_way(program, reader);
    return true;
}

/* Where callers are not seen: the locks of publication were taken here, so they did not hold them;
 * of the locks of a new object they know nothing. */
static bool is_surely_open(struct ms_program *program, const struct ms_publication *publication,
                           const struct ms_instance *writer) {
    if (ms_access_of(program, writer)->flags & MS_ACCESS_FUZZY)
        return false;
    return !writer->unknown || publication->threads || publication->locks.count ||
           event_at(program, publication->event)->kind == MS_EVENT_CALL;
}

/* Whether it is reported: of an object that is published too soon, the first field is enough. */
static bool judge_late(struct ms_program *program, const struct late *late, uint32_t site) {
    const struct ms_access *access = &program->accesses[late->access];
    const struct ms_code *code = &program->code[access->function];
    if (is_completed(program, late))
        return false;
    for (uint32_t c = 0; c < code->context_count; c++) {
        struct ms_instance writer;
        bool known;
        if ((site != UINT32_MAX && code->contexts[c].site != site) ||
            !ms_make_instance(program, late->access, c, &writer) ||
            !is_surely_open(program, late->publication, &writer))
            continue;
        const struct ms_instance *reader = find_reader(program, late, &writer, &known);
        if (reader && report_late(program, late, &writer, reader, known))
            return true;
    }
    return false;
}

/* In a function that is called with the object once it is published. */
static bool judge_call(struct ms_program *program, const struct ms_publication *publication,
                       uint32_t number) {
    const struct ms_call_site *site = &program->calls[number];
    if (site->how != MS_HOW_CALL || site->event == publication->event)
        return false;
    for (uint32_t p = 0; p < site->argument_count; p++) {
        if (site->arguments[p] != publication->object ||
            !follows(program, publication, publication->event, site->event))
            continue;
        const struct ms_code *code = &program->code[site->callee];
        if (p < 32 && ((code->summary.frees | code->summary.setup) >> p & 1))
            continue; /* it ends the object */
        ms_path parameter = ms_make(program, MS_PATH_PARAM, 0, p, 0);
        for (uint32_t i = 0; i < code->accesses.count; i++) {
            struct late late = {publication, code->accesses.first + i, site->event};
            if (is_plain_write(program, &program->accesses[late.access]) &&
                is_part_of(program, program->accesses[late.access].path, parameter) &&
                judge_late(program, &late, number))
                return true;
        }
    }
    return false;
}

static void judge_publication(struct ms_program *program,
                              const struct ms_publication *publication) {
    const struct ms_code *code = &program->code[publication->function];
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        struct late late = {publication, code->accesses.first + i, 0};
        const struct ms_access *access = &program->accesses[late.access];
        late.event = access->event;
        if (is_plain_write(program, access) && access->event != publication->event &&
            !is_answer(program, publication, access) &&
            is_part_of(program, access->path, publication->object) &&
            follows(program, publication, publication->event, access->event) &&
            judge_late(program, &late, UINT32_MAX))
            return;
    }
    for (uint32_t i = 0; i < code->calls.count; i++)
        if (judge_call(program, publication, code->calls.first + i))
            return;
}

/* ---- made under the lock, tested without it ---- */

static bool holds_lock(const struct ms_lockset *locks) {
    for (uint32_t i = 0; i < locks->count; i++)
        if (locks->items[i].level > 0)
            return true;
    return false;
}

/* `if (!p) { lock; if (!p) p = make(); unlock; }`: the store of the pointer, seen from the test. */
static const struct ms_access *made_after(struct ms_program *program,
                                          const struct ms_access *test) {
    const struct ms_code *code = &program->code[test->function];
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        const struct ms_access *made = &program->accesses[code->accesses.first + i];
        if (made->path == test->path && program->publications->publishes[made->event] &&
            !(made->flags & (MS_ACCESS_ATOMIC | MS_ACCESS_OWNED)) && holds_lock(&made->locks) &&
            ms_event_follows(program, test->function, test->event, made->event, NULL, NULL))
            return made;
    }
    return NULL;
}

static void judge_test(struct ms_program *program, uint32_t number) {
    const struct ms_access *test = &program->accesses[number];
    const unsigned other =
        MS_ACCESS_ATOMIC | MS_ACCESS_OWNED | MS_ACCESS_FUZZY | MS_ACCESS_MAP | MS_ACCESS_SETUP;
    if (test->kind != MS_ACCESS_READ || !(test->flags & MS_ACCESS_CONDITION) ||
        (test->flags & other) || holds_lock(&test->locks))
        return;
    const struct ms_access *made = made_after(program, test);
    if (!made)
        return;
    for (uint32_t c = 0; c < program->code[test->function].context_count; c++) {
        struct ms_instance instance;
        bool known;
        if (!ms_make_instance(program, number, c, &instance) || holds_lock(&instance.locks) ||
            !ms_parallel(program, &instance, &instance, &known) ||
            ms_guard_is_reported(program, test->function, event_at(program, test->event)->where,
                                 instance.key))
            continue;
        const char *name = ms_access_spelled(program, test);
        if (ms_report(program, MS_CHECK_UNSAFE_PUBLICATION, MS_CONFIDENCE_MEDIUM, test->function,
                      event_at(program, test->event)->where, instance.key,
                      "`%s` is tested without the lock under which it is made: to see the pointer "
                      "is not to see what it points to",
                      name))
            ms_report_note(program, made->function, event_at(program, made->event)->where,
                           "it is made here and stored plainly; store it atomically, with release "
                           "order, and load it with acquire order");
        return;
    }
}

static void judge(struct ms_program *program) {
    const struct ms_publications *known = program->publications;
    for (size_t i = 0; known && i < known->count; i++)
        judge_publication(program, &known->items[i]);
    for (uint32_t i = 0; known && i < program->access_count; i++)
        judge_test(program, i);
    if (known)
        ms_judge_snapshots(program);
}

const struct ms_check_code ms_code_of_UNSAFE_PUBLICATION = {
    .observer = {.event_begin = ms_note_publications}, .judge = judge};
