/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What the callers of a function have to know of its epochs. Sources are listed if something
 * returned depends on them, or if they were read under the callers' own lock. */
#include "epoch_frame.h"

/* The position of one of our sources in the summary; UINT32_MAX if callers cannot be told of it. */
static uint32_t export_source(struct ms_epoch_frame *frame, uint32_t number) {
    struct ms_epoch_summary *summary = frame->summary;
    const struct ms_source *source = &frame->sources[number];
    if (source->unchecked)
        return UINT32_MAX;
    for (uint32_t i = 0; i < summary->source_count; i++)
        if (summary->sources[i].access == source->access &&
            summary->sources[i].lock == source->lock)
            return i;
    if (summary->source_count == MS_EXPORTS_MAX)
        return UINT32_MAX;
    frame->exported[summary->source_count] = number;
    summary->sources[summary->source_count] = *source;
    return summary->source_count++;
}

static uint64_t export_set(struct ms_epoch_frame *frame, uint64_t set) {
    uint64_t theirs = 0;
    for (; set; set &= set - 1) {
        uint32_t at = export_source(frame, ms_lowest(set));
        if (at != UINT32_MAX)
            theirs |= (uint64_t)1 << at;
    }
    return theirs;
}

static struct ms_tags export_tags(struct ms_epoch_frame *frame, struct ms_tags tags) {
    return (struct ms_tags){export_set(frame, tags.data), export_set(frame, tags.pointer),
                            export_set(frame, tags.origin), export_set(frame, tags.list)};
}

void ms_epoch_return(struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                     struct ms_tags tags) {
    tags.data = (tags.data | flow->yes | flow->no) & ~(flow->claimed | flow->settled);
    frame->summary->returned = ms_tags_join(frame->summary->returned, export_tags(frame, tags));
}

void ms_epoch_store_out(struct ms_epoch_frame *frame, uint32_t parameter, struct ms_tags tags) {
    struct ms_epoch_summary *summary = frame->summary;
    if (!(tags.data | tags.pointer | tags.origin | tags.list))
        return;
    uint32_t at = 0;
    while (at < summary->out_count && summary->outs[at].parameter != parameter)
        at++;
    if (at == MS_OUTS_MAX)
        return;
    if (at == summary->out_count)
        summary->outs[summary->out_count++] =
            (struct ms_epoch_out){.parameter = (uint8_t)parameter};
    summary->outs[at].tags = ms_tags_join(summary->outs[at].tags, export_tags(frame, tags));
}

/* Sources that were read in the present epoch of the act's lock and decided that it takes place. */
static uint64_t deciding(const struct ms_epoch_frame *frame, uint64_t decided,
                         const struct ms_act *act, uint64_t closed) {
    uint64_t set = 0;
    for (uint64_t rest = decided & ~closed; rest; rest &= rest - 1)
        if (frame->sources[ms_lowest(rest)].lock == act->lock)
            set |= rest & -rest;
    return set;
}

static bool has_source_with_key(const struct ms_epoch_frame *frame, uint64_t set, ms_path key) {
    for (; set; set &= set - 1)
        if (frame->sources[ms_lowest(set)].key == key)
            return true;
    return false;
}

static void add_act(struct ms_epoch_summary *summary, struct ms_act act) {
    for (uint32_t i = 0; i < summary->act_count; i++) {
        struct ms_act *known = &summary->acts[i];
        if (known->key != act.key || known->lock != act.lock)
            continue;
        if (known->kind == MS_ACT_CONDITIONAL && act.kind != MS_ACT_CONDITIONAL)
            *known = act;
        return;
    }
    if (summary->act_count < MS_ACTS_MAX)
        summary->acts[summary->act_count++] = act;
}

/* An act that the function itself decides on, in the epoch in which it acts, is conditional; one
 * that it does in either case, and that replaces what is there, is not. */
void ms_epoch_export_act(struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                         const struct ms_act *act, uint64_t pointers) {
    struct ms_program *program = frame->program;
    struct ms_epoch_summary *summary = frame->summary;
    const struct ms_access *access = &program->accesses[act->access];
    uint64_t yes = deciding(frame, flow->yes, act, flow->closed);
    uint64_t no = deciding(frame, flow->no, act, flow->closed);
    struct ms_act made = *act;
    /* What a callee does somewhere deep inside need not happen at all. */
    const struct ms_event *write = ms_epoch_event_at(frame, access->event);
    bool setter = !act->apart && write->kind == MS_EVENT_WRITE && pointers &&
                  !(write->flags & MS_EVENT_MODIFY) &&
                  program->facts->types[write->type].kind != MS_TYPE_POINTER;
    if (act->apart && ms_function_at(program, frame->function)->blocks.count > 1)
        return;
    uint64_t looked = (yes | no) | (flow->checked & ms_under_lock(frame, act->lock));
    bool conditional = act->kind == MS_ACT_CONDITIONAL || (access->flags & MS_ACCESS_FUZZY) ||
                       has_source_with_key(frame, looked, act->key);
    made.kind = setter ? MS_ACT_SETTER : conditional ? MS_ACT_CONDITIONAL : MS_ACT_BLIND;
    if (act->key && (!(yes | no) || conditional || setter))
        add_act(summary, made);
    bool replaces = !(access->flags & (MS_ACCESS_MODIFY | MS_ACCESS_CONSTANT | MS_ACCESS_MAP)) &&
                    access->kind == MS_ACCESS_WRITE;
    frame->acted_yes |= yes & ~no;
    frame->acted_no |= no & ~yes;
    uint64_t through = ms_same_epoch(frame, flow, pointers & ~flow->closed);
    for (uint64_t rest = replaces ? (yes ^ no) & through : 0; rest; rest &= rest - 1) {
        frame->replaced |= rest & -rest;
        frame->replacing[ms_lowest(rest)] = act->access;
    }
}

/* What is put in place whether or not something is there: `put`, as opposed to `put if absent`. */
static void export_overwrites(struct ms_epoch_frame *frame) {
    uint64_t both = frame->acted_yes & frame->acted_no & frame->replaced;
    for (; both; both &= both - 1) {
        uint32_t i = ms_lowest(both);
        const struct ms_source *source = &frame->sources[i];
        add_act(frame->summary, (struct ms_act){.key = source->key,
                                                .path = source->path,
                                                .lock = source->lock,
                                                .access = frame->replacing[i],
                                                .kind = MS_ACT_OVERWRITE});
    }
}

static bool is_taken_again(const struct ms_program *program, struct ms_range range,
                           const struct ms_lock_event *dropped) {
    for (uint32_t i = 0; i < range.count; i++) {
        const struct ms_lock_event *step = &program->lock_events[range.first + i];
        if (step->lock == dropped->lock && step->change > 0)
            return true;
    }
    return dropped->change == 0;
}

static void export_drops(struct ms_epoch_frame *frame) {
    const struct ms_program *program = frame->program;
    struct ms_epoch_summary *summary = frame->summary;
    struct ms_range range = program->code[frame->function].lock_events;
    for (uint32_t i = 0; i < range.count; i++) {
        const struct ms_lock_event *step = &program->lock_events[range.first + i];
        if (step->callers && is_taken_again(program, range, step) &&
            summary->drop_count < MS_DROPS_MAX)
            summary->drops[summary->drop_count++] = step->lock;
    }
}

/* Where a function changes the data itself, in the section in which it read it, what it returns is
 * the outcome of that and no answer to decide on. */
static void drop_outcomes(struct ms_epoch_frame *frame) {
    struct ms_epoch_summary *summary = frame->summary;
    uint64_t outcomes = 0;
    for (uint32_t i = 0; i < summary->source_count; i++)
        for (uint64_t rest = frame->claimed | frame->settled; rest; rest &= rest - 1) {
            const struct ms_source *claimed = &frame->sources[ms_lowest(rest)];
            if (claimed->key == summary->sources[i].key &&
                claimed->lock == summary->sources[i].lock)
                outcomes |= (uint64_t)1 << i;
        }
    summary->returned.data &= ~outcomes;
    for (uint32_t i = 0; i < summary->out_count; i++)
        summary->outs[i].tags.data &= ~outcomes;
}

void ms_epoch_summarise(struct ms_epoch_frame *frame) {
    drop_outcomes(frame);
    export_overwrites(frame);
    export_drops(frame);
    for (uint32_t i = 0; i < frame->source_count; i++)
        if (!frame->sources[i].lock && frame->sources[i].path)
            export_source(frame, i);
    /* A function may return with the lock held: then the epoch is its caller's. */
    for (uint32_t i = 0; i < frame->summary->source_count; i++) {
        struct ms_source *source = &frame->summary->sources[i];
        source->closed = source->lock && !(frame->left_open >> frame->exported[i] & 1);
    }
}
