/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The analysis of the epochs of one function: shared by epochs.c, epoch_tags.c, epoch_flow.c,
 * epoch_calls.c and epoch_summary.c. */
#ifndef MAPSAN_EPOCH_FRAME_H
#define MAPSAN_EPOCH_FRAME_H

#include "calls.h"
#include "epochs.h"

/* What holds at a point. The first three must hold on every way there, the others may on some. */
struct ms_epoch_flow {
    bool reached;
    uint64_t yes, no; /* sources on which it was decided to come here, by the outcome */
    uint64_t fresh;   /* sources whose data was read in the present epoch */
    uint64_t checked; /* sources whose data decided something in the present epoch */
    uint64_t tested;  /* sources whose result was compared with something */
    uint64_t closed;  /* sources of ended epochs */
    uint64_t stale;   /* those since whose end a new epoch has begun */
    uint64_t moved;   /* sources read at a position that was moved in their epoch */
    uint64_t gone;    /* those whose epoch the function itself ended */
    uint64_t claimed; /* sources whose data was written in their own epoch */
    uint64_t settled; /* (on every way) sources beside which something was written in their epoch */
    uint64_t taken;   /* sources of which something was taken out in their epoch */
    uint64_t seen;    /* sources that have been read */
    uint64_t waited;  /* sources that decided to wait, where no loop decides again */
    bool dropped;     /* the callers' lock was given back and taken again */
    struct ms_tags *tags; /* by slot: of each variable and result */
};

struct ms_epoch_frame {
    struct ms_program *program;
    struct ms_epochs *epochs;
    ms_function function;
    struct ms_epoch_summary *summary;
    uint32_t first_event, event_count;
    uint32_t *access_at, *call_at, *lock_at; /* by event: the first one, + 1 */
    struct ms_source sources[MS_SOURCES_MAX];
    uint64_t same[MS_SOURCES_MAX]; /* sources that read the same data */
    uint32_t source_count;
    uint32_t *source_at; /* by event: the first, + 1 */
    uint32_t parameters, slots;
    uint32_t *slot_of; /* by variable, program-wide: slot + 1 */
    uint32_t locals;
    struct ms_epoch_flow *in; /* by block */
    ms_path dropped_lock;
    uint64_t settled;                   /* sources beside whose data it writes in their epoch */
    uint64_t left_open;                 /* sources whose epoch goes on where it returns */
    uint32_t exported[MS_EXPORTS_MAX];  /* by position in the summary: the source */
    uint64_t acted_yes, acted_no;       /* sources with either outcome of which the function acts */
    uint64_t claimed;                   /* sources whose data it writes in their own epoch */
    uint64_t replaced;                  /* and with one of them overwrites what is there */
    uint32_t replacing[MS_SOURCES_MAX]; /* by what access */
    uint32_t block;
    bool recording;
};

/* epoch_tags.c */
struct ms_tags ms_tags_of_value(const struct ms_epoch_frame *frame,
                                const struct ms_epoch_flow *flow, ms_path value, uint32_t event);
struct ms_tags ms_tags_of_place(const struct ms_epoch_frame *frame,
                                const struct ms_epoch_flow *flow, ms_path location, uint32_t event);
struct ms_tags *ms_tags_slot(const struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                             ms_path variable);
/* The sources of the pointers that are followed on the way to a location. */
uint64_t ms_tags_followed(const struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                          ms_path location, uint32_t event);
struct ms_tags ms_tags_join(struct ms_tags one, struct ms_tags other);
/* The sources that an event, or what it calls, reads. */
uint64_t ms_sources_at(const struct ms_epoch_frame *frame, uint32_t event);

/* epoch_sources.c: finds the sources of the function. */
void ms_find_sources(struct ms_epoch_frame *frame);
uint32_t ms_add_source(struct ms_epoch_frame *frame, struct ms_source source);

/* epoch_flow.c */
void ms_epoch_event(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event);
void ms_epoch_read(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint64_t sources);
void ms_epoch_follow(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event,
                     uint64_t pointers);
/* The sources that read the same data, of whatever epoch, as these do in the present one. */
uint64_t ms_same_epoch(const struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                       uint64_t sources);
/* The sources that were read under this lock; with 0, under none of the function's own. */
uint64_t ms_under_lock(const struct ms_epoch_frame *frame, ms_path lock);
/* The lock is held again: what was read before it was given back is stale. */
void ms_epoch_renew(const struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, ms_path lock);
void ms_epoch_close(const struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, ms_path lock);
/* What these pointers lead to is taken out: on this way, and for all we know on those it meets. */
void ms_epoch_take_out(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint64_t pointers);
/* A reference is a rightful one from now on. */
void ms_epoch_keep(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint64_t pointers);

/* epoch_acts.c: judges a write against the sources that it depends on. */
void ms_epoch_act(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event,
                  const struct ms_act *act, uint64_t depends, uint64_t pointers);
void ms_epoch_claim(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                    const struct ms_act *act);

/* Whether a write takes something out of a map or a list. */
bool ms_takes_out(struct ms_program *program, uint32_t access);

/* epoch_calls.c */
void ms_epoch_call(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event);
ms_path ms_epoch_instantiate(struct ms_epoch_frame *frame, const struct ms_call_site *site,
                             ms_path path);

/* epoch_counts.c */
void ms_find_counts(struct ms_program *program, struct ms_epochs *epochs);
bool ms_is_count(const struct ms_epochs *epochs, ms_path key);
bool ms_is_position(const struct ms_epochs *epochs, ms_path key);

/* epoch_summary.c */
void ms_epoch_return(struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                     struct ms_tags tags);
void ms_epoch_store_out(struct ms_epoch_frame *frame, uint32_t parameter, struct ms_tags tags);
void ms_epoch_export_act(struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                         const struct ms_act *act, uint64_t pointers);
void ms_epoch_summarise(struct ms_epoch_frame *frame);

static inline const struct ms_event *ms_epoch_event_at(const struct ms_epoch_frame *frame,
                                                       uint32_t event) {
    return &frame->program->facts->events[event];
}
static inline uint32_t ms_lowest(uint64_t set) { return (uint32_t)__builtin_ctzll(set); }

#endif
