/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* All accesses to one piece of data, and the lock that guards it. What the checks on data share. */
#ifndef MAPSAN_RACES_H
#define MAPSAN_RACES_H

#include "paths.h"
#include "program.h"

/* One access in one context of its function: who does it, holding what. */
struct ms_instance {
    ms_path key;  /* the data, by name: what groups instances */
    ms_path path; /* the location, in the naming of the context */
    uint32_t access;
    uint32_t context;
    struct ms_lockset locks;
    uint64_t threads, live;
    bool unknown; /* locks that are not in `locks` may be held */
};

/* How a lock stands to the data it is held for. */
enum ms_relation {
    MS_RELATION_NONE,
    MS_RELATION_GLOBAL,    /* a lock that there is once */
    MS_RELATION_OWN,       /* in the same object */
    MS_RELATION_CONTAINER, /* in an object through which the data is reached */
    MS_RELATION_FOREIGN,   /* in some other object: known by type alone */
};

struct ms_guard {
    ms_path lock; /* key; 0: none found */
    bool declared;
    uint8_t relation;    /* the usual one */
    uint32_t held;       /* critical sections in which the data is accessed */
    uint32_t held_write; /* accesses in them that write */
    uint32_t open;       /* places that surely do not */
    bool named;          /* the names say so: sessions, sessions_lock */
    bool sibling;        /* the only lock beside the data */
    bool striped;        /* one of an array of locks */
    bool remote;         /* not in the data's own object, and the data is not there only once */
};

struct ms_group {
    ms_path key;
    struct ms_instance *items;
    uint32_t count;
    struct ms_guard guard;
    ms_type type;
};

struct ms_groups {
    struct ms_group *items;
    size_t count;
};

/* accesses.c: groups all instances that other threads could see. Once; kept in the program. */
const struct ms_groups *ms_collect_accesses(struct ms_program *program);
/* The group of this key; NULL if nothing accesses it. */
const struct ms_group *ms_find_group(const struct ms_groups *groups, ms_path key);
/* One access in one context, whoever owns the object; false if no other thread can meet it. */
bool ms_make_instance(struct ms_program *program, uint32_t access, uint32_t context,
                      struct ms_instance *instance);
void ms_groups_free(struct ms_program *program);

/* guards.c: infers program-wide which lock guards each group. */
void ms_infer_guards(struct ms_program *program, struct ms_group *group);

enum ms_relation ms_lock_relation(struct ms_program *program, ms_path lock, ms_path data);
/* Whether a lock, by key, is one of an array. */
bool ms_lock_is_striped(const struct ms_program *program, ms_path lock_key);
ms_path ms_lock_key(struct ms_program *program, ms_path lock);

/* The mode in which an instance holds the lock with this key; 0 if it does not. */
uint8_t ms_holds(struct ms_program *program, const struct ms_instance *instance, ms_path lock_key);

/* Whether the absence of this lock in an instance is certain. */
bool ms_surely_without(struct ms_program *program, const struct ms_instance *instance,
                       ms_path lock_key);

/* mhp.c: whether the calls that lead to an instance surely do: none of them goes through a pointer
 * that may hold one of several functions. */
bool ms_way_is_certain(struct ms_program *program, const struct ms_instance *instance);

/* mhp.c: whether two instances may happen in parallel; `known` when both threads are known. */
bool ms_parallel(const struct ms_program *program, const struct ms_instance *one,
                 const struct ms_instance *other, bool *known);

/* startup.c: whether an instance belongs to what main does before its threads have all started. */
bool ms_in_startup(const struct ms_program *program, const struct ms_instance *instance);

/* handover.c: whether one side writes and then says so, and the other asks before it comes to the
 * data. */
bool ms_is_handed_over(struct ms_program *program, const struct ms_instance *writer,
                       const struct ms_instance *reader);

/* conflicts.c: whether two instances conflict (one of them writes, not both atomic), and whether
 * some lock excludes them. */
bool ms_conflict(const struct ms_program *program, const struct ms_instance *one,
                 const struct ms_instance *other);
bool ms_excluded(struct ms_program *program, const struct ms_instance *one,
                 const struct ms_instance *other);

static inline const struct ms_access *ms_access_of(const struct ms_program *program,
                                                   const struct ms_instance *instance) {
    return &program->accesses[instance->access];
}
static inline const struct ms_context *ms_context_of(const struct ms_program *program,
                                                     const struct ms_instance *instance) {
    return &program->code[program->accesses[instance->access].function].contexts[instance->context];
}

#endif
