/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The tags of values: what a path of the facts depends on at a point, by the variables in it and by
 * the memory that was read for it just before. */
#include "epoch_frame.h"

struct ms_tags ms_tags_join(struct ms_tags one, struct ms_tags other) {
    return (struct ms_tags){one.data | other.data, one.pointer | other.pointer,
                            one.origin | other.origin, one.list | other.list};
}

static uint32_t slot_number(const struct ms_epoch_frame *frame, ms_path variable) {
    const struct ms_path_node *node = ms_node(frame->program, variable);
    switch ((int)node->kind) {
    case MS_PATH_PARAM:
        return node->operand < frame->parameters ? node->operand : UINT32_MAX;
    case MS_PATH_LOCAL:
        return frame->slot_of[node->operand] ? frame->slot_of[node->operand] - 1 : UINT32_MAX;
    case MS_PATH_RESULT: {
        uint32_t slot = frame->parameters + frame->locals + node->operand;
        return slot < frame->slots ? slot : UINT32_MAX;
    }
    default:
        return UINT32_MAX;
    }
}

struct ms_tags *ms_tags_slot(const struct ms_epoch_frame *frame, struct ms_epoch_flow *flow,
                             ms_path variable) {
    uint32_t slot = slot_number(frame, variable);
    return slot == UINT32_MAX ? NULL : &flow->tags[slot];
}

uint64_t ms_sources_at(const struct ms_epoch_frame *frame, uint32_t event) {
    uint64_t set = 0;
    for (uint32_t s = frame->source_at[event - frame->first_event];
         s && s <= frame->source_count && frame->sources[s - 1].event == event; s++)
        if (!frame->sources[s - 1].unchecked)
            set |= (uint64_t)1 << (s - 1);
    return set;
}

static bool is_pointer(const struct ms_program *program, ms_type type) {
    return program->facts->types[type].kind == MS_TYPE_POINTER;
}

/* What a list of pointers hands out: the pointers themselves where they are of no type, else the
 * next part of the list. */
static struct ms_tags from_list(const struct ms_program *program, const struct ms_event *read,
                                uint64_t list) {
    const struct ms_type_node *type = &program->facts->types[read->type];
    struct ms_tags tags = {0};
    if (type->kind == MS_TYPE_POINTER && program->facts->types[type->target].kind == MS_TYPE_VOID)
        tags.pointer = tags.origin = list;
    else if (type->kind == MS_TYPE_POINTER)
        tags.list = list;
    return tags;
}

/* The READ of this location that comes before the event in its block: it is the one whose value is
 * meant. */
static struct ms_tags tags_read(const struct ms_epoch_frame *frame,
                                const struct ms_epoch_flow *flow, ms_path location,
                                uint32_t event) {
    enum { DISTANCE_MAX = 32 };
    const struct ms_program *program = frame->program;
    struct ms_range blocks = ms_function_at(program, frame->function)->blocks;
    uint32_t first = program->facts->blocks[blocks.first + frame->block].events.first;
    struct ms_tags tags = {0};
    for (uint32_t e = event + 1; e-- > first && event - e < DISTANCE_MAX;) {
        const struct ms_event *read = ms_epoch_event_at(frame, e);
        if (read->kind != MS_EVENT_READ || read->path != location)
            continue;
        struct ms_tags base = ms_tags_of_place(frame, flow, location, event);
        tags.data = ms_sources_at(frame, e) | base.data;
        if (base.list)
            tags = ms_tags_join(tags, from_list(program, read, base.list));
        if (is_pointer(program, read->type))
            tags.pointer = tags.origin = tags.pointer | ms_sources_at(frame, e);
        return tags;
    }
    return tags;
}

struct ms_tags ms_tags_of_place(const struct ms_epoch_frame *frame,
                                const struct ms_epoch_flow *flow, ms_path location,
                                uint32_t event) {
    struct ms_tags tags = {0};
    for (;;) {
        struct ms_path_node node = *ms_node(frame->program, location);
        struct ms_tags *slot;
        switch ((int)node.kind) {
        case MS_PATH_INDEX:
            tags.data |= ms_tags_of_value(frame, flow, node.extra, event).data;
            break;
        case MS_PATH_FIELD:
            break;
        case MS_PATH_DEREF:
            return ms_tags_join(tags, ms_tags_of_value(frame, flow, node.base, event));
        default:
            slot = ms_tags_slot(frame, (struct ms_epoch_flow *)flow, location);
            return slot ? ms_tags_join(tags, *slot) : tags;
        }
        location = node.base;
    }
}

struct ms_tags ms_tags_of_value(const struct ms_epoch_frame *frame,
                                const struct ms_epoch_flow *flow, ms_path value, uint32_t event) {
    struct ms_path_node node = *ms_node(frame->program, value);
    struct ms_tags *slot;
    switch ((int)node.kind) {
    case MS_PATH_PARAM:
    case MS_PATH_LOCAL:
    case MS_PATH_RESULT:
        slot = ms_tags_slot(frame, (struct ms_epoch_flow *)flow, value);
        return slot ? *slot : (struct ms_tags){0};
    case MS_PATH_ADDRESS: /* of a variable: nothing that it holds */
        for (ms_path at = node.base;; at = ms_node(frame->program, at)->base) {
            uint8_t kind = ms_node(frame->program, at)->kind;
            if (kind == MS_PATH_DEREF)
                return ms_tags_of_place(frame, flow, node.base, event);
            if (kind != MS_PATH_FIELD && kind != MS_PATH_INDEX)
                return (struct ms_tags){.data =
                                            ms_tags_of_place(frame, flow, node.base, event).data};
        }
    case MS_PATH_CONTAINER:
        return ms_tags_of_value(frame, flow, node.base, event);
    case MS_PATH_GLOBAL:
    case MS_PATH_FIELD:
    case MS_PATH_INDEX:
    case MS_PATH_DEREF: {
        struct ms_tags tags = tags_read(frame, flow, value, event);
        ms_path root = value; /* a part of a local record */
        while (ms_node(frame->program, root)->kind == MS_PATH_FIELD)
            root = ms_node(frame->program, root)->base;
        slot = ms_node(frame->program, root)->kind == MS_PATH_LOCAL
                   ? ms_tags_slot(frame, (struct ms_epoch_flow *)flow, root)
                   : NULL;
        return slot ? ms_tags_join(tags, *slot) : tags;
    }
    default:
        return (struct ms_tags){0};
    }
}

uint64_t ms_tags_followed(const struct ms_epoch_frame *frame, const struct ms_epoch_flow *flow,
                          ms_path location, uint32_t event) {
    for (;;) {
        struct ms_path_node node = *ms_node(frame->program, location);
        switch ((int)node.kind) {
        case MS_PATH_FIELD:
        case MS_PATH_INDEX:
            location = node.base;
            continue;
        case MS_PATH_DEREF:
            return ms_tags_of_value(frame, flow, node.base, event).pointer;
        default:
            return 0;
        }
    }
}
