/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Where to hold a thread up. A *near miss* is two threads at one map within delay_near_us, one of
 * them writing: their two places are worth a delay each from then on. One of them may have waited
 * for a lock that the other held; then the delay that one gets stalls the other as well, and the
 * pair is given up (TSVD's inference of happens-before). A delay lies inside the operation, so that
 * whoever collides with it is caught by the protocol itself; nothing here reports by guesswork. The
 * state below is heuristic: threads update it without locks, and what they lose by that is a delay.
 */
#define _GNU_SOURCE
#include "delay.h"

#include <string.h>
#include <time.h>

#include "atomicity.h"
#include "conflict.h"
#include "flags.h"
#include "json.h"
#include "operations.h"
#include "plan.h"

enum {
    SPOTS = 1 << 13,
    MAPS = 1 << 12,
    PARTNERS = 8,
    CERTAIN = 1024, /* a chance of one */
    LEAST_DIRECTED = CERTAIN / 64,
};

/* A site, and what is known of it. */
struct spot {
    const struct mapsan_site *site;
    uint32_t chance;
    uint8_t directed, reached;
    uint8_t checks, acts; /* has a part in the plan's pairs of check and act */
    uint32_t held_by;     /* the last delay here: of this thread, from when to when */
    uint64_t held_from, held_until;
    struct spot *partners[PARTNERS]; /* the other halves of its near misses */
};

/* The last use of a map by each of two threads. */
struct visit {
    const struct mapsan_tag *tag;
    struct spot *spot;
    uint32_t thread; /* its number: a slot has the next thread as soon as this one ends */
    uint64_t when;
};

bool mapsan_delaying;
static struct spot spots[SPOTS];
static struct visit visits[MAPS][2];
static _Thread_local uint64_t last_seen; /* this thread's last operation */

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t mix(uint64_t value) {
    value = (value ^ value >> 31) * UINT64_C(0x9e3779b97f4a7c15);
    return value ^ value >> 29;
}

/* What the plan says of a site, when it is first met. */
static void consult_plan(struct spot *spot) {
    for (size_t i = 0; i < mapsan_plan_size(); i++) {
        const struct mapsan_plan_item *item = mapsan_plan_item(i);
        if (!item->one.file)
            continue;
        const bool one = mapsan_place_is(&item->one, spot->site);
        const bool other = item->other.file && mapsan_place_is(&item->other, spot->site);
        if (!one && !other)
            continue;
        spot->checks |= item->kind == MAPSAN_PLAN_ACT && one;
        spot->acts |= item->kind == MAPSAN_PLAN_ACT && other;
        spot->directed |= item->kind == MAPSAN_PLAN_POINT;
        if (item->kind != MAPSAN_PLAN_ACT)
            spot->chance = CERTAIN;
    }
}

/* NULL when there are too many. */
static struct spot *spot_of(const struct mapsan_site *site) {
    const uint64_t start = mix((uintptr_t)site);
    for (uint64_t i = 0; i < 64; i++) {
        struct spot *spot = &spots[(start + i) % SPOTS];
        const struct mapsan_site *found = __atomic_load_n(&spot->site, __ATOMIC_ACQUIRE);
        if (found == site)
            return spot;
        if (!found && __atomic_compare_exchange_n(&spot->site, &found, site, false,
                                                  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            consult_plan(spot);
            return spot;
        }
        if (found == site)
            return spot;
    }
    return NULL;
}

static bool add_partner(struct spot *spot, struct spot *other) {
    for (int i = 0; i < PARTNERS; i++) {
        if (spot->partners[i] == other)
            return false;
        if (!spot->partners[i]) {
            spot->partners[i] = other;
            return true;
        }
    }
    return false;
}

static void learn(struct spot *one, struct spot *other) {
    const bool new_to_one = add_partner(one, other), new_to_other = add_partner(other, one);
    if (!new_to_one && !new_to_other)
        return;
    one->chance = other->chance = CERTAIN;
    mapsan_plan_learn(one->site, other->site);
}

/* Records this visit, and learns from the other thread's that came just before. */
static void visit(const struct mapsan_thread *self, const struct mapsan_open *open,
                  struct spot *spot, uint64_t now) {
    struct visit *pair = visits[mix((uintptr_t)open->tag) % MAPS], *own = NULL;
    for (int i = 0; i < 2; i++) {
        if (pair[i].tag != open->tag || pair[i].thread == self->number || !pair[i].spot) {
            own = pair[i].tag == open->tag && pair[i].thread == self->number ? &pair[i] : own;
            continue;
        }
        const bool writes = mapsan_writes(open->site) || mapsan_writes(pair[i].spot->site);
        if (writes && now - pair[i].when < (uint64_t)mapsan_flags.delay_near_us * 1000)
            learn(spot, pair[i].spot);
    }
    if (!own)
        own = &pair[pair[0].tag == open->tag &&
                    (pair[1].tag != open->tag || pair[0].when > pair[1].when)];
    *own = (struct visit){open->tag, spot, self->number, now};
}

/* A partner's delay that this thread sat out, and that ended just before it came here, was no
 * chance to meet: something orders the two. */
static void infer_order(const struct mapsan_thread *self, struct spot *spot, uint64_t now) {
    for (int i = 0; i < PARTNERS && spot->partners[i]; i++) {
        struct spot *partner = spot->partners[i];
        const uint64_t length = partner->held_until - partner->held_from;
        if (partner->held_by == self->number || partner->held_until > now || length == 0 ||
            now - partner->held_until > length || last_seen > partner->held_from + length / 2 ||
            last_seen + 10 * length < now)
            continue;
        if (!partner->directed)
            partner->chance /= 2;
        if (!spot->directed)
            spot->chance /= 2;
    }
}

/* Sleeps, and says whether anything was reported meanwhile. */
static bool hold(uint64_t length) {
    const unsigned reports = mapsan_conflict_count();
    const uint64_t until = now_ns() + length;
    for (uint64_t now = until - length; now < until; now = now_ns()) {
        const uint64_t left = until - now < 1000000 ? until - now : 1000000;
        const struct timespec moment = {.tv_nsec = (long)left};
        nanosleep(&moment, NULL);
        if (mapsan_conflict_count() != reports)
            return true;
    }
    return false;
}

/* Tosses the coin; the chance falls by an eighth with each delay in vain, and the length with it.
 */
static void maybe_hold(const struct mapsan_thread *self, struct spot *spot, uint64_t now) {
    const uint64_t dice = mix(now ^ (uint64_t)self->number << 40);
    if (dice % CERTAIN >= spot->chance || mapsan_threads_alive() < 2)
        return;
    const uint64_t longest = (uint64_t)mapsan_flags.delay_us * 1000 * spot->chance / CERTAIN;
    spot->held_by = self->number;
    spot->held_from = now;
    spot->held_until = UINT64_MAX;
    const bool met = hold(longest / 4 + mix(dice) % (longest * 3 / 4 + 1));
    spot->held_until = now_ns();
    spot->chance -= met ? spot->chance / 2 : spot->chance / 8;
    if (spot->directed && spot->chance < LEAST_DIRECTED)
        spot->chance = LEAST_DIRECTED;
    if (!spot->directed && spot->chance < 8)
        spot->chance = 0;
}

void mapsan_delay_begun(struct mapsan_thread *self, struct mapsan_open *open) {
    const uint64_t now = now_ns();
    struct spot *spot = spot_of(open->site);
    if (!spot)
        return;
    if (!spot->reached && (spot->directed || spot->checks || spot->acts)) {
        spot->reached = true;
        mapsan_json_reached(spot->site);
    }
    if (spot->acts)
        mapsan_atomicity_act(self, open);
    if (mapsan_flags.delay) {
        infer_order(self, spot, now);
        visit(self, open, spot, now);
    }
    if (spot->chance)
        maybe_hold(self, spot, now);
    last_seen = now_ns();
}

void mapsan_delay_ended(struct mapsan_thread *self, struct mapsan_open *open) {
    struct spot *spot = spot_of(open->site);
    if (spot && spot->checks)
        mapsan_atomicity_check(self, open);
    last_seen = now_ns();
}

void mapsan_delay_released(void) {
    struct mapsan_thread *self = mapsan_self;
    if (!self->slot || self->busy)
        return;
    const struct mapsan_site *check = mapsan_atomicity_between();
    struct spot *spot = check ? spot_of(check) : NULL;
    if (!spot)
        return;
    /* The place of the check may have no chance of its own: as often as a directed place. */
    if (!spot->directed) {
        spot->directed = true;
        spot->chance = CERTAIN;
    }
    maybe_hold(self, spot, now_ns());
}

void mapsan_delay_start(void) {
    const char *plan = mapsan_flags.plan;
    if (plan[0])
        mapsan_plan_read(plan, mapsan_flags.delay);
    mapsan_delaying = mapsan_flags.delay || mapsan_plan_size() > 0;
}

void mapsan_delay_end(void) {
    if (mapsan_flags.delay)
        mapsan_plan_save(mapsan_flags.plan);
}
