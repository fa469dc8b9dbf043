/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Contexts: the ways in which a function is reached, top-down. A context says which objects the
 * parameters stand for, which locks the callers hold, which threads run it and which may run beside
 * it. "The caller holds the lock" therefore needs no annotation.
 *
 * Paths in a context are rooted at globals, at OBJECTs (made by one function and handed to threads)
 * or at ANY(n): some object, the same within the context. Contexts of one function that differ in
 * nothing else are merged by joining their sets of threads. Their number is bounded per function;
 * beyond the bound those with equal locks are merged, which forgets which object is meant.
 */
#include "paths.h"
#include "program.h"
#include "state.h"

#include <stdlib.h>
#include <string.h>

enum {
    CONTEXTS_MAX = 12,
    PARAMETERS_MAX = 32,
    DEPTH_MAX = 60,
    BINDING_DEPTH_MAX = 8,
    NAMES_MAX = 24
};

struct queue_item {
    ms_function function;
    uint32_t context;
};

struct builder {
    struct ms_program *program;
    struct queue_item *queue;
    size_t queue_count;
};

/* Renames the roots of one call: equal roots get equal ANY numbers, in order of appearance. */
struct renaming {
    struct ms_program *program;
    const struct ms_call_site *site;
    const struct ms_context *context;
    ms_path from[NAMES_MAX];
    uint32_t count;
};

static bool was_handed(const struct ms_program *program, ms_function function, ms_path root) {
    uint64_t hash = ms_hash_mix(function, root);
    size_t cursor = ms_index_start(&program->handed_index, hash);
    for (uint32_t at; (at = ms_index_next(&program->handed_index, hash, &cursor)) != MS_INDEX_END;)
        if (program->handed[at].function == function && program->handed[at].root == root)
            return true;
    return false;
}

void ms_hand_over(struct ms_program *program, ms_function function, ms_path root) {
    if (was_handed(program, function, root))
        return;
    ms_index_add(&program->handed_index, ms_hash_mix(function, root),
                 (uint32_t)program->handed_count);
    MS_PUSH(program->handed, program->handed_count, (struct ms_handed){function, root});
}

static ms_path in_context(struct ms_program *program, ms_function function,
                          const struct ms_context *context, ms_path path) {
    ms_path root = ms_path_root(program, path);
    struct ms_path_node node = *ms_node(program, root);
    if (node.kind == MS_PATH_PARAM) {
        ms_path bound = node.operand < PARAMETERS_MAX &&
                                node.operand < ms_function_at(program, function)->parameters.count
                            ? context->bindings[node.operand]
                            : 0;
        if (!bound)
            bound = ms_make(program, MS_PATH_ANY, 0, 1000 + node.operand, 0);
        return ms_path_replace(program, path, root, bound);
    }
    if ((node.kind == MS_PATH_LOCAL || node.kind == MS_PATH_RESULT ||
         (int)node.kind == MS_PATH_VALUE) &&
        was_handed(program, function, root))
        return ms_path_replace(program, path, root,
                               ms_make(program, MS_PATH_OBJECT, root, function, 0));
    return path;
}

ms_path ms_context_path(struct ms_program *program, ms_function function,
                        const struct ms_context *context, ms_path path) {
    return ms_follow_stores(program, in_context(program, function, context, path), false);
}

struct ms_lockset ms_context_locks(struct ms_program *program, ms_function function,
                                   const struct ms_context *context,
                                   const struct ms_lockset *locks) {
    struct ms_lockset all = {0};
    all.items = ms_arena_allocate(&program->arena,
                                  (context->locks.count + locks->count) * sizeof *all.items);
    for (uint32_t i = 0; i < context->locks.count; i++)
        all.items[all.count++] = context->locks.items[i];
    for (uint32_t i = 0; i < locks->count; i++) {
        struct ms_held held = locks->items[i];
        held.lock = ms_context_path(program, function, context, held.lock);
        uint32_t at = 0;
        while (at < all.count && all.items[at].lock != held.lock)
            at++;
        if (held.level < 0 && at < all.count)
            all.items[at] = all.items[--all.count];
        else if (held.level > 0 && at == all.count)
            all.items[all.count++] = held;
        else if (held.level > 0 && held.mode > all.items[at].mode)
            all.items[at].mode = held.mode;
    }
    return all;
}

/* ---- translation of a caller's world into the callee's ---- */

static ms_path rename_root(struct renaming *renaming, ms_path path) {
    struct ms_program *program = renaming->program;
    path = ms_context_path(program, renaming->site->caller, renaming->context, path);
    if (!path)
        return 0;
    ms_path root = ms_path_root(program, path);
    switch ((int)ms_node(program, root)->kind) {
    case MS_PATH_GLOBAL:
    case MS_PATH_OBJECT:
    case MS_PATH_FUNCTION:
        break;
    case MS_PATH_CONSTANT:
    case MS_PATH_UNKNOWN:
        return 0;
    default: {
        uint32_t n = 0;
        while (n < renaming->count && renaming->from[n] != root)
            n++;
        if (n == NAMES_MAX)
            return 0;
        if (n == renaming->count)
            renaming->from[renaming->count++] = root;
        path = ms_path_replace(program, path, root, ms_make(program, MS_PATH_ANY, 0, n, 0));
    }
    }
    return path;
}

static bool same_context(const struct ms_context *one, const struct ms_context *other,
                         uint32_t parameters, bool bindings) {
    if (one->unknown != other->unknown || one->once != other->once ||
        one->locks.count != other->locks.count)
        return false;
    for (uint32_t i = 0; i < one->locks.count; i++)
        if (one->locks.items[i].lock != other->locks.items[i].lock ||
            one->locks.items[i].mode != other->locks.items[i].mode)
            return false;
    if (!bindings)
        return true;
    if (one->owned != other->owned || one->live != other->live)
        return false;
    return !parameters ||
           !memcmp(one->bindings, other->bindings, parameters * sizeof *one->bindings);
}

static void enqueue(struct builder *builder, ms_function function, uint32_t context) {
    MS_PUSH(builder->queue, builder->queue_count, (struct queue_item){function, context});
}

/* Folds a context into one that exists. Returns whether that one has changed. */
static bool fold(struct ms_program *program, struct ms_context *into, const struct ms_context *from,
                 uint32_t parameters) {
    bool changed = (from->threads & ~into->threads) || (from->live & ~into->live) ||
                   (into->owned & ~from->owned);
    into->threads |= from->threads;
    into->live |= from->live;
    into->owned &= from->owned;
    for (uint32_t i = 0; i < parameters; i++)
        if (into->bindings[i] != from->bindings[i] && into->bindings[i]) {
            ms_path any = ms_make(program, MS_PATH_ANY, 0, 100 + i, 0);
            changed |= into->bindings[i] != any;
            into->bindings[i] = any;
        }
    return changed;
}

static void add_way(struct ms_context *context, uint32_t site) {
    for (uint32_t i = 0; i < context->way_count; i++)
        if (context->ways[i] == site)
            return;
    if (context->way_count < sizeof context->ways / sizeof *context->ways)
        context->ways[context->way_count++] = site;
}

static void add_context(struct builder *builder, ms_function function, struct ms_context *context) {
    struct ms_program *program = builder->program;
    struct ms_code *code = &program->code[function];
    uint32_t parameters = ms_function_at(program, function)->parameters.count;
    if (parameters > PARAMETERS_MAX)
        parameters = PARAMETERS_MAX;
    for (uint32_t i = 0; i < code->context_count; i++) {
        struct ms_context *known = &code->contexts[i];
        if (!same_context(known, context, parameters, true))
            continue;
        add_way(known, context->site);
        if (context->threads & ~known->threads) {
            known->threads |= context->threads;
            enqueue(builder, function, i);
        }
        return;
    }
    if (code->context_count < CONTEXTS_MAX) {
        if (!code->contexts)
            code->contexts =
                ms_arena_allocate(&program->arena, CONTEXTS_MAX * sizeof *code->contexts);
        code->contexts[code->context_count++] = *context;
        enqueue(builder, function, code->context_count - 1);
        return;
    }
    for (uint32_t i = 0; i < code->context_count; i++)
        if (same_context(&code->contexts[i], context, parameters, false)) {
            add_way(&code->contexts[i], context->site);
            if (fold(program, &code->contexts[i], context, parameters))
                enqueue(builder, function, i);
            return;
        }
    ms_remark(program,
              "%s: more than %d ways to reach it hold different locks; the others are "
              "left out",
              ms_name(program, ms_function_at(program, function)->name), CONTEXTS_MAX);
}

/* Locks that an attribute says the caller must hold. */
static void add_required(struct ms_program *program, ms_function function,
                         struct ms_context *context) {
    struct ms_range range = ms_function_at(program, function)->attributes;
    struct ms_lockset locks = {0};
    locks.items = ms_arena_allocate(&program->arena, (range.count + 1) * sizeof *locks.items);
    for (uint32_t i = 0; i < range.count; i++) {
        const struct ms_attribute *attribute = &program->facts->attributes[range.first + i];
        if ((attribute->kind != MS_ATTRIBUTE_REQUIRES &&
             attribute->kind != MS_ATTRIBUTE_REQUIRES_SHARED) ||
            !attribute->path)
            continue;
        locks.items[locks.count++] = (struct ms_held){
            .lock = attribute->path,
            .mode = attribute->kind == MS_ATTRIBUTE_REQUIRES ? MS_MODE_EXCLUSIVE : MS_MODE_SHARED,
            .level = 1};
    }
    if (locks.count)
        context->locks = ms_context_locks(program, function, context, &locks);
}

static struct ms_context new_context(struct ms_program *program, ms_function function) {
    struct ms_context context = {.site = UINT32_MAX};
    context.bindings = ms_arena_allocate(&program->arena,
                                         (ms_function_at(program, function)->parameters.count + 1) *
                                             sizeof *context.bindings);
    return context;
}

/* Which threads run what a call site calls, and which may run beside it. */
static void set_threads(const struct ms_program *program, const struct ms_call_site *site,
                        const struct ms_context *from, struct ms_context *to) {
    uint64_t joined = site->joined & ~site->live;
    to->threads = from->threads;
    to->live = (from->live & ~site->joined) | site->live;
    switch (site->how) {
    case MS_HOW_THREAD:
        to->threads = (uint64_t)1 << site->thread;
        /* Beside a thread may run whatever was not joined before it was started. */
        to->live = ~(joined & ~from->live);
        break;
    case MS_HOW_SIGNAL:
        to->threads = (uint64_t)1 << MS_THREAD_SIGNAL;
        to->live = ~(uint64_t)0;
        break;
    case MS_HOW_HANDLER:
        to->threads = (uint64_t)1 << MS_THREAD_HANDLER;
        to->live = ~(uint64_t)0;
        break;
    case MS_HOW_LOOP:
        to->threads = (uint64_t)1 << MS_THREAD_MAIN;
        to->live = ~(uint64_t)0;
        break;
    default:
        to->threads = ms_routine_threads(program, from->threads, site->caller, site->callee);
        break;
    }
}

/* The constant that is passed here, or passed on from the caller's caller; 0 if it is none. */
static ms_path constant_argument(struct ms_program *program, const struct ms_call_site *site,
                                 const struct ms_context *from, ms_path argument) {
    ms_path value = argument ? ms_context_path(program, site->caller, from, argument) : 0;
    return ms_node(program, value)->kind == MS_PATH_CONSTANT ? value : 0;
}

bool ms_context_allows(const struct ms_program *program, const struct ms_context *context,
                       const struct ms_conditions *conditions) {
    for (uint32_t i = 0; i < conditions->count; i++) {
        const struct ms_path_node *tested = ms_node(program, conditions->items[i].value);
        int64_t mask = -1;
        if (tested->kind == MS_PATH_BITS) {
            mask = program->facts->constants[tested->operand];
            tested = ms_node(program, tested->base);
        }
        if (tested->kind != MS_PATH_PARAM || tested->operand >= PARAMETERS_MAX)
            continue;
        const struct ms_path_node *bound = ms_node(program, context->bindings[tested->operand]);
        if (bound->kind == MS_PATH_CONSTANT &&
            !ms_constraint_admits(&conditions->items[i],
                                  program->facts->constants[bound->operand] & mask))
            return false;
    }
    return true;
}

static void propagate(struct builder *builder, uint32_t position, struct queue_item item) {
    struct ms_program *program = builder->program;
    const struct ms_call_site *site = &program->calls[position];
    const struct ms_context *from = &program->code[item.function].contexts[item.context];
    const struct ms_code *callee = &program->code[site->callee];
    if (from->depth >= DEPTH_MAX || !ms_context_allows(program, from, &site->conditions))
        return;
    struct ms_context to = new_context(program, site->callee);
    struct renaming renaming = {.program = program, .site = site, .context = from};
    uint32_t parameters = ms_function_at(program, site->callee)->parameters.count;
    if (parameters > PARAMETERS_MAX)
        parameters = PARAMETERS_MAX;
    bool circle = callee->component == program->code[site->caller].component;
    for (uint32_t i = 0; i < parameters; i++) {
        ms_path argument = i < site->argument_count ? site->arguments[i] : 0;
        if (callee->summary.decisive >> i & 1)
            to.bindings[i] = constant_argument(program, site, from, argument);
        if (to.bindings[i])
            continue;
        if (!(callee->summary.relevant >> i & 1))
            continue;
        to.bindings[i] = rename_root(&renaming, argument);
        const struct ms_path_node *root =
            ms_node(program, argument ? ms_path_root(program, argument) : 0);
        bool owned = (site->owned >> i & 1) || (root->kind == MS_PATH_PARAM && root->operand < 32 &&
                                                (from->owned >> root->operand & 1));
        if (owned)
            to.owned |= 1u << i;
        if (!to.bindings[i] || (circle && site->how == MS_HOW_CALL) ||
            ms_path_depth(program, to.bindings[i]) > BINDING_DEPTH_MAX)
            to.bindings[i] = ms_make(program, MS_PATH_ANY, 0, 50 + i, 0);
    }
    set_threads(program, site, from, &to);
    to.unknown = from->unknown || site->fuzzy;
    to.once = from->once || site->how == MS_HOW_ONCE;
    if (site->how == MS_HOW_CALL || site->how == MS_HOW_CALLBACK || site->how == MS_HOW_ONCE) {
        struct ms_lockset held = ms_context_locks(program, site->caller, from, &site->locks);
        for (uint32_t i = 0; i < held.count; i++) {
            held.items[i].lock = rename_root(&renaming, held.items[i].lock);
            if (!held.items[i].lock)
                held.items[i--] = held.items[--held.count];
        }
        to.locks = held;
    } else {
        to.unknown = false;
    }
    to.site = position;
    to.parent = item.context;
    to.depth = from->depth + 1;
    add_way(&to, position);
    add_required(program, site->callee, &to);
    add_context(builder, site->callee, &to);
}

/* ---- entries ---- */

static void add_entry(struct builder *builder, ms_function function, bool is_main) {
    struct ms_program *program = builder->program;
    struct ms_context context = new_context(program, function);
    uint32_t parameters = ms_function_at(program, function)->parameters.count;
    for (uint32_t i = 0; i < parameters && i < PARAMETERS_MAX; i++)
        context.bindings[i] = ms_make(program, MS_PATH_ANY, 0, i, 0);
    context.threads = (uint64_t)1 << (is_main ? MS_THREAD_MAIN : MS_THREAD_UNKNOWN);
    context.live = is_main ? 0 : ~(uint64_t)0;
    context.unknown = !is_main;
    add_required(program, function, &context);
    add_context(builder, function, &context);
}

/* Callers that we do not see may exist: of what other units can call, and of what nobody calls. */
static bool has_unseen_callers(const struct ms_program *program, ms_function function) {
    const struct ms_function_node *node = ms_function_at(program, function);
    if (!program->code[function].called)
        return true;
    if (node->flags & (MS_FUNCTION_INTERNAL | MS_FUNCTION_INLINE))
        return false;
    return !program->options.whole_program || !program->has_main;
}

void ms_build_contexts(struct ms_program *program) {
    struct builder builder = {.program = program};
    for (size_t i = 0; i < program->call_count; i++)
        program->code[program->calls[i].callee].called = true;
    for (size_t i = 0; i < program->order_count; i++) {
        ms_function function = program->order[i];
        const struct ms_function_node *node = ms_function_at(program, function);
        if (node->flags & MS_FUNCTION_INITIALISER)
            continue;
        bool is_main =
            !strcmp(ms_name(program, node->name), "main") && !(node->flags & MS_FUNCTION_INTERNAL);
        if (is_main || (node->flags & (MS_FUNCTION_CONSTRUCTOR | MS_FUNCTION_DESTRUCTOR)))
            add_entry(&builder, function, true);
        else if (has_unseen_callers(program, function))
            add_entry(&builder, function, false);
    }
    while (builder.queue_count) {
        struct queue_item item = builder.queue[--builder.queue_count];
        struct ms_range calls = program->code[item.function].calls;
        for (uint32_t c = 0; c < calls.count; c++)
            propagate(&builder, calls.first + c, item);
    }
    free(builder.queue);
}
