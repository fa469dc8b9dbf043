/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Snapshots: a pointer that writers replace and readers load atomically, with no lock. What was
 * published must not change any more; what was replaced may be in use until a grace period has
 * passed; and the pointer itself is stored with release order.
 */
#include "snapshots.h"

#include "calls.h"
#include "endings.h"
#include "event_flow.h"
#include "publications.h"
#include "report.h"

#include <string.h>

enum { READERS_MAX = 256 };

static const struct ms_event *event_at(const struct ms_program *program, uint32_t event) {
    return &program->facts->events[event];
}

static const char *name_of(const struct ms_program *program, ms_function function) {
    return ms_name(program, ms_function_at(program, function)->name);
}

/* Whether this loads the pointer atomically, beside that access to it, with no lock in common. */
static bool is_reader(struct ms_program *program, const struct ms_instance *reader,
                      const struct ms_instance *writer) {
    bool known;
    const struct ms_access *access = ms_access_of(program, reader);
    return access->kind == MS_ACCESS_READ && (access->flags & MS_ACCESS_ATOMIC) &&
           access->function != ms_access_of(program, writer)->function &&
           ms_parallel(program, writer, reader, &known) && !ms_excluded(program, writer, reader);
}

static const struct ms_instance *reader_beside(struct ms_program *program,
                                               const struct ms_group *group,
                                               const struct ms_instance *writer) {
    for (uint32_t i = 0; i < group->count && i < READERS_MAX; i++)
        if (is_reader(program, &group->items[i], writer))
            return &group->items[i];
    return NULL;
}

/* ---- freed without a grace period ---- */

static bool says_wait(const char *name) {
    static const char *const words[] = {"synchron", "grace",    "quiesc", "barrier",
                                        "wait",     "call_rcu", "defer",  "drain"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

static bool waits(struct ms_program *program, ms_function function, uint32_t event,
                  const void *data) {
    (void)data;
    const struct ms_event *call = event_at(program, event);
    return (call->callee && says_wait(name_of(program, call->callee))) ||
           ms_call_waits(program, function, event, NULL);
}

/* Readers are waited for between the two: by a call, or by a loop that looks at what they count. */
static bool waits_between(struct ms_program *program, ms_function function, uint32_t from,
                          uint32_t to) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++) {
            const struct ms_event *event = event_at(program, e);
            bool looks = event->kind == MS_EVENT_READ &&
                         (event->flags & (MS_EVENT_ATOMIC | MS_EVENT_VOLATILE)) &&
                         ms_block_in_loop(program, function, b);
            if ((looks || (event->kind == MS_EVENT_CALL && waits(program, function, e, NULL))) &&
                ms_event_follows(program, function, from, e, NULL, NULL) &&
                ms_event_follows(program, function, e, to, NULL, NULL))
                return true;
        }
    }
    return false;
}

/* A way through a function, from one event to another. */
struct way {
    ms_function function;
    uint32_t from, to;
};

static bool is_on_way(struct ms_program *program, const struct way *way, uint32_t event) {
    return ms_event_follows(program, way->function, way->from, event, NULL, NULL) &&
           ms_event_follows(program, way->function, event, way->to, NULL, NULL);
}

static bool takes_lock_of(struct ms_program *program, const struct ms_acquisition *taken,
                          const struct ms_instance *reader) {
    return taken->mode == MS_MODE_EXCLUSIVE && !taken->tries &&
           ms_holds(program, reader, ms_lock_key(program, taken->lock)) != 0;
}

/* Who takes the lock that a reader holds, if only to give it back, has waited for that reader. */
static bool passes_lock_of(struct ms_program *program, const struct way *way,
                           const struct ms_instance *reader) {
    struct ms_range taken = program->code[way->function].acquisitions;
    for (uint32_t i = taken.first; reader->locks.count && i < taken.first + taken.count; i++)
        if (takes_lock_of(program, &program->acquisitions[i], reader) &&
            is_on_way(program, way, program->acquisitions[i].event))
            return true;
    struct ms_range calls = program->code[way->function].calls;
    for (uint32_t i = calls.first; reader->locks.count && i < calls.first + calls.count; i++) {
        const struct ms_call_site *site = &program->calls[i];
        struct ms_range inner = program->code[site->callee].acquisitions;
        for (uint32_t k = inner.first; k < inner.first + inner.count; k++)
            if (takes_lock_of(program, &program->acquisitions[k], reader) &&
                is_on_way(program, way, site->event))
                return true;
    }
    return false;
}

/* An access of this function that puts something new in the place; in `event` where that is done
 * from the point of view of the function that frees. */
static bool replaces_in(struct ms_program *program, ms_function function, ms_path place,
                        struct ms_instance *writer) {
    const struct ms_code *code = &program->code[function];
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        uint32_t number = code->accesses.first + i;
        uint8_t kind = program->accesses[number].kind;
        if ((kind != MS_ACCESS_WRITE && kind != MS_ACCESS_INIT) ||
            ms_path_key(program, program->accesses[number].path) != place)
            continue;
        for (uint32_t c = 0; c < code->context_count; c++)
            if (ms_make_instance(program, number, c, writer))
                return true;
    }
    return false;
}

/* Whether the function replaces the pointer before it frees: by itself, or by calling a function
 * that hands the old value out. */
static bool is_replaced_before(struct ms_program *program, const struct ms_retirement *retired,
                               struct ms_instance *writer, uint32_t *event) {
    const struct ms_path_node *value = ms_node(program, retired->value);
    const struct ms_publications *known = program->publications;
    if (replaces_in(program, retired->function, retired->place, writer)) {
        *event = ms_access_of(program, writer)->event;
    } else if (value->kind == MS_PATH_RESULT) {
        *event = known->result_events[known->first_result[retired->function] + value->operand];
        if (!replaces_in(program, event_at(program, *event)->callee, retired->place, writer))
            return false;
    } else {
        return false;
    }
    return ms_event_follows(program, retired->function, *event, retired->event, NULL, NULL);
}

/* A reader that counts itself, or marks what it reads, is waited for in ways of its own. */
static bool reader_is_counted(struct ms_program *program, const struct ms_instance *reader,
                              ms_path place) {
    const struct ms_code *code = &program->code[ms_access_of(program, reader)->function];
    for (uint32_t i = 0; i < code->accesses.count; i++) {
        const struct ms_access *access = &program->accesses[code->accesses.first + i];
        if (access->kind == MS_ACCESS_WRITE && (access->flags & MS_ACCESS_ATOMIC) &&
            ms_path_key(program, access->path) != place)
            return true;
    }
    return false;
}

static void judge_retirement(struct ms_program *program, const struct ms_retirement *retired) {
    const struct ms_group *group =
        retired->place ? ms_find_group(ms_collect_accesses(program), retired->place) : NULL;
    uint32_t event;
    struct ms_instance writer;
    bool replaced = group && is_replaced_before(program, retired, &writer, &event);
    if (!replaced || waits_between(program, retired->function, event, retired->event))
        return;
    const struct way way = {retired->function, event, retired->event};
    const struct ms_instance *reader = NULL;
    for (uint32_t i = 0; i < group->count && i < READERS_MAX && !reader; i++)
        if (is_reader(program, &group->items[i], &writer) &&
            !reader_is_counted(program, &group->items[i], retired->place) &&
            !passes_lock_of(program, &way, &group->items[i]))
            reader = &group->items[i];
    if (!reader)
        return;
    const struct ms_access *access = ms_access_of(program, &writer);
    const struct ms_access *other = ms_access_of(program, reader);
    if (!ms_report(program, MS_CHECK_UNSAFE_PUBLICATION, MS_CONFIDENCE_HIGH, retired->function,
                   event_at(program, retired->event)->where, retired->place,
                   "what `%s` pointed to is freed at once; readers that loaded it may still be at "
                   "work",
                   ms_access_spelled(program, access)))
        return;
    ms_report_note(program, access->function, event_at(program, access->event)->where,
                   "it is replaced here");
    ms_report_note(program, other->function, event_at(program, other->event)->where,
                   "it is loaded here%s, in %s(); wait for these readers first, or defer the free",
                   reader->locks.count ? "" : " without a lock", name_of(program, other->function));
}

/* ---- taken out of an RCU list or table, and freed ---- */

static bool enters_rcu(struct ms_program *program) {
    for (ms_function f = 1; f < program->facts->function_count; f++) {
        const char *name = name_of(program, f);
        const struct ms_model *model = ms_models_function(program->options.models, name);
        for (uint32_t i = 0; model && i < model->effect_count; i++)
            if (model->effects[i].verb == MS_VERB_RCU_READ_LOCK)
                return true;
    }
    return false;
}

/* `cds_list_del_rcu`, `hlist_replace_rcu`, `cds_lfht_del`: the convention of RCU for what unlinks
 * an element that readers may still see. */
static bool unlinks(const char *name) {
    bool rcu = strstr(name, "_rcu") || strstr(name, "lfht");
    return rcu && (strstr(name, "del") || strstr(name, "remove") || strstr(name, "replace"));
}

struct same_root {
    ms_path root;
};

static bool unlinks_this(struct ms_program *program, ms_function function, uint32_t event,
                         const void *data) {
    const struct ms_event *call = event_at(program, event);
    (void)function;
    if (!call->callee || !unlinks(name_of(program, call->callee)))
        return false;
    for (uint32_t i = 0; i < call->arguments.count; i++)
        if (ms_path_root(program, program->facts->arguments[call->arguments.first + i]) ==
            ((const struct same_root *)data)->root)
            return true;
    return false;
}

static bool has_company(const struct ms_program *program, const struct ms_retirement *retired) {
    const struct ms_code *code = &program->code[retired->function];
    for (uint32_t c = 0; c < code->context_count; c++) {
        const struct ms_context *context = &code->contexts[c];
        if (context->threads != (uint64_t)1 << MS_THREAD_MAIN ||
            ((context->live & ~retired->joined) | retired->live))
            return true;
    }
    return false;
}

static void judge_unlinked(struct ms_program *program, const struct ms_retirement *retired) {
    const struct ms_event *call = event_at(program, retired->event);
    struct ms_step step = {retired->function, retired->event};
    if (!call->arguments.count || !has_company(program, retired))
        return;
    struct same_root object = {
        ms_path_root(program, program->facts->arguments[call->arguments.first])};
    uint8_t kind = ms_node(program, object.root)->kind;
    if (kind != MS_PATH_LOCAL && kind != MS_PATH_PARAM)
        return;
    uint32_t unlink = ms_call_before(program, step, unlinks_this, &object);
    if (!unlink || waits_between(program, retired->function, unlink, retired->event))
        return;
    if (ms_report(program, MS_CHECK_UNSAFE_PUBLICATION, MS_CONFIDENCE_HIGH, retired->function,
                  call->where, object.root,
                  "an element is freed without a grace period after %s() took it out; readers may "
                  "still be at it",
                  name_of(program, event_at(program, unlink)->callee)))
        ms_report_note(program, retired->function, event_at(program, unlink)->where,
                       "it is taken out here; synchronize_rcu() or call_rcu() comes before the "
                       "free");
}

/* ---- changed after it was published ---- */

/* The place, by key, whose snapshot this location is directly part of. */
static ms_path snapshot_place(struct ms_program *program, ms_function function, ms_path location) {
    struct ms_path_node object = *ms_node(program, ms_path_object(program, location));
    if (object.kind != MS_PATH_DEREF)
        return 0;
    ms_path place = ms_loaded_from(program, function, object.base);
    return place ? place : ms_path_key(program, object.base);
}

/* A plain read of the same data in a snapshot that was loaded from the same place. */
static const struct ms_instance *snapshot_reader(struct ms_program *program, ms_path place,
                                                 const struct ms_instance *writer) {
    const struct ms_group *group = ms_find_group(ms_collect_accesses(program), writer->key);
    bool known;
    for (uint32_t i = 0; group && i < group->count && i < READERS_MAX; i++) {
        const struct ms_instance *other = &group->items[i];
        const struct ms_access *access = ms_access_of(program, other);
        struct ms_path_node object = *ms_node(program, ms_path_object(program, access->path));
        if (access->kind != MS_ACCESS_READ || object.kind != MS_PATH_DEREF ||
            (access->flags & MS_ACCESS_ATOMIC) ||
            ms_loaded_from(program, access->function, object.base) != place ||
            !ms_parallel(program, writer, other, &known) || ms_excluded(program, writer, other))
            continue;
        return other;
    }
    return NULL;
}

/* Whether the place is one in which new versions are put atomically. */
static bool is_replaced(struct ms_program *program, ms_path place) {
    const struct ms_group *group = ms_find_group(ms_collect_accesses(program), place);
    for (uint32_t i = 0; group && i < group->count; i++) {
        const struct ms_access *access = ms_access_of(program, &group->items[i]);
        if (access->kind == MS_ACCESS_WRITE && (access->flags & MS_ACCESS_ATOMIC))
            return true;
    }
    const struct ms_publications *known = program->publications;
    for (size_t i = 0; i < known->count; i++)
        if (known->items[i].place && ms_path_key(program, known->items[i].place) == place &&
            (event_at(program, known->items[i].event)->flags & MS_EVENT_ATOMIC ||
             event_at(program, known->items[i].event)->kind == MS_EVENT_CALL))
            return true;
    return false;
}

static void judge_write(struct ms_program *program, uint32_t number) {
    const struct ms_access *access = &program->accesses[number];
    const unsigned harmless =
        MS_ACCESS_ATOMIC | MS_ACCESS_OWNED | MS_ACCESS_FUZZY | MS_ACCESS_MAP | MS_ACCESS_SETUP;
    if (access->kind != MS_ACCESS_WRITE || (access->flags & harmless))
        return;
    ms_path place = snapshot_place(program, access->function, access->path);
    if (!place || !is_replaced(program, place))
        return;
    for (uint32_t c = 0; c < program->code[access->function].context_count; c++) {
        struct ms_instance writer;
        if (!ms_make_instance(program, number, c, &writer))
            continue;
        const struct ms_instance *reader = snapshot_reader(program, place, &writer);
        struct ms_location where = event_at(program, access->event)->where;
        if (!reader || ms_guard_is_reported(program, access->function, where, writer.key))
            continue;
        const struct ms_access *other = ms_access_of(program, reader);
        if (!ms_report(program, MS_CHECK_UNSAFE_PUBLICATION, MS_CONFIDENCE_HIGH, access->function,
                       where, writer.key,
                       "`%s` is changed in a snapshot that was published through `%s`; its readers "
                       "take no lock",
                       ms_access_spelled(program, access),
                       ms_spelled(program, access->function, place)))
            return;
        ms_report_note(program, other->function, event_at(program, other->event)->where,
                       "`%s` is read here, in %s(); change a copy and publish that",
                       ms_access_spelled(program, other), name_of(program, other->function));
        return;
    }
}

/* ---- the store itself ---- */

static bool is_fence(struct ms_program *program, uint32_t event) {
    const struct ms_event *at = event_at(program, event);
    return at->kind == MS_EVENT_FENCE || (at->kind == MS_EVENT_CALL && at->callee &&
                                          (strcasestr(name_of(program, at->callee), "fence") ||
                                           strcasestr(name_of(program, at->callee), "smp_") ||
                                           strcasestr(name_of(program, at->callee), "barrier")));
}

static bool fence_before(struct ms_program *program, ms_function function, uint32_t event) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = events.first; e < events.first + events.count; e++)
            if (is_fence(program, e) && ms_event_follows(program, function, e, event, NULL, NULL))
                return true;
    }
    return false;
}

/* A new object is stored plainly, or with relaxed order, where others load it atomically. */
static void judge_store(struct ms_program *program, uint32_t number) {
    const struct ms_access *access = &program->accesses[number];
    const struct ms_event *event = event_at(program, access->event);
    bool plain = !(access->flags & MS_ACCESS_ATOMIC);
    if (!program->publications->publishes[access->event] ||
        (access->kind != MS_ACCESS_INIT && access->kind != MS_ACCESS_WRITE) ||
        (access->flags & (MS_ACCESS_OWNED | MS_ACCESS_MAP)) || event->kind != MS_EVENT_WRITE ||
        (!plain && event->order != MS_ORDER_RELAXED) ||
        fence_before(program, access->function, access->event))
        return;
    for (uint32_t c = 0; c < program->code[access->function].context_count; c++) {
        struct ms_instance writer;
        if (!ms_make_instance(program, number, c, &writer))
            continue;
        const struct ms_group *group = ms_find_group(ms_collect_accesses(program), writer.key);
        const struct ms_instance *reader = group ? reader_beside(program, group, &writer) : NULL;
        if (!reader)
            continue;
        const struct ms_access *other = ms_access_of(program, reader);
        if (ms_report(program, MS_CHECK_UNSAFE_PUBLICATION, MS_CONFIDENCE_MEDIUM, access->function,
                      event->where, writer.key,
                      "a new object is published through `%s` by a %s store, which does not order "
                      "what was written to it before",
                      ms_access_spelled(program, access), plain ? "plain" : "relaxed"))
            ms_report_note(program, other->function, event_at(program, other->event)->where,
                           "it is loaded here without a lock, in %s()",
                           name_of(program, other->function));
        return;
    }
}

void ms_judge_snapshots(struct ms_program *program) {
    const struct ms_publications *known = program->publications;
    bool rcu = enters_rcu(program);
    for (size_t i = 0; i < known->retired_count; i++) {
        judge_retirement(program, &known->retired[i]);
        if (rcu)
            judge_unlinked(program, &known->retired[i]);
    }
    for (uint32_t i = 0; i < program->access_count; i++) {
        judge_write(program, i);
        judge_store(program, i);
    }
}
