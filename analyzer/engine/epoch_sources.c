/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The sources of a function: its own reads of data that others write under a lock, and those that
 * its callees do for it. Each is one bit in the tags; what is beyond the bound goes untagged. */
#include "epoch_frame.h"

uint32_t ms_add_source(struct ms_epoch_frame *frame, struct ms_source source) {
    if (frame->source_count == MS_SOURCES_MAX)
        return UINT32_MAX;
    uint32_t number = frame->source_count++;
    uint32_t at = source.event - frame->first_event;
    if (!frame->source_at[at])
        frame->source_at[at] = number + 1;
    frame->sources[number] = source;
    for (uint32_t i = 0; i <= number && !source.unchecked; i++)
        if (!frame->sources[i].unchecked && frame->sources[i].key == source.key) {
            frame->same[i] |= (uint64_t)1 << number;
            frame->same[number] |= (uint64_t)1 << i;
        }
    return number;
}

static bool is_contended(const struct ms_epoch_frame *frame, uint32_t access) {
    uint32_t group = frame->epochs->group_of[access];
    return group && frame->epochs->contended[group - 1];
}

static bool yields_element(struct ms_program *program, const struct ms_event *event) {
    if (event->kind != MS_EVENT_CALL)
        return false;
    struct ms_known_effects known = ms_effects_of(program, event);
    for (uint32_t i = 0; i < known.count; i++)
        if (known.items[i].verb == MS_VERB_LOOKUP || known.items[i].verb == MS_VERB_ELEMENT)
            return true;
    return false;
}

/* The data that an access reads, by the key of its group; 0 if it is nobody else's. A count that is
 * dropped belongs to its object even where the function then ends the object. */
static ms_path key_read(const struct ms_epoch_frame *frame, uint32_t number) {
    struct ms_program *program = frame->program;
    const struct ms_access *access = &program->accesses[number];
    const struct ms_event *event = &program->facts->events[access->event];
    bool counts = (access->flags & MS_ACCESS_MODIFY) && event->result;
    if (counts) {
        ms_path key = ms_path_key(program, access->path);
        if (!(access->flags & MS_ACCESS_OWNED) && ms_is_count(frame->epochs, key) &&
            ms_group_of_key(program, key))
            return key;
    }
    if ((access->kind != MS_ACCESS_READ && access->kind != MS_ACCESS_ITERATE && !counts) ||
        (access->flags & (MS_ACCESS_OWNED | MS_ACCESS_SETUP | MS_ACCESS_FUZZY)) ||
        !is_contended(frame, number))
        return 0;
    return program->groups->items[frame->epochs->group_of[number] - 1].key;
}

/* One for each lock held: the read belongs to the epochs of all of them. */
static void add_read(struct ms_epoch_frame *frame, uint32_t access_number) {
    struct ms_program *program = frame->program;
    const struct ms_access *access = &program->accesses[access_number];
    const struct ms_event *event = &program->facts->events[access->event];
    ms_path key = key_read(frame, access_number);
    if (!key)
        return;
    struct ms_source source = {.event = access->event,
                               .access = access_number,
                               .path = access->path,
                               .key = key,
                               .map = access->flags & MS_ACCESS_MAP,
                               .element = yields_element(program, event)};
    uint32_t made = 0;
    for (uint32_t l = 0; l < access->locks.count && made < 2; l++) {
        if (access->locks.items[l].level <= 0)
            continue;
        source.lock = access->locks.items[l].lock;
        ms_add_source(frame, source);
        made++;
    }
    if (!made)
        ms_add_source(frame, source);
}

/* What a callee reads: in a critical section of its own, or in the one that we are in. */
static void add_imported(struct ms_epoch_frame *frame, const struct ms_call_site *site,
                         const struct ms_source *read) {
    struct ms_source source = *read;
    source.event = site->event;
    source.path = ms_epoch_instantiate(frame, site, read->path);
    source.through = 0;
    if (read->lock) {
        source.lock = ms_epoch_instantiate(frame, site, read->lock);
        if (source.lock)
            ms_add_source(frame, source);
        return;
    }
    uint32_t made = 0;
    for (uint32_t l = 0; l < site->locks.count && made < 2; l++) {
        if (site->locks.items[l].level <= 0)
            continue;
        source.lock = site->locks.items[l].lock;
        ms_add_source(frame, source);
        made++;
    }
    if (!made)
        ms_add_source(frame, source);
}

static bool returns_pointer(const struct ms_program *program, const struct ms_event *call) {
    return call->result && program->facts->types[call->type].kind == MS_TYPE_POINTER;
}

static void add_of_call(struct ms_epoch_frame *frame, const struct ms_call_site *site) {
    const struct ms_epoch_summary *summary = frame->epochs->summaries[site->callee];
    if (!summary || site->how != MS_HOW_CALL)
        return;
    for (uint32_t i = 0; i < summary->source_count; i++)
        add_imported(frame, site, &summary->sources[i]);
    bool conditional = false;
    for (uint32_t i = 0; i < summary->act_count; i++)
        conditional |= summary->acts[i].kind == MS_ACT_CONDITIONAL && summary->acts[i].lock;
    if (conditional && returns_pointer(frame->program, ms_epoch_event_at(frame, site->event)))
        ms_add_source(frame, (struct ms_source){.event = site->event, .unchecked = true});
}

void ms_find_sources(struct ms_epoch_frame *frame) {
    struct ms_program *program = frame->program;
    const struct ms_code *code = &program->code[frame->function];
    for (uint32_t e = 0; e < frame->event_count; e++) {
        uint32_t event = frame->first_event + e;
        for (uint32_t a = frame->access_at[e];
             a && a - 1 < code->accesses.first + code->accesses.count &&
             program->accesses[a - 1].event == event;
             a++)
            add_read(frame, a - 1);
        for (uint32_t c = frame->call_at[e]; c && c - 1 < code->calls.first + code->calls.count &&
                                             program->calls[c - 1].event == event;
             c++)
            add_of_call(frame, &program->calls[c - 1]);
    }
}
