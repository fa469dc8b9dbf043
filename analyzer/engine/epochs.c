/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The analysis of epochs: once contexts and guards are known, each function is walked again,
 * callees first, with a state of a few sets of sources in machine words (epoch_frame.h). Where ways
 * meet, what must hold is intersected and what may hold is joined, so a block is visited a few
 * times. All bounds only ever silence.
 */
#include "epoch_frame.h"

#include <stdlib.h>
#include <string.h>

enum { CELLS_MAX = 1 << 20, VISITS_MAX = 40 };

static const struct ms_block *block_at(const struct ms_epoch_frame *frame, uint32_t block) {
    const struct ms_function_node *node = ms_function_at(frame->program, frame->function);
    return &frame->program->facts->blocks[node->blocks.first + block];
}

/* ---- states ---- */

static struct ms_epoch_flow copy_flow(const struct ms_epoch_frame *frame,
                                      const struct ms_epoch_flow *flow) {
    struct ms_epoch_flow copy = *flow;
    copy.tags = ms_allocate((frame->slots + 1) * sizeof *copy.tags);
    memcpy(copy.tags, flow->tags, frame->slots * sizeof *copy.tags);
    return copy;
}

static bool merge_flow(const struct ms_epoch_frame *frame, struct ms_epoch_flow *into,
                       const struct ms_epoch_flow *from) {
    if (!into->reached) {
        *into = copy_flow(frame, from);
        into->reached = true;
        return true;
    }
    struct ms_epoch_flow before = *into;
    into->yes &= from->yes;
    into->no &= from->no;
    into->fresh &= from->fresh;
    into->tested &= from->tested;
    into->checked &= from->checked;
    into->closed |= from->closed;
    into->stale |= from->stale;
    into->moved |= from->moved;
    into->gone |= from->gone;
    into->waited |= from->waited;
    into->seen |= from->seen;
    into->taken |= from->taken;
    into->claimed |= from->claimed;
    into->settled &= from->settled;
    into->dropped |= from->dropped;
    bool changed = memcmp(&before, into, sizeof before) != 0;
    for (uint32_t i = 0; i < frame->slots; i++) {
        struct ms_tags joined = ms_tags_join(into->tags[i], from->tags[i]);
        changed |= memcmp(&joined, &into->tags[i], sizeof joined) != 0;
        into->tags[i] = joined;
    }
    return changed;
}

/* ---- branches ---- */

/* What a branch is decided by; where its condition has no path, the reads that feed it. */
static struct ms_tags branch_tags(const struct ms_epoch_frame *frame,
                                  const struct ms_epoch_flow *flow, const struct ms_block *block) {
    uint32_t last = block->events.first + block->events.count;
    struct ms_tags tags = {0};
    if (block->events.count || block->left || block->right) {
        uint32_t at = block->events.count ? last - 1 : block->events.first;
        tags = ms_tags_join(ms_tags_of_value(frame, flow, block->left, at),
                            ms_tags_of_value(frame, flow, block->right, at));
    }
    for (uint32_t e = block->events.first; e < last; e++)
        if (ms_epoch_event_at(frame, e)->flags & MS_EVENT_CONDITION)
            tags.data |= ms_sources_at(frame, e);
    return tags;
}

/* The variable that is a null pointer on this way; NULL if none is known to be. */
static struct ms_tags *null_variable(const struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                                     const struct ms_block *block, uint32_t way) {
    const struct ms_path_node *right = ms_node(frame->program, block->right);
    bool null = (block->compare == MS_COMPARE_EQUAL && way == 0) ||
                (block->compare == MS_COMPARE_NOT_EQUAL && way == 1);
    if (block->successors.count != 2 || !null || right->kind != MS_PATH_CONSTANT ||
        frame->program->facts->constants[right->operand] != 0)
        return NULL;
    return ms_tags_slot(frame, flow, block->left);
}

/* What is read in the present epoch and decides something has been checked in it. */
static void check_again(const struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                        const struct ms_block *block, struct ms_tags tags) {
    uint64_t asked = tags.data | tags.pointer;
    flow->tested |= asked;
    for (uint32_t e = block->events.first;
         block->compare == MS_COMPARE_NONE && e < block->events.first + block->events.count; e++)
        if (ms_epoch_event_at(frame, e)->kind == MS_EVENT_READ)
            asked |= ms_sources_at(frame, e);
    flow->checked |= ms_same_epoch(frame, flow, asked & ~flow->closed);
    /* What was read then is compared with what is read now: nothing has changed in between. */
    for (uint64_t now = asked & ~flow->closed; now; now &= now - 1) {
        uint32_t i = ms_lowest(now);
        uint64_t then = frame->same[i] & asked & flow->closed;
        if (then && !frame->sources[i].map)
            flow->checked |= ms_under_lock(frame, frame->sources[i].lock);
    }
}

static void pass_on(struct ms_epoch_frame *frame, uint32_t number, struct ms_epoch_flow *flow,
                    uint32_t *pending) {
    const struct ms_block *block = block_at(frame, number);
    struct ms_tags tags = {0};
    if (block->successors.count == 2)
        tags = branch_tags(frame, flow, block);
    if (block->successors.count > 1)
        check_again(frame, flow, block, tags);
    for (uint32_t way = 0; way < block->successors.count; way++) {
        uint32_t to = frame->program->facts->successors[block->successors.first + way];
        struct ms_epoch_flow next = *flow;
        if (block->successors.count == 2 && way == 0)
            next.yes |= tags.data, next.no &= ~tags.data;
        if (block->successors.count == 2 && way == 1)
            next.no |= tags.data, next.yes &= ~tags.data;
        struct ms_tags *slot = null_variable(frame, flow, block, way);
        struct ms_tags kept = slot ? *slot : (struct ms_tags){0};
        if (slot)
            slot->pointer = slot->origin = slot->list = 0;
        if (merge_flow(frame, &frame->in[to], &next))
            pending[to] = 1;
        if (slot)
            *slot = kept;
    }
}

static bool returns(const struct ms_epoch_frame *frame, const struct ms_block *block) {
    for (uint32_t e = 0; e < block->events.count; e++)
        if (ms_epoch_event_at(frame, block->events.first + e)->kind == MS_EVENT_RETURN)
            return true;
    return block->events.count && !block->successors.count;
}

static void walk_block(struct ms_epoch_frame *frame, uint32_t number, uint32_t *pending) {
    const struct ms_block *block = block_at(frame, number);
    struct ms_epoch_flow flow = copy_flow(frame, &frame->in[number]);
    frame->block = number;
    for (uint32_t e = 0; e < block->events.count; e++)
        ms_epoch_event(frame, &flow, block->events.first + e);
    if (pending)
        pass_on(frame, number, &flow, pending);
    else if (returns(frame, block))
        frame->left_open |= flow.seen & ~flow.closed;
    free(flow.tags);
}

static void note_through(const struct ms_epoch_frame *frame, struct ms_source *source,
                         uint64_t pointers) {
    source->through |= pointers;
    for (; pointers && !source->of_map; pointers &= pointers - 1)
        if (frame->sources[ms_lowest(pointers)].map)
            source->of_map = frame->sources[ms_lowest(pointers)].key;
}

/* Blocks are numbered in an order close to that of execution, so that one sweep settles most. */
static void solve(struct ms_epoch_frame *frame, uint32_t blocks) {
    uint32_t *pending = ms_allocate((blocks + 1) * sizeof *pending);
    struct ms_epoch_flow entry = {.tags = ms_allocate((frame->slots + 1) * sizeof *entry.tags)};
    merge_flow(frame, &frame->in[0], &entry);
    free(entry.tags);
    pending[0] = 1;
    bool again = true;
    for (int sweep = 0; again && sweep < VISITS_MAX; sweep++) {
        again = false;
        for (uint32_t b = 0; b < blocks; b++) {
            if (!pending[b])
                continue;
            pending[b] = 0;
            again = true;
            walk_block(frame, b, pending);
        }
    }
    free(pending);
    /* The sources of pointers through which something was read are known now. */
    for (uint32_t b = 0; b < blocks; b++) {
        if (!frame->in[b].reached)
            continue;
        struct ms_epoch_flow flow = copy_flow(frame, &frame->in[b]);
        frame->block = b;
        struct ms_range events = block_at(frame, b)->events;
        for (uint32_t e = events.first; e < events.first + events.count; e++) {
            const struct ms_event *event = ms_epoch_event_at(frame, e);
            ms_epoch_event(frame, &flow, e);
            if (event->kind != MS_EVENT_READ)
                continue;
            uint64_t through = ms_tags_of_place(frame, &flow, event->path, e).origin;
            for (uint64_t rest = ms_sources_at(frame, e); rest; rest &= rest - 1)
                note_through(frame, &frame->sources[ms_lowest(rest)], through & ~(rest & -rest));
        }
        free(flow.tags);
    }
    frame->recording = true;
    for (uint32_t b = 0; b < blocks; b++)
        if (frame->in[b].reached)
            walk_block(frame, b, NULL);
}

/* ---- one function ---- */

static void number_locals(struct ms_epoch_frame *frame, ms_variable **locals, size_t *count) {
    const struct ms_program *program = frame->program;
    for (uint32_t e = frame->first_event; e < frame->first_event + frame->event_count; e++) {
        const struct ms_event *event = &program->facts->events[e];
        ms_path paths[2] = {event->path, 0};
        for (uint32_t i = 0; i <= event->arguments.count; i++) {
            paths[1] = i < event->arguments.count
                           ? program->facts->arguments[event->arguments.first + i]
                           : 0;
            for (int p = 0; p < 2; p++) {
                const struct ms_path_node *root = ms_node(program, ms_path_root(program, paths[p]));
                if (root->kind != MS_PATH_LOCAL || frame->slot_of[root->operand])
                    continue;
                frame->slot_of[root->operand] = frame->parameters + (uint32_t)*count + 1;
                MS_PUSH(*locals, *count, root->operand);
            }
        }
    }
    frame->locals = (uint32_t)*count;
}

static bool event_range(struct ms_epoch_frame *frame) {
    struct ms_range blocks = ms_function_at(frame->program, frame->function)->blocks;
    uint32_t first = UINT32_MAX, end = 0, count = 0;
    for (uint32_t b = 0; b < blocks.count; b++) {
        struct ms_range events = block_at(frame, b)->events;
        if (!events.count)
            continue;
        first = events.first < first ? events.first : first;
        end = events.first + events.count > end ? events.first + events.count : end;
        count += events.count;
    }
    if (!count || end - first > 4 * count)
        return false;
    frame->first_event = first;
    frame->event_count = end - first;
    return true;
}

static void index_events(struct ms_epoch_frame *frame) {
    const struct ms_program *program = frame->program;
    const struct ms_code *code = &program->code[frame->function];
    uint32_t *tables = ms_allocate(4 * (size_t)frame->event_count * sizeof *tables);
    frame->access_at = tables;
    frame->call_at = tables + frame->event_count;
    frame->lock_at = tables + 2 * frame->event_count;
    frame->source_at = tables + 3 * frame->event_count;
    for (uint32_t i = code->accesses.count; i-- > 0;)
        frame->access_at[program->accesses[code->accesses.first + i].event - frame->first_event] =
            code->accesses.first + i + 1;
    for (uint32_t i = code->calls.count; i-- > 0;)
        frame->call_at[program->calls[code->calls.first + i].event - frame->first_event] =
            code->calls.first + i + 1;
    for (uint32_t i = code->lock_events.count; i-- > 0;)
        frame->lock_at[program->lock_events[code->lock_events.first + i].event -
                       frame->first_event] = code->lock_events.first + i + 1;
}

static bool is_empty(const struct ms_epoch_summary *summary) {
    return !summary->source_count && !summary->act_count && !summary->drop_count &&
           !summary->dereferences && !summary->references;
}

static void analyse(struct ms_program *program, struct ms_epochs *epochs, ms_function function,
                    uint32_t *slot_of, struct ms_epoch_summary *scratch) {
    const struct ms_function_node *node = ms_function_at(program, function);
    struct ms_epoch_frame frame = {.program = program,
                                   .epochs = epochs,
                                   .function = function,
                                   .summary = scratch,
                                   .parameters = node->parameters.count,
                                   .slot_of = slot_of};
    ms_variable *locals = NULL;
    size_t local_count = 0;
    memset(scratch, 0, sizeof *scratch);
    if (!event_range(&frame))
        return;
    number_locals(&frame, &locals, &local_count);
    frame.slots = frame.parameters + frame.locals + node->results + 1;
    if ((uint64_t)frame.slots * node->blocks.count <= CELLS_MAX) {
        index_events(&frame);
        ms_find_sources(&frame);
        frame.in = ms_allocate(node->blocks.count * sizeof *frame.in);
        solve(&frame, node->blocks.count);
        ms_epoch_summarise(&frame);
        for (uint32_t b = 0; b < node->blocks.count; b++)
            free(frame.in[b].tags);
        free(frame.in);
        free(frame.access_at);
    } else {
        ms_remark(program, "%s: too large; critical sections in it are not compared",
                  ms_name(program, node->name));
    }
    for (size_t i = 0; i < local_count; i++)
        slot_of[locals[i]] = 0;
    free(locals);
    if (is_empty(scratch))
        return;
    epochs->summaries[function] = ms_arena_allocate(&program->arena, sizeof *scratch);
    *epochs->summaries[function] = *scratch;
}

/* ---- the program ---- */

/* Which data others write with some lock held, and which group an access belongs to. */
static void index_groups(struct ms_program *program, struct ms_epochs *epochs) {
    const struct ms_groups *groups = ms_collect_accesses(program);
    epochs->group_of = ms_allocate((program->access_count + 1) * sizeof *epochs->group_of);
    epochs->contended = ms_allocate(groups->count + 1);
    for (size_t g = 0; g < groups->count; g++)
        for (uint32_t i = 0; i < groups->items[g].count; i++) {
            const struct ms_instance *instance = &groups->items[g].items[i];
            if (!epochs->group_of[instance->access])
                epochs->group_of[instance->access] = (uint32_t)g + 1;
            epochs->contended[g] |= ms_access_of(program, instance)->kind == MS_ACCESS_WRITE;
        }
    for (size_t a = 0; a < program->access_count; a++) { /* a new object is put in place */
        const struct ms_access *access = &program->accesses[a];
        if (access->kind != MS_ACCESS_INIT || (access->flags & (MS_ACCESS_OWNED | MS_ACCESS_SETUP)))
            continue;
        const struct ms_group *group = ms_group_of_key(program, ms_path_key(program, access->path));
        if (group)
            epochs->contended[group - groups->items] = true;
    }
    for (size_t a = 0; a < program->access_count; a++) {
        const struct ms_access *access = &program->accesses[a];
        const struct ms_group *group =
            access->flags & MS_ACCESS_LOADS_MAP
                ? ms_group_of_key(program, ms_path_key(program, access->path))
                : NULL;
        if (group)
            epochs->group_of[a] = (uint32_t)(group - groups->items) + 1;
    }
}

const struct ms_epochs *ms_collect_epochs(struct ms_program *program) {
    if (program->epochs)
        return program->epochs;
    struct ms_epochs *epochs = ms_allocate(sizeof *epochs);
    program->epochs = epochs;
    size_t functions = program->facts->function_count;
    epochs->summaries = ms_allocate((functions + 1) * sizeof(struct ms_epoch_summary *));
    index_groups(program, epochs);
    ms_find_counts(program, epochs);
    uint32_t *slot_of = ms_allocate((program->facts->variable_count + 1) * sizeof *slot_of);
    struct ms_epoch_summary *scratch = ms_allocate(sizeof *scratch);
    for (size_t i = 0; i < program->order_count; i++)
        analyse(program, epochs, program->order[i], slot_of, scratch);
    free(scratch);
    free(slot_of);
    return epochs;
}

void ms_epochs_free(struct ms_program *program) {
    struct ms_epochs *epochs = program->epochs;
    if (!epochs)
        return;
    free(epochs->summaries);
    free(epochs->group_of);
    free(epochs->contended);
    free(epochs->counts);
    free(epochs->acts);
    free(epochs->uses);
    free(epochs->freed);
    free(epochs);
}
