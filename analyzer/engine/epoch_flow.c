/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What one event does to tags and epochs: values travel, locks begin and end epochs, reads make
 * what they read fresh, a reference that is counted or taken out of its map is kept. */
#include "epoch_frame.h"

#include <stdlib.h>

uint64_t ms_under_lock(const struct ms_epoch_frame *frame, ms_path lock) {
    uint64_t set = 0;
    for (uint32_t i = 0; i < frame->source_count; i++)
        if (frame->sources[i].lock == lock && !frame->sources[i].unchecked)
            set |= (uint64_t)1 << i;
    return set;
}

uint64_t ms_same_epoch(const struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                       uint64_t sources) {
    uint64_t set = 0;
    for (; sources; sources &= sources - 1) {
        uint32_t i = ms_lowest(sources);
        for (uint64_t same = frame->same[i]; same; same &= same - 1) {
            ms_path lock = frame->sources[ms_lowest(same)].lock;
            if (lock == frame->sources[i].lock || !lock || flow->dropped)
                set |= same & -same;
        }
    }
    return set;
}

void ms_epoch_read(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint64_t sources) {
    uint64_t closed = 0;
    for (uint64_t rest = sources; rest; rest &= rest - 1)
        if (frame->sources[ms_lowest(rest)].closed)
            closed |= rest & -rest;
    flow->seen |= sources;
    flow->closed = (flow->closed & ~sources) | closed;
    flow->gone = (flow->gone & ~sources) | closed;
    flow->stale &= ~sources;
    flow->waited &= ~sources;
    flow->tested &= ~sources;
    flow->claimed &= ~sources;
    flow->settled &= ~sources;
    flow->taken &= ~sources;
    flow->checked &= ~sources;
    flow->fresh &= ~closed;
    flow->fresh |= ms_same_epoch(frame, flow, sources & ~closed);
}

void ms_epoch_close(const struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, ms_path lock) {
    uint64_t set = ms_under_lock(frame, lock);
    flow->closed |= set & flow->seen;
    flow->fresh &= ~set;
    flow->checked &= ~set;
}

void ms_epoch_renew(const struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, ms_path lock) {
    flow->stale |= flow->closed & ms_under_lock(frame, lock);
}

static void take(const struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, ms_path lock) {
    ms_epoch_close(frame, flow, 0);
    ms_epoch_renew(frame, flow, 0);
    ms_epoch_renew(frame, flow, lock);
    flow->moved &= ~ms_under_lock(frame, lock);
    flow->fresh &= ~ms_under_lock(frame, lock);
    flow->checked &= ~ms_under_lock(frame, lock);
}

void ms_epoch_keep(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint64_t pointers) {
    for (uint32_t i = 0; pointers && i < frame->slots; i++) {
        flow->tags[i].pointer &= ~pointers;
        flow->tags[i].list &= ~pointers;
    }
}

void ms_epoch_take_out(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                       uint64_t pointers) {
    flow->taken |= pointers & ~flow->gone;
    ms_epoch_keep(frame, flow, pointers & ~flow->gone);
}

/* ---- locks ---- */

/* Sources that decided to wait here, if nothing decides again after the wait. */
static uint64_t decided_once(const struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                             ms_path lock) {
    if (ms_block_in_loop(frame->program, frame->function, frame->block))
        return 0;
    return (flow->yes | flow->no) & (ms_under_lock(frame, lock) | ms_under_lock(frame, 0)) &
           ~flow->closed;
}

/* The lock of an object that a pointer leads to: whoever holds it keeps the object. */
static void keep_latched(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event) {
    const struct ms_event *call = ms_epoch_event_at(frame, event);
    uint64_t pointers = 0;
    for (uint32_t i = 0; call->kind == MS_EVENT_CALL && i < call->arguments.count; i++) {
        ms_path value = frame->program->facts->arguments[call->arguments.first + i];
        pointers |= ms_tags_of_value(frame, flow, value, event).pointer;
    }
    ms_epoch_keep(frame, flow, pointers & ~flow->gone);
}

static void lock_events(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event) {
    const struct ms_program *program = frame->program;
    struct ms_range range = program->code[frame->function].lock_events;
    for (uint32_t at = frame->lock_at[event - frame->first_event];
         at && at - 1 < range.first + range.count && program->lock_events[at - 1].event == event;
         at++) {
        const struct ms_lock_event *step = &program->lock_events[at - 1];
        if (step->change > 0) {
            take(frame, flow, step->lock);
            keep_latched(frame, flow, event);
            continue;
        }
        if (step->change == 0)
            flow->waited |= decided_once(frame, flow, step->lock);
        uint64_t moved = flow->moved & ms_under_lock(frame, step->lock);
        ms_epoch_keep(frame, flow, moved);
        flow->moved &= ~moved;
        if (step->change < 0)
            flow->gone |= ms_under_lock(frame, step->lock) & flow->seen;
        ms_epoch_close(frame, flow, step->lock);
        if (step->change == 0)
            ms_epoch_renew(frame, flow, step->lock);
        if (step->callers) {
            ms_epoch_close(frame, flow, 0);
            ms_epoch_renew(frame, flow, 0);
            flow->dropped = true;
            frame->dropped_lock = step->lock;
        }
    }
}

/* ---- memory ---- */

void ms_epoch_follow(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event,
                     uint64_t pointers) {
    if (!frame->recording)
        return;
    for (uint64_t rest = pointers & ~(flow->fresh | flow->taken); rest; rest &= rest - 1) {
        const struct ms_source *source = &frame->sources[ms_lowest(rest)];
        uint64_t bit = rest & -rest;
        if (source->unchecked && source->act && !(flow->tested & bit))
            frame->epochs->acts[source->act - 1].pending = false;
        if (!source->unchecked && (flow->gone & bit))
            MS_PUSH(frame->epochs->uses, frame->epochs->use_count,
                    (struct ms_stale_use){frame->function, event, *source, false});
    }
}

static uint64_t operand_tags(const struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                             uint32_t event) {
    const struct ms_event *at = ms_epoch_event_at(frame, event);
    uint64_t data = 0;
    for (uint32_t i = 0; i < at->arguments.count; i++) {
        ms_path operand = frame->program->facts->arguments[at->arguments.first + i];
        data |= ms_tags_of_value(frame, flow, operand, event).data;
    }
    return data;
}

static ms_path root_of(const struct ms_program *program, ms_path path) {
    while (ms_node(program, path)->kind == MS_PATH_FIELD ||
           ms_node(program, path)->kind == MS_PATH_INDEX)
        path = ms_node(program, path)->base;
    return path;
}

static bool is_variable(const struct ms_program *program, ms_path path) {
    uint8_t kind = ms_node(program, path)->kind;
    return kind == MS_PATH_LOCAL || kind == MS_PATH_PARAM;
}

static void write_variable(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event,
                           struct ms_tags tags) {
    const struct ms_event *write = ms_epoch_event_at(frame, event);
    ms_path root = root_of(frame->program, write->path);
    struct ms_tags *slot = ms_tags_slot(frame, flow, root);
    if (!slot)
        return;
    if (!(write->flags & MS_EVENT_MODIFY)) /* that a counter goes on says nothing */
        tags.data |= (flow->yes | flow->no) & ~flow->claimed;
    *slot =
        root != write->path || (write->flags & MS_EVENT_MODIFY) ? ms_tags_join(*slot, tags) : tags;
}

/* A count of references that goes up, in an object reached by these pointers. */
static void count_reference(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                            uint32_t event, uint32_t access) {
    struct ms_program *program = frame->program;
    ms_path path = program->accesses[access].path;
    const struct ms_event *at = ms_epoch_event_at(frame, event);
    /* `e->busy = 1`: others are told to leave it alone. */
    if (at->kind == MS_EVENT_WRITE && at->value &&
        ms_node(program, at->value)->kind == MS_PATH_CONSTANT &&
        program->facts->constants[ms_node(program, at->value)->operand] != 0)
        ms_epoch_keep(frame, flow, ms_tags_followed(frame, flow, at->path, event) & ~flow->gone);
    if (!(program->accesses[access].flags & MS_ACCESS_MODIFY) &&
        !(program->accesses[access].flags & MS_ACCESS_ATOMIC))
        return;
    if (!ms_is_count(frame->epochs, ms_path_key(program, path)))
        return;
    if (at->kind == MS_EVENT_WRITE)
        ms_epoch_keep(frame, flow, ms_tags_followed(frame, flow, at->path, event) & ~flow->gone);
    const struct ms_path_node *root = ms_node(program, ms_path_root(program, path));
    if (root->kind == MS_PATH_PARAM && root->operand < 32)
        frame->summary->references |= 1u << root->operand;
}

/* Whether a write puts something into a map or list that its caller knows of, or that is one more
 * each time; as opposed to a copy under a key, where the last one wins and nobody is hurt. */
static bool adds(struct ms_epoch_frame *frame, uint32_t event, const struct ms_access *access) {
    struct ms_program *program = frame->program;
    const struct ms_event *at = ms_epoch_event_at(frame, event);
    if (at->kind == MS_EVENT_WRITE)
        return !(access->flags & MS_ACCESS_CONSTANT) &&
               program->facts->types[at->type].kind == MS_TYPE_POINTER;
    if (at->flags & MS_EVENT_MACRO_CALL)
        return true;
    struct ms_known_effects known = ms_effects_of(program, at);
    for (uint32_t i = 0; i < known.count; i++) {
        if (known.items[i].verb != MS_VERB_VALUE ||
            known.items[i].object.index >= at->arguments.count)
            continue;
        ms_path value =
            program->facts->arguments[at->arguments.first + known.items[i].object.index];
        if (ms_node(program, ms_path_root(program, value))->kind == MS_PATH_PARAM)
            return true;
    }
    return false;
}

/* The accesses of this event: those that write are acts; all follow pointers. */
static void accesses(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event,
                     uint64_t depends, uint64_t pointers) {
    struct ms_program *program = frame->program;
    struct ms_range range = program->code[frame->function].accesses;
    for (uint32_t a = frame->access_at[event - frame->first_event];
         a && a - 1 < range.first + range.count && program->accesses[a - 1].event == event; a++) {
        const struct ms_access *access = &program->accesses[a - 1];
        const struct ms_path_node *root = ms_node(program, ms_path_root(program, access->path));
        if (root->kind == MS_PATH_PARAM && root->operand < 32)
            frame->summary->dereferences |= 1u << root->operand;
        count_reference(frame, flow, event, a - 1);
        if ((access->kind != MS_ACCESS_WRITE && access->kind != MS_ACCESS_INIT) ||
            (access->flags & (MS_ACCESS_OWNED | MS_ACCESS_SETUP)))
            continue;
        uint32_t group = frame->epochs->group_of[a - 1];
        struct ms_act act = {.key = group ? program->groups->items[group - 1].key
                                          : ms_path_key(program, access->path),
                             .path = access->path,
                             .access = a - 1,
                             .adds = adds(frame, event, access)};
        bool locked = false;
        for (uint32_t l = 0; l < access->locks.count; l++) {
            if (access->locks.items[l].level <= 0)
                continue;
            locked = true;
            act.lock = access->locks.items[l].lock;
            ms_epoch_act(frame, flow, event, &act, depends, pointers);
            ms_epoch_claim(frame, flow, &act);
        }
        if (locked)
            continue;
        ms_epoch_act(frame, flow, event, &act, depends, pointers);
        ms_epoch_claim(frame, flow, &act);
    }
}

/* A pointer inside of an object is set: it is put into a list, or taken out of one. */
static void note_link(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event,
                      uint64_t pointers) {
    const struct ms_program *program = frame->program;
    const struct ms_event *write = ms_epoch_event_at(frame, event);
    if (write->kind != MS_EVENT_WRITE || program->facts->types[write->type].kind != MS_TYPE_POINTER)
        return;
    if (is_variable(program, root_of(program, write->path)))
        return;
    uint64_t own = ms_tags_of_value(frame, flow, write->value, event).pointer;
    ms_epoch_take_out(frame, flow, pointers & own);
    const struct ms_path_node *root = ms_node(program, ms_path_root(program, write->path));
    if (root->kind == MS_PATH_PARAM && root->operand < 32 &&
        ms_node(program, write->path)->kind != MS_PATH_PARAM)
        frame->summary->links |= 1u << root->operand;
}

static void write_memory(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event,
                         struct ms_tags tags) {
    const struct ms_event *write = ms_epoch_event_at(frame, event);
    struct ms_program *program = frame->program;
    struct ms_tags place = ms_tags_of_place(frame, flow, write->path, event);
    accesses(frame, flow, event, tags.data | place.data, place.pointer);
    note_link(frame, flow, event, place.pointer);
    struct ms_path_node node = *ms_node(program, write->path);
    const struct ms_path_node *target = ms_node(program, node.base);
    if (frame->recording && node.kind == MS_PATH_DEREF && target->kind == MS_PATH_PARAM)
        ms_epoch_store_out(frame, target->operand, tags);
}

void ms_epoch_event(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event) {
    const struct ms_event *at = ms_epoch_event_at(frame, event);
    if (at->kind == MS_EVENT_CALL) {
        ms_epoch_call(frame, flow, event);
        const struct ms_event *call = ms_epoch_event_at(frame, event);
        uint64_t depends = operand_tags(frame, flow, event), pointers = 0;
        for (uint32_t i = 0; i < call->arguments.count; i++)
            pointers |=
                ms_tags_of_value(frame, flow,
                                 frame->program->facts->arguments[call->arguments.first + i], event)
                    .pointer;
        accesses(frame, flow, event, depends, pointers);
        lock_events(frame, flow, event);
        return;
    }
    if (at->kind != MS_EVENT_READ && at->kind != MS_EVENT_WRITE && at->kind != MS_EVENT_COPY &&
        at->kind != MS_EVENT_RETURN)
        return;
    struct ms_tags tags = ms_tags_of_value(frame, flow, at->value, event);
    tags.data |= operand_tags(frame, flow, event);
    ms_epoch_follow(frame, flow, event, ms_tags_followed(frame, flow, at->path, event));
    ms_epoch_read(frame, flow, ms_sources_at(frame, event));
    if (at->kind == MS_EVENT_READ)
        accesses(frame, flow, event, 0, 0);
    if (at->kind == MS_EVENT_COPY)
        ms_epoch_follow(frame, flow, event, ms_tags_followed(frame, flow, at->value, event));
    if (at->kind == MS_EVENT_WRITE || at->kind == MS_EVENT_COPY) {
        if (is_variable(frame->program, root_of(frame->program, at->path)))
            write_variable(frame, flow, event, tags);
        write_memory(frame, flow, event, tags);
        if (at->result) { /* an atomic operation yields what was there */
            struct ms_tags *slot = ms_tags_slot(
                frame, flow, ms_make(frame->program, MS_PATH_RESULT, 0, at->result, 0));
            if (slot)
                *slot = (struct ms_tags){.data = ms_sources_at(frame, event)};
        }
    }
    if (at->kind == MS_EVENT_READ && at->result) {
        struct ms_tags *slot =
            ms_tags_slot(frame, flow, ms_make(frame->program, MS_PATH_RESULT, 0, at->result, 0));
        if (slot)
            *slot = (struct ms_tags){.data = ms_sources_at(frame, event)};
    }
    if (at->kind == MS_EVENT_RETURN && frame->recording)
        ms_epoch_return(frame, flow, tags);
}
