/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Brings accesses and contexts together: each access, in each way its function is reached, with all
 * locks that are then held, grouped by the data it touches. What nobody else can see is left out
 * here: objects that are owned, set up or torn down, and the time in which there is one thread.
 */
#include "races.h"

#include <stdlib.h>

/* An element that a loop fills and then hands to the thread that it starts for it: `jobs[i].n = 0;
 * pthread_create(.., &jobs[i])`. The threads that run already have theirs. */
static bool is_filled_for_thread(const struct ms_program *program, const struct ms_access *access) {
    struct ms_range calls = program->code[access->function].calls;
    for (uint32_t i = 0; program->code[access->function].starts_threads && i < calls.count; i++) {
        const struct ms_call_site *site = &program->calls[calls.first + i];
        if (site->how != MS_HOW_THREAD || site->event < access->event || !site->argument_count)
            continue;
        const struct ms_path_node *given =
            ms_node(program, site->arguments[site->argument_count - 1]);
        if (given->kind == MS_PATH_ADDRESS &&
            ms_path_contains(program, access->path, given->base) &&
            ms_path_is_element(program, given->base))
            return true;
    }
    return false;
}

static bool is_owned(const struct ms_program *program, const struct ms_access *access,
                     const struct ms_context *context) {
    if (access->flags & (MS_ACCESS_OWNED | MS_ACCESS_SETUP | MS_ACCESS_SELF_LOCKING))
        return true;
    if (is_filled_for_thread(program, access))
        return true;
    const struct ms_path_node *root = ms_node(program, ms_path_root(program, access->path));
    return root->kind == MS_PATH_PARAM && root->operand < 32 &&
           (context->owned >> root->operand & 1);
}

static ms_path data_key(struct ms_program *program, ms_path path) {
    ms_path key = ms_path_key(program, path);
    if (key)
        return key;
    while (ms_node(program, path)->kind == MS_PATH_INDEX)
        path = ms_node(program, path)->base;
    ms_path object = path;
    if (ms_node(program, object)->kind == MS_PATH_DEREF)
        object = ms_node(program, object)->base;
    return ms_node(program, object)->kind == MS_PATH_OBJECT ? path : 0;
}

static bool runs_once(const struct ms_lockset *locks) {
    for (uint32_t i = 0; i < locks->count; i++)
        if (locks->items[i].mode == MS_MODE_ONCE && locks->items[i].level > 0)
            return true;
    return false;
}

bool ms_make_instance(struct ms_program *program, uint32_t number, uint32_t c,
                      struct ms_instance *instance) {
    const struct ms_access *access = &program->accesses[number];
    const struct ms_context *context = &program->code[access->function].contexts[c];
    if (context->once || !ms_context_allows(program, context, &access->conditions))
        return false;
    *instance = (struct ms_instance){.access = number, .context = c};
    instance->path = ms_context_path(program, access->function, context, access->path);
    if (access->flags & MS_ACCESS_MAP)
        instance->path = ms_place_of_map(program, instance->path);
    instance->key = data_key(program, instance->path);
    if (!instance->key)
        return false;
    instance->threads = context->threads;
    instance->live = (context->live & ~access->joined) | access->live;
    if (instance->threads == (uint64_t)1 << MS_THREAD_MAIN && !instance->live)
        return false; /* no other thread yet, or any more */
    instance->locks = ms_context_locks(program, access->function, context, &access->locks);
    instance->unknown = context->unknown || (access->flags & MS_ACCESS_FUZZY);
    return !runs_once(&instance->locks);
}

static void add_instances(struct ms_program *program, uint32_t number,
                          struct ms_instance **instances, size_t *count) {
    const struct ms_access *access = &program->accesses[number];
    const struct ms_code *code = &program->code[access->function];
    struct ms_instance instance;
    if (access->kind == MS_ACCESS_INIT || access->kind == MS_ACCESS_DESTROY ||
        (access->flags & MS_ACCESS_LOADS_MAP))
        return;
    for (uint32_t c = 0; c < code->context_count; c++)
        if (!is_owned(program, access, &code->contexts[c]) &&
            ms_make_instance(program, number, c, &instance))
            MS_PUSH(*instances, *count, instance);
}

static int by_key(const void *a, const void *b) {
    const struct ms_instance *one = a, *other = b;
    if (one->key != other->key)
        return one->key < other->key ? -1 : 1;
    if (one->access != other->access)
        return one->access < other->access ? -1 : 1;
    return one->context < other->context ? -1 : one->context > other->context;
}

const struct ms_groups *ms_collect_accesses(struct ms_program *program) {
    if (program->groups)
        return program->groups;
    program->groups = ms_allocate(sizeof *program->groups);
    struct ms_instance *instances = NULL;
    size_t count = 0;
    for (uint32_t i = 0; i < program->access_count; i++)
        add_instances(program, i, &instances, &count);
    if (count)
        qsort(instances, count, sizeof *instances, by_key);
    program->instances = instances;
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && instances[end].key == instances[first].key;)
            end++;
        struct ms_group group = {.key = instances[first].key,
                                 .items = instances + first,
                                 .count = (uint32_t)(end - first)};
        const struct ms_access *access = ms_access_of(program, group.items);
        group.type = ms_path_type(program, access->function, access->path);
        ms_infer_guards(program, &group);
        MS_PUSH(program->groups->items, program->groups->count, group);
    }
    return program->groups;
}

const struct ms_group *ms_find_group(const struct ms_groups *groups, ms_path key) {
    size_t low = 0, high = groups->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (groups->items[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < groups->count && groups->items[low].key == key ? &groups->items[low] : NULL;
}

void ms_groups_free(struct ms_program *program) {
    if (program->groups)
        free(program->groups->items);
    free(program->groups);
    free(program->instances);
}
