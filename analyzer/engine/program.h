/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The engine's own picture of a program: the linked facts, what was found out about each function,
 * and the passes that find it out, in the order in which they run.
 *
 *     link      units -> one unit                           link.c
 *     resolve   what each call may reach                    pointers.c, callgraph.c
 *     local     locksets inside a function, bottom-up       local.c, transfer.c, state.c, summary.c
 *     contexts  who calls it holding what, top-down         threads.c, contexts.c
 *     accesses  every access with its full lockset          accesses.c, guards.c
 *     judge     one file per check                          checks/, report.c
 */
#ifndef MAPSAN_PROGRAM_H
#define MAPSAN_PROGRAM_H

#include "mapsan/engine.h"
#include "support.h"

/* Path kinds that exist only inside the engine, beside those of facts.h. */
enum ms_engine_path_kind {
    MS_PATH_VALUE =
        MS_PATH_KIND_COUNT, /* base: a variable; operand: what gave it a value that has no
                               better name (an event, or a block where values meet) */
    MS_PATH_ANY,            /* operand: number; some object that a caller passed */
    MS_PATH_OBJECT,         /* base: local or result; operand: the function it lives in; an
                               object that was handed to a thread */
    MS_PATH_FRESH,          /* in summaries: the value that this call returns */
};

enum ms_mode {
    MS_MODE_SHARED = 1,
    MS_MODE_EXCLUSIVE = 2,
    MS_MODE_ONCE = 3, /* in the part of the program that runs once and that all others wait for */
};

/* ---- Locksets and states (state.c) ---- */

enum {
    MS_HELD_MAX = 12,
    MS_PUBLISHED_MAX = 12,
    MS_CONSTRAINT_MAX = 8,
    MS_OWNED_MAX = 24,
    MS_STATE_MAX = 6
};

/* One lock, relative to the function's entry: level > 0 taken here, < 0 the caller's lock given
 * back, 0 taken and given back. */
struct ms_held {
    ms_path lock; /* location */
    uint8_t mode;
    int8_t level;
    bool scoped; /* a guard object stands for it */
    bool maybe;  /* level 0: given back on some of the paths that lead here, untouched on others */
    bool failed; /* level 0: it was tried and not obtained */
    bool asserted;     /* the caller holds it: not taken here */
    uint32_t calls[6]; /* functions we do not see that were called while it was held */
    uint8_t call_count;
    uint32_t event; /* that changed it last */
    ms_path guard;  /* scoped: value that stands for the lock */
};

struct ms_constraint {
    ms_path value;
    uint8_t compare; /* enum ms_compare; against a constant */
    int64_t constant;
};

struct ms_state {
    struct ms_held held[MS_HELD_MAX];
    struct ms_constraint constraints[MS_CONSTRAINT_MAX];
    ms_path owned[MS_OWNED_MAX]; /* values that nobody else can reach: fresh, or taken out */
    ms_variable published[MS_PUBLISHED_MAX]; /* locals whose address others have */
    uint8_t held_count, constraint_count, owned_count, published_count;
    uint32_t given_away; /* parameters whose pointee others can reach from now on */
    bool
        fog; /* a function that we do not see, and that is called like a lock, may have taken one */
    bool fuzzy;       /* locksets that differed were merged: absence of a lock proves nothing */
    ms_path returned; /* value of the return statement passed last; 0 unknown or none */
    uint32_t return_event; /* that statement; 0 none */
    uint64_t live;   /* threads that may run because of what this function did (bits: ms_thread) */
    uint64_t idle;   /* of these, workers that have been given nothing to do yet */
    uint64_t joined; /* threads that this function surely waited for */
    ms_path *values; /* of each variable and each result of the function */
};

/* ---- What is known of a function ---- */

struct ms_lock_change {
    ms_path lock; /* in the callee's frame */
    uint8_t mode;
    int8_t level; /* 0: tried and not obtained */
    uint32_t event;
};

/* One way to return: what it does to locks, and how the caller can tell. */
struct ms_exit {
    ms_path returned; /* in the callee's frame; 0 unknown; MS_PATH_FRESH: has no other name */
    bool owned;       /* nobody else can reach what is returned */
    uint8_t compare;  /* what is known of the value returned, against `constant` */
    int64_t constant;
    uint32_t event;        /* the return statement; 0: the end of the function */
    uint64_t live, joined; /* threads */
    struct ms_lock_change *changes;
    uint32_t change_count;
    struct ms_constraint *conditions; /* on parameters */
    uint32_t condition_count;
};

struct ms_summary {
    struct ms_exit *exits; /* none: does not return */
    uint32_t exit_count;
    uint32_t escapes;  /* parameters whose pointee other threads can reach afterwards */
    uint32_t frees;    /* parameters whose pointee is gone afterwards */
    uint32_t setup;    /* parameters whose pointee has its lock made or ended here */
    uint32_t relevant; /* parameters through which memory, locks or maps are reached */
    uint32_t decisive; /* parameters that are compared with constants */
    bool changes_locks;
    bool known; /* computed */
};

/* What is known of parameters at a point; several points of one function share it. */
struct ms_conditions {
    struct ms_constraint *items;
    uint32_t count;
};

/* A call as seen from inside the caller; the lockset is that of the moment of the call. */
struct ms_lockset {
    struct ms_held *items;
    uint32_t count;
};

enum ms_call_how {
    MS_HOW_CALL,
    MS_HOW_CALLBACK,
    MS_HOW_ONCE,
    MS_HOW_THREAD,
    MS_HOW_LOOP,
    MS_HOW_HANDLER,
    MS_HOW_SIGNAL
};

struct ms_call_site {
    ms_function caller, callee;
    uint32_t event;
    uint8_t how;
    uint8_t argument_count;
    bool fuzzy;
    ms_path *arguments; /* values in the caller's frame, by the callee's parameters */
    uint32_t owned;     /* arguments that the caller owns */
    struct ms_conditions conditions;
    struct ms_lockset locks;
    uint64_t live, joined;
    uint32_t thread; /* MS_HOW_THREAD: number of the thread */
};

enum ms_access_kind {
    MS_ACCESS_READ = 1,
    MS_ACCESS_WRITE = 2,
    MS_ACCESS_ITERATE = 4,
    MS_ACCESS_INIT = 8,
    MS_ACCESS_DESTROY = 16
};

enum ms_access_flags {
    MS_ACCESS_ATOMIC = 1u << 0,
    MS_ACCESS_MAP = 1u << 1,   /* an operation on a map */
    MS_ACCESS_OWNED = 1u << 2, /* the function owns the object */
    MS_ACCESS_SETUP =
        1u << 3, /* the function makes or ends the object's lock, or ends the object */
    MS_ACCESS_CONDITION = 1u << 4, /* a read that only decides a branch */
    MS_ACCESS_CONSTANT = 1u << 5,  /* a constant is written */
    MS_ACCESS_MODIFY = 1u << 6,
    MS_ACCESS_VOLATILE = 1u << 7,
    MS_ACCESS_FUZZY = 1u << 8,
    MS_ACCESS_SELF_LOCKING = 1u << 9,
    MS_ACCESS_LOADED =
        1u << 10, /* of a map whose pointer was loaded before, into a variable of the function */
    MS_ACCESS_LOADS_MAP = 1u << 11, /* asks whether there is a map: for decisions only */
};

/* One access in one function, with the lockset relative to the function's entry. */
struct ms_access {
    ms_path path; /* location in the function's frame */
    ms_function function;
    uint32_t event;
    uint16_t flags;
    uint8_t kind;
    const char *operation; /* name of the map operation, or NULL */
    struct ms_conditions conditions;
    struct ms_lockset locks;
    uint64_t live, joined;
};

/* A lock that is taken, with what the function held just before. One for each way to get there that
 * differs in what is held. */
struct ms_acquisition {
    ms_path lock; /* location in the function's frame */
    ms_function function;
    uint32_t event;
    uint8_t mode;
    bool tries; /* does not wait for the lock */
    bool owned; /* nobody else can reach the lock */
    bool fuzzy;
    struct ms_lockset locks;
    uint64_t live, joined;
};

/* A lock taken (+1), given back (-1) or given back and taken again by a wait (0), in the order in
 * which the function does it. */
struct ms_lock_event {
    ms_path lock; /* location in the function's frame */
    uint32_t event;
    int8_t change;
    bool callers; /* given back: the function does not hold it itself */
};

/* A way to reach a function: with which objects, locks and threads. */
struct ms_context {
    ms_path *bindings; /* by parameter: a value in the naming of the context; 0 unknown */
    struct ms_lockset locks;
    uint64_t live;    /* threads that may run */
    uint64_t threads; /* on which of them this may run; bit 0: the main thread */
    uint32_t owned;   /* parameters that the callers own */
    bool once;        /* runs once, and all others wait for it */
    bool unknown;     /* callers we cannot see: locks that are not in `locks` may be held */
    uint32_t ways[6]; /* call sites that lead here, the first few */
    uint8_t way_count;
    uint32_t site;   /* call site that leads here; UINT32_MAX for an entry */
    uint32_t parent; /* context of the caller */
    uint8_t depth;
};

struct ms_code {
    struct ms_summary summary;
    struct ms_context *contexts;
    uint32_t context_count;
    uint32_t component;          /* strongly connected component, callees first */
    struct ms_range calls;       /* in program->calls */
    struct ms_range accesses;    /* in program->accesses */
    struct ms_range acquisitions; /* in program->acquisitions */
    struct ms_range lock_events; /* in program->lock_events */
    ms_path *acquired;           /* keys of the locks that it takes itself */
    size_t acquired_count;
    bool recursive;
    bool imbalanced;      /* lock-imbalance reported that it keeps a lock, or takes it twice */
    uint8_t named_helper; /* guards.c: what its name says, once asked */
    bool called;          /* by a call site that we see */
    bool starts_threads;
    bool attribute_locks; /* attributes say what it does to locks; the body is not asked */
    ms_path *setup;       /* locks that this function makes or ends, and objects that it frees */
    size_t setup_count;
};

/* A place where a thread is started, or another source of concurrency. */
struct ms_thread {
    ms_function entry;
    ms_function routine; /* what the entry calls, if that is all it does (trampolines.c); else 0 */
    ms_function starter;
    uint32_t event;
    ms_path
        handles[4]; /* where the handle is kept: paths in the starter's frame, indices dropped */
    uint8_t handle_count;
    bool many; /* several at once from this place */
};

/* Bits of thread sets. Bit 0 is the main thread, 1.. are places that start threads. */
enum {
    MS_THREAD_MAIN = 0,
    MS_THREAD_MAX = 60,     /* what is beyond shares this one */
    MS_THREAD_SIGNAL = 61,  /* signal handlers */
    MS_THREAD_HANDLER = 62, /* callbacks that run on some other thread, one at a time */
    MS_THREAD_UNKNOWN = 63, /* whoever calls what we see no call of */
};

struct ms_functions {
    const ms_function *items;
    size_t count;
};

struct ms_program {
    struct ms_options options;
    struct ms_unit **units;
    size_t unit_count;
    struct ms_unit *facts;   /* linked */
    uint32_t *function_unit; /* by function */
    struct ms_code *code;    /* by function */
    ms_function *order;      /* defined functions, callees first */
    size_t order_count;
    struct ms_pointers *pointers;       /* which functions a pointer may hold */
    struct ms_annotations *annotations; /* effects written in the source, by function */
    struct ms_handed { /* objects handed to threads by the function that made them */
        ms_function function;
        ms_path root;
    } *handed;
    size_t handed_count;
    struct ms_index handed_index;
    struct ms_stores *stores;
    struct ms_publications *publications; /* publications.h */
    bool *shared_locals;        /* by variable: its address went to where other threads may be */
    ms_variable *named_objects; /* objects that exist in models only */
    size_t named_object_count;
    struct ms_call_site *calls;
    size_t call_count;
    struct ms_access *accesses;
    size_t access_count;
    struct ms_acquisition *acquisitions; /* acquisitions.c */
    size_t acquisition_count;
    struct ms_lock_event *lock_events; /* epochs.c */
    size_t lock_event_count;
    struct ms_epochs *epochs; /* epochs.h */
    struct ms_groups *groups; /* races.h */
    struct ms_instance *instances;
    struct ms_index handed_out; /* guards.c: keys of locks that functions return with */
    struct ms_reach {           /* guards.c: the answer given last */
        ms_path lock;
        bool out;
    } reach;
    struct ms_lock_step { /* a lock given back that the function does not hold itself */
        ms_function function;
        uint32_t event;
        ms_path lock;
    } *releases;
    size_t release_count;
    struct ms_words { /* atomic_locks.c: words that are used as locks, by key */
        ms_path *items;
        size_t count;
    } lock_words;
    struct ms_thread threads[MS_THREAD_MAX + 1];
    uint32_t thread_count;
    bool has_main;
    bool recursive_mutexes; /* some pthread mutex may be recursive */
    struct ms_arena arena;
    struct ms_silence *silence; /* silence.h */
    struct ms_finding *findings;
    size_t finding_count, suppressed;
    struct ms_known *known; /* report.c: problems that were met, silenced or not */
    size_t known_count;
    struct ms_index known_index;
    char **remarks;
    size_t remark_count;
    struct ms_index remark_index;
};

/* link.c */
void ms_link(struct ms_program *program);

/* pointers.c: which functions the value of a path may be, wherever it was stored. */
void ms_resolve_pointers(struct ms_program *program);
struct ms_functions ms_functions_of(struct ms_program *program, ms_function function,
                                    ms_path value);
void ms_pointers_free(struct ms_program *program);

/* callgraph.c: fills order, component, recursive. */
void ms_order_functions(struct ms_program *program);

/* threads.c: the places that start threads. */
void ms_find_threads(struct ms_program *program);
/* Whether control can get from one block to another; back to this block. */
bool ms_block_reaches(const struct ms_program *program, ms_function function, uint32_t from,
                      uint32_t to, bool stop_at_loops);
bool ms_block_in_loop(const struct ms_program *program, ms_function function, uint32_t block);
/* The bits of the threads that this call event starts; of those whose handle this path names. */
uint64_t ms_threads_started(const struct ms_program *program, uint32_t event);
void ms_thread_add_handle(struct ms_program *program, uint64_t threads, ms_path handle);
uint64_t ms_threads_with_handle(struct ms_program *program, ms_function function, ms_path handle);

/* trampolines.c: the functions that a thread's function calls by a pointer it was given, if it is
 * there to do that. */
struct ms_functions ms_trampoline_targets(struct ms_program *program, ms_function entry);
/* The threads that run `callee` when `caller` calls it on these threads. */
uint64_t ms_routine_threads(const struct ms_program *program, uint64_t threads, ms_function caller,
                            ms_function callee);
/* Whether `entry` is a trampoline that a thread of this routine runs. */
bool ms_is_routine(const struct ms_program *program, ms_function entry, ms_function routine);
/* Of the threads that a function starts, those that a call with these arguments starts. */
uint64_t ms_threads_meant(const struct ms_program *program, uint64_t started,
                          const ms_path *arguments, uint32_t count);

/* program.c: a body that was not extracted, or cannot be analysed, is one that is not seen: an empty
 * one would say that it does nothing. Leaves a remark. */
void ms_leave_out_body(struct ms_program *program, ms_function function);

/* local.c: summaries, accesses, call sites of all functions, bottom-up. */
void ms_analyse_functions(struct ms_program *program);

/* stores.c: pointers that always point to one object. Notes what is written where; then says what a
 * path comes to when such pointers are followed. The last step of a path is not followed: a map is
 * known by the place where the program keeps it. */
void ms_note_store(struct ms_program *program, ms_function function, ms_path location,
                   ms_path value);
ms_path ms_follow_stores(struct ms_program *program, ms_path path, bool made);
/* The one object that this global ever points to; 0 if there are others. */
ms_path ms_only_value(struct ms_program *program, ms_path place);
void ms_stores_free(struct ms_program *program);
/* contexts.c: an object that `function` made keeps its identity in others from now on. */
void ms_hand_over(struct ms_program *program, ms_function function, ms_path root);

/* contexts.c: who calls each function, holding what. */
void ms_build_contexts(struct ms_program *program);
/* A path of a function's frame in the naming of one of its contexts. */
ms_path ms_context_path(struct ms_program *program, ms_function function,
                        const struct ms_context *context, ms_path path);
/* Whether an event under these conditions can happen in this context. */
bool ms_context_allows(const struct ms_program *program, const struct ms_context *context,
                       const struct ms_conditions *conditions);
/* The locks held in a context when the function itself has changed what `locks` says. */
struct ms_lockset ms_context_locks(struct ms_program *program, ms_function function,
                                   const struct ms_context *context,
                                   const struct ms_lockset *locks);

void ms_remark(struct ms_program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline const struct ms_path_node *ms_node(const struct ms_program *program, ms_path path) {
    return &program->facts->paths[path];
}
static inline const char *ms_name(const struct ms_program *program, ms_string string) {
    return program->facts->strings[string];
}
static inline struct ms_function_node *ms_function_at(const struct ms_program *program,
                                                      ms_function function) {
    return &program->facts->functions[function];
}

#endif
