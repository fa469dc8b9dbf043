/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Writes, judged against the sources that they depend on. A write in the epoch of its source is a
 * claim: from then on the data is as this thread has made it, and what it knows of it stays true.
 */
#include "epoch_frame.h"

static bool same_object(const struct ms_program *program, ms_path one, ms_path other) {
    return !one || !other || ms_path_root(program, one) == ms_path_root(program, other);
}

static bool is_removal(struct ms_program *program, const struct ms_access *access) {
    const struct ms_event *event = &program->facts->events[access->event];
    if (!(access->flags & MS_ACCESS_MAP) || event->kind != MS_EVENT_CALL)
        return false;
    struct ms_known_effects known = ms_effects_of(program, event);
    for (uint32_t i = 0; i < known.count; i++)
        if (known.items[i].verb == MS_VERB_REMOVE || known.items[i].verb == MS_VERB_CLEAR ||
            known.items[i].verb == MS_VERB_ITERATE_REMOVE)
            return true;
    return false;
}

bool ms_takes_out(struct ms_program *program, uint32_t access) {
    const struct ms_access *made = &program->accesses[access];
    const struct ms_event *write = &program->facts->events[made->event];
    if (write->kind != MS_EVENT_WRITE)
        return is_removal(program, made);
    const struct ms_path_node *value = ms_node(program, write->value);
    return program->facts->types[write->type].kind == MS_TYPE_POINTER &&
           (value->kind == MS_PATH_CONSTANT || value->kind == MS_PATH_FIELD);
}

/* Whether the source was read through an element of the data that the act changes. */
static bool read_through(const struct ms_epoch_frame *frame, const struct ms_source *source,
                         ms_path key) {
    if (source->of_map == key)
        return true;
    for (uint64_t rest = source->through; rest; rest &= rest - 1)
        if (frame->sources[ms_lowest(rest)].key == key)
            return true;
    return false;
}

/* Changes what a map or a list consists of. */
static bool is_structural(const struct ms_program *program, const struct ms_access *access) {
    const struct ms_event *event = &program->facts->events[access->event];
    return (access->flags & MS_ACCESS_MAP) ||
           (event->kind == MS_EVENT_WRITE && !(access->flags & MS_ACCESS_CONSTANT) &&
            program->facts->types[event->type].kind == MS_TYPE_POINTER);
}

/* The last reference was dropped without the lock under which others find the object and count. */
static bool is_last_reference(const struct ms_epoch_frame *frame, const struct ms_source *source,
                              const struct ms_act *act) {
    const struct ms_program *program = frame->program;
    return !source->lock && act->lock && !source->map &&
           (program->accesses[source->access].flags & MS_ACCESS_MODIFY) &&
           ms_is_count(frame->epochs, source->key) &&
           is_structural(program, &program->accesses[act->access]);
}

/* A decision that only the two pieces of data together make wrong: a flag that is tested, and
 * something put into a map or list. */
static bool may_be_related(const struct ms_program *program, const struct ms_source *source,
                           const struct ms_access *access) {
    const struct ms_access *read = &program->accesses[source->access];
    return is_structural(program, access) && source->lock && !source->map &&
           !(read->flags & MS_ACCESS_ATOMIC) &&
           program->facts->types[program->facts->events[read->event].type].kind == MS_TYPE_INTEGER;
}

/* Whether what was read is a truth or a number: asked for in order to decide. */
static bool is_answer(const struct ms_program *program, const struct ms_source *source) {
    ms_type type = program->facts->events[source->event].type;
    return program->facts->types[type].kind == MS_TYPE_INTEGER ||
           program->facts->types[type].kind == MS_TYPE_FLOAT;
}

enum relation { RELATION_NONE, RELATION_SAME, RELATION_COUNT, RELATION_OTHERS };

/* How what was decided on bears on what is done. */
static enum relation relation_of(const struct ms_epoch_frame *frame, const struct ms_source *source,
                                 const struct ms_act *act, bool by_pointer) {
    struct ms_program *program = frame->program;
    const struct ms_access *access = &program->accesses[act->access];
    if (is_last_reference(frame, source, act))
        return RELATION_COUNT;
    if (!same_object(program, source->path, act->path) && !source->through)
        return RELATION_NONE;
    bool removal = is_removal(program, access);
    if (act->apart && !act->adds && !is_answer(program, source))
        return RELATION_NONE;
    if (source->key == act->key && same_object(program, source->path, act->path)) {
        /* To remove what may be gone already does no harm by itself. */
        if (removal && !by_pointer && act->kind != MS_ACT_CONDITIONAL)
            return RELATION_NONE;
        return RELATION_SAME;
    }
    if (removal && read_through(frame, source, act->key))
        return RELATION_SAME;
    if (!removal && act->kind == MS_ACT_BLIND && may_be_related(program, source, access))
        return RELATION_OTHERS;
    return RELATION_NONE;
}

static void add_candidate(struct ms_epoch_frame *frame, uint32_t event, uint32_t source,
                          const struct ms_act *act, ms_path lock, enum relation relation,
                          bool waited) {
    struct ms_epochs *epochs = frame->epochs;
    struct ms_stale_act made = {.function = frame->function,
                                .event = event,
                                .access = act->access,
                                .lock = lock,
                                .source = frame->sources[source],
                                .related = relation == RELATION_OTHERS,
                                .waited = waited,
                                .pending =
                                    act->kind == MS_ACT_CONDITIONAL && relation != RELATION_COUNT};
    MS_PUSH(epochs->acts, epochs->act_count, made);
    if (!made.pending)
        return;
    for (uint32_t s = frame->source_at[event - frame->first_event];
         s && s <= frame->source_count && frame->sources[s - 1].event == event; s++)
        if (frame->sources[s - 1].unchecked && !frame->sources[s - 1].act)
            frame->sources[s - 1].act = (uint32_t)epochs->act_count;
}

/* The lock under which the epoch of the source has ended and that of the act has begun. */
static ms_path lock_between(const struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                            const struct ms_source *source, const struct ms_act *act) {
    if (source->lock)
        return source->lock == act->lock ? act->lock : 0;
    bool here = frame->program->accesses[source->access].event == source->event;
    if (act->lock && (here || flow->dropped))
        return act->lock;
    return flow->dropped ? frame->dropped_lock : 0;
}

/* Whether the act is decided by something read under its own lock. */
static bool is_rechecked(const struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                         const struct ms_act *act) {
    for (uint64_t rest = (flow->yes | flow->no) & ~flow->closed; rest; rest &= rest - 1)
        if (act->lock && frame->sources[ms_lowest(rest)].lock == act->lock)
            return true;
    return false;
}

void ms_epoch_act(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow, uint32_t event,
                  const struct ms_act *act, uint64_t depends, uint64_t pointers) {
    if (!frame->recording || !act->key)
        return;
    ms_epoch_export_act(frame, flow, act, pointers);
    uint64_t decided = flow->yes | flow->no;
    uint64_t own = event >= frame->first_event ? ms_sources_at(frame, event) : 0;
    uint64_t again = ms_same_epoch(frame, flow, depends & ~flow->closed);
    uint64_t stale = ~(flow->checked | again | flow->claimed | flow->settled | own);
    for (uint64_t rest = (decided | depends | pointers | flow->waited) & stale; rest;
         rest &= rest - 1) {
        uint32_t i = ms_lowest(rest);
        uint64_t bit = rest & -rest;
        const struct ms_source *source = &frame->sources[i];
        /* A callee's own critical section is a new epoch for whatever was read before. */
        uint64_t before = act->apart ? flow->closed : flow->stale;
        bool ended = (before & bit) || (!source->lock && act->apart);
        ms_path lock = ended && !source->unchecked ? lock_between(frame, flow, source, act) : 0;
        bool waited = (flow->waited & bit) && !(decided & bit);
        if (!lock)
            continue;
        /* Looked at without the lock to save taking it, and looked at again with it. */
        if (!source->lock && is_rechecked(frame, flow, act))
            continue;
        enum relation relation = relation_of(frame, source, act, pointers & bit);
        /* Who looks again at anything has thought of it. */
        if (relation == RELATION_OTHERS &&
            (!(decided & bit) || (flow->checked & ms_under_lock(frame, lock))))
            continue;
        if (relation == RELATION_NONE ||
            (act->kind == MS_ACT_SETTER && !(depends & ~decided & bit)))
            continue;
        add_candidate(frame, event, i, act, lock, relation, waited);
    }
}

/* Sets a flag, a state or an owner: what a function does to make something its own. */
static bool marks(const struct ms_program *program, const struct ms_access *made) {
    const struct ms_event *write = &program->facts->events[made->event];
    return !(made->flags & (MS_ACCESS_MODIFY | MS_ACCESS_MAP)) && write->kind == MS_EVENT_WRITE &&
           ((made->flags & MS_ACCESS_CONSTANT) ||
            program->facts->types[write->type].kind == MS_TYPE_POINTER);
}

/* Pointers read out of an array beside the position. */
static uint64_t at_positions_of(const struct ms_epoch_frame *frame, const struct ms_act *act) {
    const struct ms_program *program = frame->program;
    uint64_t set = 0;
    for (uint32_t i = 0; i < frame->source_count; i++) {
        const struct ms_source *source = &frame->sources[i];
        if (source->unchecked || !source->path || !act->path || source->lock != act->lock ||
            ms_node(program, source->path)->kind != MS_PATH_INDEX)
            continue;
        if (ms_path_root(program, source->path) == ms_path_root(program, act->path))
            set |= (uint64_t)1 << i;
    }
    return set;
}

void ms_epoch_claim(struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                    const struct ms_act *act) {
    struct ms_program *program = frame->program;
    const struct ms_access *made = &program->accesses[act->access];
    uint64_t claimed = 0, settled = 0;
    for (uint32_t i = 0; i < frame->source_count; i++) {
        const struct ms_source *source = &frame->sources[i];
        if (source->unchecked || source->lock != act->lock ||
            !same_object(program, source->path, act->path))
            continue;
        if (source->key == act->key && act->key)
            claimed |= (uint64_t)1 << i;
        else if (marks(program, made) && source->path && act->path &&
                 ms_path_object(program, source->path) == ms_path_object(program, act->path))
            settled |= (uint64_t)1 << i;
    }
    ms_epoch_keep(frame, flow, (claimed | settled) & ~flow->gone);
    if (ms_takes_out(program, act->access))
        flow->taken |= claimed & ~flow->gone;
    claimed &= ~flow->closed;
    settled &= ~flow->closed;
    flow->claimed |= claimed;
    frame->claimed |= claimed;
    flow->settled |= settled;
    frame->settled |= settled;
    if (ms_is_position(frame->epochs, act->key))
        flow->moved |= at_positions_of(frame, act);
}
