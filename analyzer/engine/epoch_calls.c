/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What a call does to tags and epochs: what its model says of elements and references, what the
 * summaries of the bodies say of critical sections of their own. */
#include "epoch_frame.h"

#include <stdlib.h>

static ms_path replaced(struct ms_epoch_frame *frame, const struct ms_call_site *site,
                        ms_path path) {
    struct ms_path_node node = *ms_node(frame->program, path);
    switch ((int)node.kind) {
    case MS_PATH_PARAM:
        return node.operand < site->argument_count ? site->arguments[node.operand] : 0;
    case MS_PATH_GLOBAL:
        return path;
    case MS_PATH_FIELD:
    case MS_PATH_INDEX:
    case MS_PATH_DEREF:
    case MS_PATH_ADDRESS:
    case MS_PATH_CONTAINER: {
        ms_path base = replaced(frame, site, node.base);
        return base ? ms_make(frame->program, node.kind, base, node.operand, node.extra) : 0;
    }
    default:
        return 0;
    }
}

ms_path ms_epoch_instantiate(struct ms_epoch_frame *frame, const struct ms_call_site *site,
                             ms_path path) {
    return path ? replaced(frame, site, path) : 0;
}

static ms_path argument(const struct ms_epoch_frame *frame, uint32_t event, uint32_t position) {
    const struct ms_event *call = ms_epoch_event_at(frame, event);
    return position < call->arguments.count
               ? frame->program->facts->arguments[call->arguments.first + position]
               : 0;
}

/* The variable whose address is passed, or NULL. */
static struct ms_tags *slot_behind(const struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                                   ms_path value) {
    struct ms_path_node node = *ms_node(frame->program, value);
    if (node.kind != MS_PATH_ADDRESS || ms_node(frame->program, node.base)->kind != MS_PATH_LOCAL)
        return NULL;
    return ms_tags_slot(frame, flow, node.base);
}

static struct ms_tags *slot_of_result(const struct ms_epoch_frame *frame,
                                      struct ms_epoch_flow *flow, uint32_t event) {
    uint32_t result = ms_epoch_event_at(frame, event)->result;
    return result ? ms_tags_slot(frame, flow, ms_make(frame->program, MS_PATH_RESULT, 0, result, 0))
                  : NULL;
}

/* ---- the end of objects ---- */

static void note_freed(struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                       uint32_t event, ms_path value) {
    if (!frame->recording)
        return;
    struct ms_tags tags = ms_tags_of_value(frame, flow, value, event);
    for (uint64_t rest = tags.origin; rest; rest &= rest - 1) {
        const struct ms_source *source = &frame->sources[ms_lowest(rest)];
        if (!source->unchecked)
            MS_PUSH(frame->epochs->freed, frame->epochs->freed_count,
                    (struct ms_freed){source->key, source->access, frame->function, event});
    }
}

/* ---- models ---- */

static struct ms_tags element_tags(uint64_t sources) {
    return (struct ms_tags){sources, sources, sources, 0};
}

static void apply_effect(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event,
                         const struct ms_effect *effect, uint64_t lists) {
    uint64_t sources = ms_sources_at(frame, event);
    ms_path object = argument(frame, event, effect->object.index);
    bool of_result = effect->object.kind == MS_OPERAND_RESULT;
    struct ms_tags *result = slot_of_result(frame, flow, event);
    struct ms_tags *slot = of_result ? result : slot_behind(frame, flow, object);
    switch (effect->verb) {
    case MS_VERB_LOOKUP:
        if (result)
            *result = element_tags(sources);
        break;
    case MS_VERB_ELEMENT:
        if (slot)
            *slot = element_tags(sources | lists);
        break;
    case MS_VERB_ITERATOR_INIT:
        slot = slot_behind(frame, flow, argument(frame, event, effect->other.index));
        if (slot)
            slot->list |= sources;
        break;
    case MS_VERB_ITERATE_REMOVE:
        ms_epoch_take_out(frame, flow, lists);
        break;
    case MS_VERB_COPY_OUT:
        if (result)
            *result = (struct ms_tags){.data = sources, .list = sources, .origin = sources};
        break;
    case MS_VERB_RETURNS:
        if (result)
            *result = ms_tags_of_value(frame, flow, object, event);
        break;
    case MS_VERB_REF:
        ms_epoch_keep(frame, flow,
                      ms_tags_of_value(frame, flow, object, event).pointer & ~flow->gone);
        break;
    case MS_VERB_FREE:
        ms_epoch_follow(frame, flow, event, ms_tags_of_value(frame, flow, object, event).pointer);
        note_freed(frame, flow, event, object);
        break;
    case MS_VERB_UNREF:
    case MS_VERB_RCU_DEFER:
        note_freed(frame, flow, event, object);
        break;
    case MS_VERB_USE:
    case MS_VERB_FILL:
        ms_epoch_follow(frame, flow, event, ms_tags_of_value(frame, flow, object, event).pointer);
        break;
    default:
        if (effect->verb <= MS_VERB_RELEASE) /* the lock of a stale object */
            ms_epoch_follow(frame, flow, event,
                            ms_tags_of_value(frame, flow, object, event).pointer);
        break;
    }
}

/* ---- functions without a body ---- */

/* What is put into an object is found in it. */
static void fill_first_argument(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                                uint32_t event) {
    ms_path first = argument(frame, event, 0);
    struct ms_tags others = {0};
    for (uint32_t i = 1; i < ms_epoch_event_at(frame, event)->arguments.count; i++)
        others =
            ms_tags_join(others, ms_tags_of_value(frame, flow, argument(frame, event, i), event));
    struct ms_tags *slot = ms_node(frame->program, first)->kind == MS_PATH_LOCAL
                               ? ms_tags_slot(frame, flow, first)
                               : slot_behind(frame, flow, first);
    if (slot && (others.data | others.pointer))
        slot->data |= others.data | others.pointer | flow->yes | flow->no;
}

static void unseen(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event,
                   bool modelled) {
    const struct ms_event *call = ms_epoch_event_at(frame, event);
    bool system =
        call->callee && (ms_function_at(frame->program, call->callee)->flags & MS_FUNCTION_SYSTEM);
    uint64_t data = 0;
    for (uint32_t i = 0; i < call->arguments.count; i++) {
        struct ms_tags tags = ms_tags_of_value(frame, flow, argument(frame, event, i), event);
        data |= tags.data;
        if (system && !modelled)
            ms_epoch_follow(frame, flow, event, tags.pointer);
    }
    struct ms_tags *result = slot_of_result(frame, flow, event);
    if (result)
        result->data |= data;
    fill_first_argument(frame, flow, event);
}

/* ---- functions with a body ---- */

/* A set of the callee's sources, as sources of ours. They stand in the order of its summary, one or
 * two for each. */
static uint64_t imported(const struct ms_epoch_frame *frame, const struct ms_call_site *site,
                         const struct ms_epoch_summary *summary, uint64_t set) {
    uint64_t ours = 0;
    for (; set; set &= set - 1) {
        const struct ms_source *theirs = &summary->sources[ms_lowest(set)];
        for (uint64_t rest = ms_sources_at(frame, site->event); rest; rest &= rest - 1) {
            const struct ms_source *source = &frame->sources[ms_lowest(rest)];
            if (source->access == theirs->access && source->closed == theirs->closed)
                ours |= rest & -rest;
        }
    }
    return ours;
}

static struct ms_tags imported_tags(const struct ms_epoch_frame *frame,
                                    const struct ms_call_site *site,
                                    const struct ms_epoch_summary *summary, struct ms_tags tags) {
    return (struct ms_tags){
        imported(frame, site, summary, tags.data), imported(frame, site, summary, tags.pointer),
        imported(frame, site, summary, tags.origin), imported(frame, site, summary, tags.list)};
}

/* A callee that looks at the data before it acts has looked for us. */
static void check_by_callee(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                            const struct ms_call_site *site,
                            const struct ms_epoch_summary *summary) {
    uint64_t read = ms_sources_at(frame, site->event) & ~flow->closed;
    for (uint32_t a = 0; a < summary->act_count; a++)
        for (uint64_t rest = read; rest; rest &= rest - 1)
            if (summary->acts[a].kind == MS_ACT_CONDITIONAL && !summary->acts[a].lock &&
                frame->sources[ms_lowest(rest)].key == summary->acts[a].key)
                flow->checked |= rest & -rest;
}

/* What a callee takes out while we hold the lock is ours from then on. */
static void keep_taken(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                       const struct ms_act *act) {
    uint64_t taken = 0;
    for (uint32_t i = 0; i < frame->source_count; i++)
        if (frame->sources[i].key == act->key && !frame->sources[i].unchecked)
            taken |= (uint64_t)1 << i;
    ms_epoch_keep(frame, flow, taken & ~flow->gone);
    if (ms_takes_out(frame->program, act->access))
        flow->taken |= taken & ~flow->gone;
}

static void apply_acts(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                       const struct ms_call_site *site, const struct ms_epoch_summary *summary) {
    uint64_t depends = 0, pointers = 0;
    for (uint32_t i = 0; i < site->argument_count; i++) {
        struct ms_tags tags =
            ms_tags_of_value(frame, flow, argument(frame, site->event, i), site->event);
        depends |= tags.data;
        pointers |= tags.pointer;
    }
    for (uint32_t i = 0; i < summary->act_count; i++) {
        struct ms_act act = summary->acts[i];
        ms_path lock = act.lock;
        keep_taken(frame, flow, &act);
        act.path = ms_epoch_instantiate(frame, site, act.path);
        act.lock = ms_epoch_instantiate(frame, site, lock);
        act.apart = lock != 0;
        if (lock && act.lock)
            ms_epoch_act(frame, flow, site->event, &act, depends, pointers);
        if (lock)
            continue;
        bool locked = false;
        for (uint32_t l = 0; l < site->locks.count; l++) {
            if (site->locks.items[l].level <= 0)
                continue;
            locked = true;
            act.lock = site->locks.items[l].lock;
            ms_epoch_act(frame, flow, site->event, &act, depends, pointers);
            if (!summary->drop_count)
                ms_epoch_claim(frame, flow, &act);
        }
        if (locked)
            continue;
        ms_epoch_act(frame, flow, site->event, &act, depends, pointers);
        if (!summary->drop_count)
            ms_epoch_claim(frame, flow, &act);
    }
}

static void apply_arguments(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                            const struct ms_call_site *site,
                            const struct ms_epoch_summary *summary) {
    uint32_t frees = frame->program->code[site->callee].summary.frees;
    for (uint32_t i = 0; i < site->argument_count && i < 32; i++) {
        ms_path value = argument(frame, site->event, i);
        uint64_t pointers = ms_tags_of_value(frame, flow, value, site->event).pointer;
        const struct ms_path_node *passed = ms_node(frame->program, site->arguments[i]);
        uint32_t ours =
            passed->kind == MS_PATH_PARAM && passed->operand < 32 ? 1u << passed->operand : 0;
        if (frees >> i & 1)
            note_freed(frame, flow, site->event, value);
        if (!summary)
            continue;
        if (summary->dereferences >> i & 1) {
            ms_epoch_follow(frame, flow, site->event, pointers);
            frame->summary->dereferences |= ours;
        }
        if (summary->links >> i & 1) {
            ms_epoch_take_out(frame, flow, pointers);
            frame->summary->links |= ours;
        }
        if (summary->references >> i & 1) {
            ms_epoch_keep(frame, flow, pointers & ~flow->gone);
            frame->summary->references |= ours;
        }
    }
}

static void drop_locks(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                       const struct ms_call_site *site, const struct ms_epoch_summary *summary) {
    for (uint32_t i = 0; i < summary->drop_count; i++) {
        ms_path lock = ms_epoch_instantiate(frame, site, summary->drops[i]);
        bool ours = false;
        for (uint32_t l = 0; lock && l < site->locks.count; l++)
            ours |= site->locks.items[l].lock == lock && site->locks.items[l].level > 0;
        if (!lock)
            continue;
        ms_epoch_close(frame, flow, lock);
        ms_epoch_renew(frame, flow, lock);
        if (ours)
            continue;
        ms_epoch_close(frame, flow, 0);
        ms_epoch_renew(frame, flow, 0);
        flow->dropped = true;
        frame->dropped_lock = lock;
    }
}

static void apply_body(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                       const struct ms_call_site *site) {
    const struct ms_epoch_summary *summary = frame->epochs->summaries[site->callee];
    apply_arguments(frame, flow, site, summary);
    if (!summary)
        return;
    apply_acts(frame, flow, site, summary);
    drop_locks(frame, flow, site, summary);
    ms_epoch_read(frame, flow, ms_sources_at(frame, site->event));
    check_by_callee(frame, flow, site, summary);
    struct ms_tags *result = slot_of_result(frame, flow, site->event);
    if (result)
        *result = ms_tags_join(*result, imported_tags(frame, site, summary, summary->returned));
    for (uint32_t i = 0; i < summary->out_count; i++) {
        struct ms_tags *slot =
            slot_behind(frame, flow, argument(frame, site->event, summary->outs[i].parameter));
        if (slot)
            *slot = ms_tags_join(*slot, imported_tags(frame, site, summary, summary->outs[i].tags));
    }
}

/* The result of an act that may have found nothing: a pointer that is to be tested. */
static void mark_unchecked(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                           uint32_t event) {
    struct ms_tags *result = slot_of_result(frame, flow, event);
    for (uint32_t s = frame->source_at[event - frame->first_event];
         result && s && s <= frame->source_count && frame->sources[s - 1].event == event; s++) {
        if (!frame->sources[s - 1].unchecked)
            continue;
        uint64_t bit = (uint64_t)1 << (s - 1);
        result->data |= bit;
        result->pointer |= bit;
        flow->tested &= ~bit;
    }
}

void ms_epoch_call(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event) {
    struct ms_program *program = frame->program;
    const struct ms_event *call = ms_epoch_event_at(frame, event);
    struct ms_known_effects known = ms_effects_of(program, call);
    struct ms_tags *result = slot_of_result(frame, flow, event);
    if (result)
        *result = (struct ms_tags){0};
    struct ms_range calls = program->code[frame->function].calls;
    bool body = false;
    for (uint32_t c = frame->call_at[event - frame->first_event];
         c && c - 1 < calls.first + calls.count && program->calls[c - 1].event == event; c++) {
        if (program->calls[c - 1].how != MS_HOW_CALL)
            continue;
        body = true;
        apply_body(frame, flow, &program->calls[c - 1]);
    }
    if (body) {
        mark_unchecked(frame, flow, event);
        return;
    }
    uint64_t lists = 0;
    for (uint32_t i = 0; i < call->arguments.count; i++) {
        struct ms_tags *slot = slot_behind(frame, flow, argument(frame, event, i));
        lists |= slot ? slot->list : 0;
    }
    ms_epoch_read(frame, flow, ms_sources_at(frame, event));
    if (result)
        result->data = ms_sources_at(frame, event) | lists;
    for (uint32_t i = 0; i < known.count; i++)
        apply_effect(frame, flow, event, &known.items[i], lists);
    unseen(frame, flow, event, known.count > 0);
}
