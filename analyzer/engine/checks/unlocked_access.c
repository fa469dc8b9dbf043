/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* unlocked-access: two threads that are both known reach the same object, one of them writes, and
 * no lock is common to both. No guard has to be inferred: who runs and what runs beside it is the
 * evidence. */
#include "breaches.h"
#include "checks.h"

/* A record of nothing but pointers to its own kind links elements of any list. */
static bool is_link(const struct ms_program *program, ms_path key) {
    ms_record record = ms_node(program, key)->operand;
    struct ms_range fields = program->facts->records[record].fields;
    for (uint32_t i = 0; i < fields.count; i++) {
        const struct ms_type_node *type =
            &program->facts->types[program->facts->fields[fields.first + i].type];
        if (type->kind != MS_TYPE_POINTER || program->facts->types[type->target].record != record)
            return false;
    }
    return true;
}

/* Elements of arrays may well be one for each thread. */
static bool is_one_object(const struct ms_program *program, ms_path path) {
    for (;;) {
        const struct ms_path_node *node = ms_node(program, path);
        switch ((int)node->kind) {
        case MS_PATH_INDEX:
            if (ms_node(program, node->extra)->kind != MS_PATH_CONSTANT)
                return false;
            path = node->base;
            break;
        case MS_PATH_FIELD:
        case MS_PATH_DEREF:
        case MS_PATH_ADDRESS:
        case MS_PATH_CONTAINER:
            path = node->base;
            break;
        case MS_PATH_GLOBAL:
        case MS_PATH_OBJECT:
            return true;
        default:
            return false;
        }
    }
}

static bool event_in_loop(const struct ms_program *program, ms_function function, uint32_t event) {
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        if (event - events.first < events.count)
            return ms_block_in_loop(program, function, b);
    }
    return true;
}

/* Whether a function runs once in the life of the program: called from one place, outside of loops,
 * by one that runs once. */
static bool runs_once(const struct ms_program *program, ms_function function) {
    for (int depth = 0; depth < 16; depth++) {
        const struct ms_code *code = &program->code[function];
        if (code->context_count != 1 || code->contexts[0].way_count > 1 || code->recursive)
            return false;
        const struct ms_context *context = &code->contexts[0];
        if (context->site == UINT32_MAX)
            return context->threads == (uint64_t)1 << MS_THREAD_MAIN;
        const struct ms_call_site *site = &program->calls[context->site];
        if (site->how != MS_HOW_CALL || event_in_loop(program, site->caller, site->event))
            return false;
        function = site->caller;
    }
    return false;
}

/* Whether there is one object only of this name: it was made once. */
static bool made_once(const struct ms_program *program, ms_path object) {
    const struct ms_path_node *node = ms_node(program, object);
    const struct ms_path_node *root = ms_node(program, node->base);
    ms_function function = node->operand;
    if (!runs_once(program, function))
        return false;
    if (root->kind != MS_PATH_RESULT)
        return root->kind == MS_PATH_LOCAL;
    struct ms_range blocks = ms_function_at(program, function)->blocks;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = program->facts->blocks[blocks.first + b].events;
        for (uint32_t e = 0; e < events.count; e++)
            if (program->facts->events[events.first + e].result == root->operand)
                return !ms_block_in_loop(program, function, b);
    }
    return false;
}

/* An element of something that everybody can reach, by whichever name: one side walks there from a
 * global, the other holds a lock for it, so that it is shared is beyond doubt. */
static bool is_shared_element(const struct ms_program *program, const struct ms_instance *one,
                              const struct ms_instance *other) {
    ms_path root = ms_path_root(program, one->path);
    return !one->locks.count && other->locks.count && one->path != root &&
           ms_node(program, root)->kind == MS_PATH_GLOBAL && is_one_object(program, one->path) &&
           ms_node(program, one->key)->kind == MS_PATH_FIELD && !is_link(program, one->key);
}

static bool same_object(struct ms_program *program, const struct ms_instance *one,
                        const struct ms_instance *other) {
    if (is_shared_element(program, one, other) || is_shared_element(program, other, one))
        return true;
    ms_path path = ms_follow_stores(program, one->path, true);
    if (path != ms_follow_stores(program, other->path, true) || !is_one_object(program, path))
        return false;
    ms_path root = ms_path_root(program, path);
    return (int)ms_node(program, root)->kind != MS_PATH_OBJECT || made_once(program, root);
}

static bool races(struct ms_program *program, const struct ms_instance *one,
                  const struct ms_instance *other) {
    bool known;
    return !one->unknown && !other->unknown && ms_conflict(program, one, other) &&
           ms_parallel(program, one, other, &known) && known && same_object(program, one, other) &&
           !ms_excluded(program, one, other);
}

/* The side that does not lock, or that writes, is the one to look at first. */
static bool blame_other(const struct ms_program *program, const struct ms_instance *one,
                        const struct ms_instance *other) {
    if ((one->locks.count == 0) != (other->locks.count == 0))
        return one->locks.count != 0;
    return ms_access_of(program, one)->kind != MS_ACCESS_WRITE &&
           ms_access_of(program, other)->kind == MS_ACCESS_WRITE;
}

static const char *locks_held(struct ms_program *program, const struct ms_instance *instance) {
    if (!instance->locks.count)
        return "no lock held";
    return ms_arena_format(&program->arena, "only `%s` held",
                           ms_held_spelled(program, instance, &instance->locks.items[0]));
}

static bool only_tests(const struct ms_program *program, const struct ms_group *group,
                       const struct ms_access *access) {
    return access->kind == MS_ACCESS_READ && (access->flags & MS_ACCESS_CONDITION) &&
           program->facts->types[group->type].kind == MS_TYPE_INTEGER;
}

static bool holds_striped(struct ms_program *program, const struct ms_instance *instance) {
    for (uint32_t i = 0; i < instance->locks.count; i++)
        if (ms_lock_is_striped(program, ms_lock_key(program, instance->locks.items[i].lock)))
            return true;
    return false;
}

static void report(struct ms_program *program, const struct ms_group *group,
                   const struct ms_instance *one, const struct ms_instance *other) {
    const struct ms_access *access = ms_access_of(program, one);
    const struct ms_access *partner = ms_access_of(program, other);
    enum ms_confidence confidence = ms_data_confidence(program, group, one, other, true);
    if (!((access->flags | partner->flags) & MS_ACCESS_MAP) && confidence == MS_CONFIDENCE_HIGH)
        confidence = MS_CONFIDENCE_MEDIUM;
    if (only_tests(program, group, partner) && !(access->flags & MS_ACCESS_MODIFY))
        confidence = MS_CONFIDENCE_LOW; /* a state that another thread looks at now and then */
    if (!ms_way_is_certain(program, one) || !ms_way_is_certain(program, other))
        confidence =
            MS_CONFIDENCE_LOW; /* a thread that may get here, through one pointer of many */
    if (holds_striped(program, one) || holds_striped(program, other))
        confidence = MS_CONFIDENCE_LOW; /* a protocol of more than one lock */
    if (!ms_report(program, MS_CHECK_UNLOCKED_ACCESS, confidence, access->function,
                   program->facts->events[access->event].where, group->key,
                   "`%s` is %s%s here while another thread may %s it, with no lock in common",
                   ms_access_spelled(program, access), ms_access_word(access),
                   ms_by_operation(program, access),
                   partner->kind == MS_ACCESS_WRITE ? "change" : "read"))
        return;
    ms_report_way(program, one);
    ms_report_note(program, partner->function, program->facts->events[partner->event].where,
                   "the other thread: `%s` is %s%s here in %s(), %s",
                   ms_access_spelled(program, partner), ms_access_word(partner),
                   ms_by_operation(program, partner),
                   ms_name(program, ms_function_at(program, partner->function)->name),
                   locks_held(program, other));
    ms_report_way(program, other);
}

enum { PAIRS_MAX = 128, SILENCED_MAX = 16 };

/* Problems that the user has silenced, by the place that was reported; the data may have others. */
struct silenced {
    uint32_t events[SILENCED_MAX];
    uint32_t count;
};

static bool is_silenced(const struct ms_program *program, const struct silenced *silenced,
                        const struct ms_instance *instance) {
    for (uint32_t i = 0; i < silenced->count; i++)
        if (silenced->events[i] == ms_access_of(program, instance)->event)
            return true;
    return false;
}

/* How many of two accesses are more than a look at a flag or a constant stored in it. */
static int weight(const struct ms_program *program, const struct ms_instance *one,
                  const struct ms_instance *other) {
    const unsigned light = MS_ACCESS_CONDITION | MS_ACCESS_CONSTANT;
    return !(ms_access_of(program, one)->flags & light) +
           !(ms_access_of(program, other)->flags & light);
}

static bool is_better(const struct ms_program *program, const struct ms_instance *one,
                      const struct ms_instance *other, const struct ms_instance *known,
                      const struct ms_instance *partner) {
    int more = weight(program, one, other) - weight(program, known, partner);
    return more > 0 || (more == 0 && blame_other(program, known, one));
}

/* The pair that shows the problem best. */
static bool find_pair(struct ms_program *program, const struct ms_group *group,
                      const struct silenced *silenced, const struct ms_instance *best[2]) {
    uint32_t count = group->count < PAIRS_MAX ? group->count : PAIRS_MAX;
    best[0] = best[1] = NULL;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = i; j < count; j++) {
            const struct ms_instance *one = &group->items[i], *other = &group->items[j];
            if (is_silenced(program, silenced, one) || is_silenced(program, silenced, other) ||
                !races(program, one, other))
                continue;
            if (blame_other(program, one, other)) {
                const struct ms_instance *swap = one;
                one = other;
                other = swap;
            }
            if ((!best[0] || is_better(program, one, other, best[0], best[1])) &&
                !ms_is_handed_over(program, one, other) && !ms_is_handed_over(program, other, one))
                best[0] = one, best[1] = other;
        }
    return best[0] != NULL;
}

static void judge(struct ms_program *program) {
    const struct ms_groups *groups = ms_collect_accesses(program);
    for (size_t g = 0; g < groups->count; g++) {
        const struct ms_group *group = &groups->items[g];
        const struct ms_instance *pair[2];
        struct silenced silenced = {.count = 0};
        if (group->guard.lock) /* the checks on guards have spoken */
            continue;
        while (silenced.count < SILENCED_MAX && find_pair(program, group, &silenced, pair)) {
            size_t suppressed = program->suppressed;
            report(program, group, pair[0], pair[1]);
            if (program->suppressed == suppressed)
                break;
            silenced.events[silenced.count++] = ms_access_of(program, pair[0])->event;
        }
    }
}

const struct ms_check_code ms_code_of_UNLOCKED_ACCESS = {.judge = judge};
