/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Guard inference: which lock guards which data. Places are counted, not executions: a place holds
 * a lock if it does in every context we know, and is open if in some context it surely does not.
 * The count alone is weak evidence, so names that pair (`sessions`, `sessions_lock`), the only lock
 * beside the data, and writes under the lock weigh in. A guard is never concluded from one place
 * out of two.
 */
#include "races.h"

#include <stdlib.h>
#include <string.h>

ms_path ms_lock_key(struct ms_program *program, ms_path lock) {
    ms_path key = ms_path_key(program, lock);
    if (key)
        return key;
    while (ms_node(program, lock)->kind == MS_PATH_INDEX)
        lock = ms_node(program, lock)->base;
    return lock;
}

/* Whether two locations are fields of one type of record. */
static bool same_record(struct ms_program *program, ms_path one, ms_path other) {
    struct ms_path_node a = *ms_node(program, ms_path_key(program, one));
    struct ms_path_node b = *ms_node(program, ms_path_key(program, other));
    return a.kind == MS_PATH_FIELD && b.kind == MS_PATH_FIELD && a.operand == b.operand;
}

enum ms_relation ms_lock_relation(struct ms_program *program, ms_path lock, ms_path data) {
    ms_path object = ms_path_object(program, lock);
    if (object == ms_path_object(program, data))
        return object == lock ? MS_RELATION_GLOBAL : MS_RELATION_OWN;
    if (ms_node(program, ms_path_root(program, lock))->kind == MS_PATH_GLOBAL &&
        ms_node(program, object)->kind == MS_PATH_GLOBAL)
        return same_record(program, lock, data) ? MS_RELATION_FOREIGN : MS_RELATION_GLOBAL;
    if (ms_path_contains(program, lock, ms_path_object(program, data)))
        return MS_RELATION_OWN; /* the object points to its lock */
    if (ms_path_contains(program, data, object))
        return MS_RELATION_CONTAINER;
    return MS_RELATION_FOREIGN;
}

uint8_t ms_holds(struct ms_program *program, const struct ms_instance *instance, ms_path lock_key) {
    uint8_t mode = 0;
    for (uint32_t i = 0; i < instance->locks.count; i++) {
        const struct ms_held *held = &instance->locks.items[i];
        if (held->level > 0 && ms_lock_key(program, held->lock) == lock_key && held->mode > mode)
            mode = held->mode;
    }
    return mode;
}

/* ---- certainty ---- */

static bool contains_key(const ms_path *keys, size_t count, ms_path key) {
    for (size_t i = 0; i < count; i++)
        if (keys[i] == key)
            return true;
    return false;
}

/* Names by which programs say that the caller holds the lock. */
static bool says_caller_locks(const char *name) {
    static const char *const parts[] = {"_locked",   "_nolock", "_no_lock", "_unlocked", "_unsafe",
                                        "_lockless", "_lh",     "_held",    "_internal", "_ul"};
    if (name[0] == '_' && name[1] == '_')
        return true;
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t part = strlen(parts[i]);
        if (length >= part && !strcmp(name + length - part, parts[i]))
            return true;
        const char *inside = strstr(name, parts[i]);
        if (inside && inside[part] == '_')
            return true;
    }
    return false;
}

/* The function through which an instance came in from code we do not see; whether any function on
 * the way takes the lock itself (then it was not held on entry). */
static ms_function entry_of(const struct ms_program *program, const struct ms_instance *instance,
                            ms_path lock_key, bool *takes_it) {
    ms_function function = ms_access_of(program, instance)->function;
    const struct ms_context *context = ms_context_of(program, instance);
    *takes_it = false;
    for (;;) {
        const struct ms_code *code = &program->code[function];
        *takes_it |= contains_key(code->acquired, code->acquired_count, lock_key);
        if (context->site == UINT32_MAX)
            return function;
        function = program->calls[context->site].caller;
        context = &program->code[function].contexts[context->parent];
    }
}

/* Functions that other files call while nothing else runs yet, or any more. Only a name says so
 * when the callers are not seen. */
static bool is_lifecycle(const char *name) {
    static const char *const words[] = {"init",    "setup", "create", "new",  "alloc", "start",
                                        "destroy", "free",  "fini",   "exit", "clean", "shutdown",
                                        "close",   "stop",  "load",   "main"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

/* Whether code outside of what we see could take this lock by name: it is static, or in a record
 * that only this file defines. */
static bool is_private(const struct ms_program *program, ms_path lock_key) {
    ms_path root = ms_path_root(program, lock_key);
    const struct ms_path_node *node = ms_node(program, root);
    if (node->kind == MS_PATH_GLOBAL)
        return program->facts->variables[node->operand].flags & MS_VARIABLE_INTERNAL;
    const struct ms_path_node *step = ms_node(program, lock_key);
    while (step->kind == MS_PATH_FIELD && ms_node(program, step->base)->kind == MS_PATH_FIELD)
        step = ms_node(program, step->base);
    return step->kind == MS_PATH_FIELD && !(program->facts->records[step->operand].flags &
                                            (MS_RECORD_IN_HEADER | MS_RECORD_SYSTEM));
}

static uint64_t key_hash(ms_path key) { return ms_hash_mix(key, 0); }

static bool is_handed_out_key(const struct ms_program *program, ms_path key) {
    size_t cursor = ms_index_start(&program->handed_out, key_hash(key));
    for (uint32_t at;
         (at = ms_index_next(&program->handed_out, key_hash(key), &cursor)) != MS_INDEX_END;)
        if (at == key)
            return true;
    return false;
}

/* The locks that some function which others can call returns with, by key: collected once. */
static void collect_handed_out(struct ms_program *program) {
    for (size_t i = 0; i < program->order_count; i++) {
        ms_function function = program->order[i];
        const struct ms_summary *summary = &program->code[function].summary;
        if (!summary->changes_locks ||
            (ms_function_at(program, function)->flags & MS_FUNCTION_INTERNAL))
            continue;
        for (uint32_t e = 0; e < summary->exit_count; e++)
            for (uint32_t c = 0; c < summary->exits[e].change_count; c++) {
                ms_path key = ms_lock_key(program, summary->exits[e].changes[c].lock);
                if (summary->exits[e].changes[c].level > 0 && !is_handed_out_key(program, key))
                    ms_index_add(&program->handed_out, key_hash(key), key);
            }
    }
}

static bool is_handed_out(struct ms_program *program, ms_path lock_key) {
    if (!program->handed_out.slots) {
        ms_index_add(&program->handed_out, key_hash(0), 0); /* collected, whatever comes */
        collect_handed_out(program);
    }
    return is_handed_out_key(program, lock_key);
}

/* Whether callers that we do not see can have the lock at all. The answer for the lock asked about
 * last is kept: questions come lock by lock. */
static bool out_of_reach(struct ms_program *program, ms_path lock_key) {
    if (program->reach.lock != lock_key) {
        program->reach.lock = lock_key;
        program->reach.out = (program->options.whole_program || is_private(program, lock_key)) &&
                             !is_handed_out(program, lock_key);
    }
    return program->reach.out;
}

/* The name is asked once: the question comes for every access and every lock. */
static bool is_named_helper(struct ms_program *program, ms_function function) {
    enum { UNASKED, NO, YES };
    struct ms_code *code = &program->code[function];
    if (code->named_helper == UNASKED) {
        const char *name = ms_name(program, ms_function_at(program, function)->name);
        code->named_helper = says_caller_locks(name) || is_lifecycle(name) ? YES : NO;
    }
    return code->named_helper == YES;
}

/* A function that others call: by its linkage, and because nothing says that it is a helper. One
 * that is called with the lock held here, or (where we see everything) called at all, is a helper.
 */
static bool is_interface(struct ms_program *program, ms_function function, ms_path lock_key) {
    const struct ms_function_node *node = ms_function_at(program, function);
    const struct ms_code *code = &program->code[function];
    if ((node->flags & MS_FUNCTION_INTERNAL) || (program->options.whole_program && code->called) ||
        is_named_helper(program, function))
        return false;
    for (uint32_t c = 0; c < code->context_count; c++)
        for (uint32_t l = 0; l < code->contexts[c].locks.count; l++)
            if (ms_lock_key(program, code->contexts[c].locks.items[l].lock) == lock_key)
                return false;
    return true;
}

bool ms_surely_without(struct ms_program *program, const struct ms_instance *instance,
                       ms_path lock_key) {
    if (ms_holds(program, instance, lock_key) ||
        (ms_access_of(program, instance)->flags & MS_ACCESS_FUZZY))
        return false;
    if (!instance->unknown)
        return true;
    bool takes_it;
    ms_function entry = entry_of(program, instance, lock_key, &takes_it);
    return takes_it || (is_interface(program, entry, lock_key) && out_of_reach(program, lock_key));
}

/* ---- candidates ---- */

static const char *const lock_words[] = {"lock", "mutex", "mtx", "rwlock", "guard", "sem", "latch",
                                         "cs",   "lck",   "mut", "spin",   "l",     "m",   "rw"};

/* `sessions` and `sessions_lock`, `lock_sessions`, `sessions_mutex_`, `sessionsLock`. */
static bool names_pair(const char *data, const char *lock) {
    size_t length = strlen(data);
    if (length < 2 || strlen(lock) <= length)
        return false;
    const char *at = strstr(lock, data);
    if (!at && length > 3 && data[length - 1] == 's') { /* session_lock guards sessions */
        char singular[64];
        if (length >= sizeof singular)
            return false;
        memcpy(singular, data, length - 1);
        singular[length - 1] = '\0';
        at = strstr(lock, singular);
    }
    if (!at)
        return false;
    for (size_t i = 0; i < sizeof lock_words / sizeof *lock_words; i++)
        if (strlen(lock_words[i]) > 2 && strcasestr(lock, lock_words[i]))
            return true;
    return false;
}

static bool is_lock_type(const struct ms_program *program, ms_type type) {
    enum ms_type_role role = ms_type_role(program, type);
    return role == MS_ROLE_MUTEX || role == MS_ROLE_RECURSIVE_MUTEX || role == MS_ROLE_RWLOCK ||
           role == MS_ROLE_SPINLOCK;
}

/* Whether lock and data are fields of one record that has no other lock. */
static bool only_lock_beside(struct ms_program *program, ms_path data, ms_path lock) {
    struct ms_path_node d = *ms_node(program, data), l = *ms_node(program, lock);
    if (d.kind != MS_PATH_FIELD || l.kind != MS_PATH_FIELD || d.operand != l.operand ||
        d.base != l.base)
        return false;
    struct ms_range fields = program->facts->records[d.operand].fields;
    uint32_t locks = 0;
    for (uint32_t i = 0; i < fields.count; i++)
        locks += is_lock_type(program, program->facts->fields[fields.first + i].type);
    return locks <= 1;
}

/* One of an array of locks, chosen by a hash or the like: two places that hold "one of them" need
 * not exclude each other. What is really guarded by it only the indices could tell. */
bool ms_lock_is_striped(const struct ms_program *program, ms_path lock) {
    const struct ms_path_node *node = ms_node(program, lock);
    while (node->kind == MS_PATH_DEREF)
        node = ms_node(program, node->base);
    if (node->kind != MS_PATH_GLOBAL)
        return false;
    uint8_t kind = program->facts->types[program->facts->variables[node->operand].type].kind;
    return kind == MS_TYPE_ARRAY || kind == MS_TYPE_POINTER;
}

/* Whether it is known which object the data is in, so that its lock can be told from that of
 * others. */
static bool is_singular(const struct ms_program *program, ms_path key) {
    return ms_node(program, ms_path_root(program, key))->kind == MS_PATH_GLOBAL;
}

/* The critical sections and the places counted so far for one candidate. */
enum { SEEN_MAX = 64 };
struct tally {
    uint32_t sections[SEEN_MAX]; /* the events that took the lock */
    uint32_t section_count;
    ms_function open[SEEN_MAX];
    uint32_t open_ways[SEEN_MAX];
    uint32_t open_count;
};

static void count_section(struct tally *tally, uint32_t event) {
    for (uint32_t i = 0; i < tally->section_count; i++)
        if (tally->sections[i] == event)
            return;
    if (tally->section_count < SEEN_MAX)
        tally->sections[tally->section_count++] = event;
}

/* A function that does without the lock is as many places as there are calls that lead to it so. */
static void count_open(struct tally *tally, ms_function function, uint32_t ways) {
    if (!ways)
        ways = 1;
    for (uint32_t i = 0; i < tally->open_count; i++)
        if (tally->open[i] == function) {
            if (ways > tally->open_ways[i])
                tally->open_ways[i] = ways;
            return;
        }
    if (tally->open_count == SEEN_MAX)
        return;
    tally->open[tally->open_count] = function;
    tally->open_ways[tally->open_count++] = ways;
}

/* Counts the places of a group with respect to one lock. */
static void count_places(struct ms_program *program, const struct ms_group *group,
                         struct ms_guard *guard) {
    struct tally tally = {.section_count = 0};
    uint32_t relations[5] = {0};
    for (uint32_t i = 0; i < group->count; i++) {
        const struct ms_instance *instance = &group->items[i];
        const struct ms_access *access = ms_access_of(program, instance);
        if (!ms_holds(program, instance, guard->lock)) {
            if (ms_surely_without(program, instance, guard->lock))
                count_open(&tally, access->function, ms_context_of(program, instance)->way_count);
            continue;
        }
        guard->held_write += access->kind == MS_ACCESS_WRITE &&
                             ms_holds(program, instance, guard->lock) != MS_MODE_SHARED;
        for (uint32_t l = 0; l < instance->locks.count; l++) {
            const struct ms_held *held = &instance->locks.items[l];
            if (ms_lock_key(program, held->lock) != guard->lock)
                continue;
            count_section(&tally, held->event);
            relations[ms_lock_relation(program, held->lock, instance->path)]++;
        }
    }
    guard->held = tally.section_count;
    for (uint32_t i = 0; i < tally.open_count; i++)
        guard->open += tally.open_ways[i];
    for (uint8_t r = 1; r < 5; r++)
        if (relations[r] > relations[guard->relation])
            guard->relation = r;
    guard->named =
        names_pair(ms_path_last_name(program, group->key), ms_path_last_name(program, guard->lock));
    guard->striped = ms_lock_is_striped(program, guard->lock);
    guard->remote = guard->relation == MS_RELATION_FOREIGN ||
                    guard->relation == MS_RELATION_CONTAINER ||
                    (guard->relation == MS_RELATION_GLOBAL && !is_singular(program, group->key));
    guard->sibling = only_lock_beside(program, group->key, guard->lock);
}

/* Places held that the evidence asks for, given those that are open. */
static bool convincing(const struct ms_program *program, const struct ms_guard *guard,
                       const struct ms_group *group) {
    if (guard->declared)
        return true;
    if (guard->held < 2 || guard->held_write == 0)
        return false;
    if (guard->remote)
        return guard->held >= 3 && guard->held >= 4 * guard->open;
    if (guard->named)
        return guard->held * 2 >= guard->open;
    if (is_singular(program, group->key))
        return guard->held >= guard->open;
    if (guard->sibling)
        return guard->held * 2 >= guard->open * 3;
    return guard->held >= 2 * guard->open;
}

static bool better(const struct ms_guard *one, const struct ms_guard *other) {
    if (!other->lock || one->declared != other->declared)
        return one->declared || !other->lock;
    uint32_t a = one->held * 2 + (one->named ? one->held : 0) + (one->sibling ? 1 : 0);
    uint32_t b = other->held * 2 + (other->named ? other->held : 0) + (other->sibling ? 1 : 0);
    if (a != b)
        return a > b;
    return one->relation < other->relation;
}

static struct ms_range attributes_of(const struct ms_program *program, ms_path key) {
    const struct ms_path_node *node = ms_node(program, key);
    if (node->kind == MS_PATH_GLOBAL)
        return program->facts->variables[node->operand].attributes;
    if (node->kind != MS_PATH_FIELD)
        return (struct ms_range){0, 0};
    struct ms_range fields = program->facts->records[node->operand].fields;
    return node->extra < fields.count
               ? program->facts->fields[fields.first + node->extra].attributes
               : (struct ms_range){0, 0};
}

/* What Clang's attributes say of this data, as a key: guarded_by of the data itself, pt_guarded_by
 * of what a pointer points to. A map is known by the place of its pointer. */
static ms_path declared_guard(struct ms_program *program, const struct ms_group *group) {
    const struct ms_path_node *node = ms_node(program, group->key);
    bool pointee = node->kind == MS_PATH_DEREF;
    enum ms_type_role role = ms_pointee_role(program, group->type);
    bool map = role == MS_ROLE_MAP || role == MS_ROLE_SELF_LOCKING_MAP;
    struct ms_range range = attributes_of(program, pointee ? node->base : group->key);
    for (uint32_t i = 0; i < range.count; i++) {
        const struct ms_attribute *attribute = &program->facts->attributes[range.first + i];
        if ((attribute->kind == MS_ATTRIBUTE_GUARDED_BY && !pointee) ||
            (attribute->kind == MS_ATTRIBUTE_POINTEE_GUARDED_BY && (pointee || map)))
            return ms_path_key(program, attribute->path);
    }
    return 0;
}

enum { CANDIDATES_MAX = 16 };

void ms_infer_guards(struct ms_program *program, struct ms_group *group) {
    ms_path candidates[CANDIDATES_MAX];
    uint32_t count = 0;
    ms_path declared = declared_guard(program, group);
    if (declared)
        candidates[count++] = declared;
    for (uint32_t i = 0; i < group->count && count < CANDIDATES_MAX; i++)
        for (uint32_t l = 0; l < group->items[i].locks.count && count < CANDIDATES_MAX; l++) {
            const struct ms_held *held = &group->items[i].locks.items[l];
            ms_path key = held->level > 0 ? ms_lock_key(program, held->lock) : 0;
            if (key && !contains_key(candidates, count, key))
                candidates[count++] = key;
        }
    for (uint32_t c = 0; c < count; c++) {
        struct ms_guard guard = {.lock = candidates[c], .declared = candidates[c] == declared};
        count_places(program, group, &guard);
        if (convincing(program, &guard, group) && better(&guard, &group->guard))
            group->guard = guard;
    }
}
