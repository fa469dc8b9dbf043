/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Each thread keeps its last few checks until they are acted on, or made again.
 */
#include "atomicity.h"

#include "conflict.h"
#include "encoding.h"
#include "plan.h"
#include "protocol.h"
#include "table.h"

enum { CHECKS = 2 };

static _Thread_local struct mapsan_check checks[CHECKS] __attribute__((tls_model(MAPSAN_TLS)));
static _Thread_local unsigned next __attribute__((tls_model(MAPSAN_TLS)));

/* Is this the pair of a check and an act in the plan? */
static bool relies_on(const struct mapsan_site *act, const struct mapsan_site *check) {
    for (size_t i = 0; i < mapsan_plan_size(); i++) {
        const struct mapsan_plan_item *item = mapsan_plan_item(i);
        if (item->kind == MAPSAN_PLAN_ACT && mapsan_place_is(&item->one, check) &&
            mapsan_place_is(&item->other, act))
            return true;
    }
    return false;
}

/* The place for a check: its own from before, or the older one's. */
static struct mapsan_check *place_for(const struct mapsan_open *open) {
    for (unsigned i = 0; i < CHECKS; i++)
        if (checks[i].tag == open->tag && checks[i].site == open->site)
            return &checks[i];
    return &checks[next++ % CHECKS];
}

void mapsan_atomicity_check(struct mapsan_thread *self, const struct mapsan_open *open) {
    struct mapsan_stack stack;
    /* A tag in the map itself may be gone by the time of the act. */
    if (!mapsan_table_owns(open->tag))
        return;
    struct mapsan_check *check = place_for(open);
    mapsan_stack_capture(&stack, self->hook_frame);
    *check = (struct mapsan_check){.tag = open->tag,
                                   .map = open->tag->map,
                                   .site = open->site,
                                   .word = mapsan_word(open->tag)};
    for (; check->depth < stack.depth && check->depth < MAPSAN_BIRTH_FRAMES; check->depth++)
        check->pc[check->depth] = stack.pc[check->depth];
}

void mapsan_atomicity_act(struct mapsan_thread *self, struct mapsan_open *open) {
    for (unsigned i = 0; i < CHECKS; i++) {
        struct mapsan_check check = checks[i];
        if (!check.tag || !relies_on(open->site, check.site))
            continue;
        checks[i].tag = NULL;
        /* If the act writes the same map, its claim stands there now: what it found is in `word`.
         */
        const uint64_t word = check.tag == open->tag ? open->word : mapsan_word(check.tag);
        if (check.tag->map == check.map && word != check.word &&
            mapsan_word_slot(word) != self->slot)
            mapsan_conflict_between(self, open, &check, word);
    }
}

const struct mapsan_site *mapsan_atomicity_between(void) {
    for (unsigned i = 0; i < CHECKS; i++) {
        if (!checks[i].tag || checks[i].released)
            continue;
        checks[i].released = true;
        return checks[i].site;
    }
    return NULL;
}
