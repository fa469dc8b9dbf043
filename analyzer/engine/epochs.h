/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Acquisition epochs: each time a lock is taken an epoch of what it guards begins, and ends when
 * the lock is given back. What is read in one epoch is a *source*; values, pointers and branches
 * that depend on it carry its tag. A write that depends on a source of an ended epoch, with no
 * fresh read in its own, is a stale act; a dereference of a pointer from an ended epoch is a stale
 * use. Both are candidates only: the checks ask who else could interfere. See docs/analysis.md,
 * "Epochs".
 */
#ifndef MAPSAN_EPOCHS_H
#define MAPSAN_EPOCHS_H

#include "races.h"

enum {
    MS_SOURCES_MAX = 64,
    MS_EXPORTS_MAX = 16,
    MS_ACTS_MAX = 12,
    MS_DROPS_MAX = 4,
    MS_OUTS_MAX = 4
};

/* Sets of sources, one bit each. */
struct ms_tags {
    uint64_t data;    /* the value depends on what was read */
    uint64_t pointer; /* it points to what the source handed out */
    uint64_t origin;  /* the same, and stays when the reference has become a rightful one */
    uint64_t list;    /* it is a container of such pointers */
};

/* Something read that others write under a lock. */
struct ms_source {
    uint32_t event;  /* in the function at hand: the read, or the call that does it */
    uint32_t access; /* the read itself */
    ms_path path;    /* in the function's frame; 0: has no name there */
    ms_path key;
    ms_path lock;     /* 0: none that the function takes; its callers' perhaps */
    bool map;         /* an operation on a map */
    bool element;     /* the result is an element of it */
    bool closed;      /* by a callee in a critical section of its own */
    bool unchecked;   /* no read: the result of an act that may have found nothing */
    uint32_t act;     /* unchecked: the stale act, + 1 */
    ms_path of_map;   /* the map of an element of which it was read; 0: none */
    uint64_t through; /* the sources of the pointers that led here */
};

enum ms_act_kind {
    MS_ACT_BLIND,       /* whatever the data is by now */
    MS_ACT_CONDITIONAL, /* only if the function finds the data fit for it */
    MS_ACT_SETTER, /* of a field of an element that the function looks up: fine but for what is set
                    */
    MS_ACT_OVERWRITE, /* either way, and replaces what it finds */
};

/* A write that a function does for its callers, as one step. */
struct ms_act {
    ms_path key, path, lock; /* lock 0: under its callers' */
    uint32_t access;
    uint8_t kind;
    bool adds;  /* an element of the caller's, or one more each time */
    bool apart; /* a callee does it in a critical section of its own */
};

/* What the callers of a function have to know of its epochs, in its frame. */
struct ms_epoch_summary {
    struct ms_source sources[MS_EXPORTS_MAX];
    uint32_t source_count;
    struct ms_tags returned; /* bits: positions in `sources` */
    struct ms_epoch_out {
        uint8_t parameter;
        struct ms_tags tags;
    } outs[MS_OUTS_MAX]; /* stored through a parameter */
    uint32_t out_count;
    struct ms_act acts[MS_ACTS_MAX];
    uint32_t act_count;
    ms_path drops[MS_DROPS_MAX]; /* locks of the callers that are given back and taken again */
    uint32_t drop_count;
    uint32_t dereferences; /* parameters whose pointee it accesses */
    uint32_t links;        /* parameters whose pointee it links or unlinks */
    uint32_t references;   /* parameters to whose pointee it takes a reference */
};

/* A write, or a call that writes, that depends on a source of an ended epoch. */
struct ms_stale_act {
    ms_function function;
    uint32_t event;
    uint32_t access; /* the write */
    ms_path lock;
    struct ms_source source;
    bool related; /* to the source by what others do only: the check has to show it */
    bool waited;  /* the epoch ended in a wait that no loop surrounds */
    bool pending; /* counts only if its result is used unchecked */
};

/* A use of a pointer whose epoch has ended. */
struct ms_stale_use {
    ms_function function;
    uint32_t event;
    struct ms_source source;
    bool returned; /* handed out by an interface function */
};

/* The object that a source points to is freed. */
struct ms_freed {
    ms_path key;
    uint32_t access; /* the read that gave the pointer */
    ms_function function;
    uint32_t event;
};

struct ms_epochs {
    struct ms_epoch_summary **summaries; /* by function; NULL: nothing to know */
    uint32_t *group_of;                  /* by access: group + 1 */
    bool *contended;                     /* by group: others write it under a lock */
    struct ms_counted {
        ms_path key;
        uint8_t use;
    } *counts; /* epoch_counts.c; sorted */
    size_t count_count;
    struct ms_stale_act *acts;
    size_t act_count;
    struct ms_stale_use *uses;
    size_t use_count;
    struct ms_freed *freed;
    size_t freed_count;
};

/* Once; kept in the program. */
const struct ms_epochs *ms_collect_epochs(struct ms_program *program);
void ms_epochs_free(struct ms_program *program);

/* interference.c: the time from a read to what rests on it, in which the lock was given back. */
struct ms_gap {
    ms_function function;
    uint32_t from, to; /* events */
    ms_path lock;
};

/* Whether this instance may happen within the gap, on another thread. */
bool ms_gap_is_parallel(struct ms_program *program, const struct ms_gap *gap,
                        const struct ms_instance *other, bool *known);
/* Someone who writes `key` (with `constant`: sets it to a constant) in the gap, with its lock held;
 * NULL if nobody does. */
const struct ms_instance *ms_find_interference(struct ms_program *program, const struct ms_gap *gap,
                                               ms_path key, bool constant, bool *known);
/* One lock of an array: the two epochs need not be of the same. */
bool ms_lock_is_one_of_many(struct ms_program *program, ms_path lock);
const struct ms_group *ms_group_of_key(struct ms_program *program, ms_path key);

#endif
