/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * From a check that fired to a report. The word or the entry found names the other side; before
 * anything is said, the other thread supplies its stack, and if the function that began the
 * operation is not on it (longjmp, an exception, a return past the end), the entry is dropped
 * instead.
 */
#define _GNU_SOURCE
#include "conflict.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "atomicity.h"
#include "delay.h"
#include "flags.h"
#include "held.h"
#include "map_size.h"
#include "operations.h"
#include "order.h"
#include "report.h"
#include "trace.h"
#include "tsan.h"

enum { PAIRS = 4096 };

static uint32_t reporting; /* the slot of the thread whose report is under way */
static unsigned reports;
static uint64_t pairs[PAIRS]; /* reported already, by hash */
static struct mapsan_collision collision;

static const char advice_lock[] =
    "hold one lock around both operations; a reader-writer lock must be held for writing where the "
    "map is written";
static const char advice_data[] =
    "hold one lock around both, or make both atomic if nothing else goes with this value";
static const char advice_iterate[] =
    "hold the lock for the whole iteration, or iterate over a copy";
static const char advice_destroy[] =
    "stop or join the threads that use the map before it is destroyed, or share it by a reference "
    "count";
static const char advice_own[] =
    "collect the changes and make them after the loop, or remove through the iterator";
static const char advice_callback[] =
    "do not change the map in a callback or destructor that one of its own operations calls";

static const char advice_atomic[] =
    "hold the lock from the check to the act, or check again after it is taken once more";

struct wording {
    const char *title, *advice;
};

/* The making of a map is a write like others. */
static bool ends_map(uint8_t operation) { return operation == MAPSAN_OP_DESTROY; }

/* Two threads: by the two operations, in either order. Reads among themselves do not collide. */
static struct wording between_threads(uint8_t one, uint8_t other) {
    if (ends_map(one) || ends_map(other))
        return (struct wording){"map destroyed while in use", advice_destroy};
    if (one == MAPSAN_OP_ITERATE || other == MAPSAN_OP_ITERATE)
        return (struct wording){"concurrent map iteration and map write", advice_iterate};
    if (one == MAPSAN_OP_READ || other == MAPSAN_OP_READ)
        return (struct wording){"concurrent map read and map write", advice_lock};
    return (struct wording){"concurrent map writes", advice_lock};
}

/* One thread: what the inner operation does to the outer one. */
static struct wording within_thread(uint8_t inner, uint8_t outer) {
    if (inner != MAPSAN_OP_WRITE)
        return (struct wording){"map destroyed while in use", advice_callback};
    if (outer == MAPSAN_OP_ITERATE)
        return (struct wording){"map modified while iterating", advice_own};
    if (outer == MAPSAN_OP_READ)
        return (struct wording){"map modified while being read", advice_callback};
    return (struct wording){"map modified while being written", advice_callback};
}

static uint64_t pair_key(const struct mapsan_site *one, const struct mapsan_site *other) {
    const uintptr_t low = one < other ? (uintptr_t)one : (uintptr_t)other;
    const uintptr_t high = one < other ? (uintptr_t)other : (uintptr_t)one;
    return (low * UINT64_C(0x9e3779b97f4a7c15) ^ high * UINT64_C(0xc2b2ae3d27d4eb4f)) | 1;
}

/* The place of a pair: its own, or the free one where it belongs; NULL when the table is full. */
static uint64_t *pair_place(uint64_t key) {
    for (unsigned i = 0; i < PAIRS; i++) {
        uint64_t *place = &pairs[((key >> 20) + i) % PAIRS];
        const uint64_t found = __atomic_load_n(place, __ATOMIC_RELAXED);
        if (found == key || found == 0)
            return place;
    }
    return NULL;
}

static bool reported_before(const struct mapsan_site *one, const struct mapsan_site *other) {
    const uint64_t *place = pair_place(pair_key(one, other));
    return mapsan_flags.dedup && (!place || __atomic_load_n(place, __ATOMIC_RELAXED));
}

static void note_pair(const struct mapsan_site *one, const struct mapsan_site *other) {
    uint64_t *place = pair_place(pair_key(one, other));
    if (place)
        __atomic_store_n(place, pair_key(one, other), __ATOMIC_RELAXED);
}

/* One report at a time. A thread that waits here still supplies its stack to the one that writes.
 */
static void lock_reports(struct mapsan_thread *self) {
    const struct timespec moment = {.tv_nsec = 50000};
    uint32_t nobody = 0;
    while (!__atomic_compare_exchange_n(&reporting, &nobody, self->slot, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED)) {
        nobody = 0;
        mapsan_stack_answer(self);
        nanosleep(&moment, NULL);
    }
}

static void unlock_reports(void) { __atomic_store_n(&reporting, 0, __ATOMIC_RELEASE); }

static void end_process(void) {
    mapsan_delay_end();
    if (mapsan_flags.abort_on_error)
        abort();
    _exit(mapsan_flags.exitcode);
}

/* Closes an entry that its own thread left behind; that one clears it away. If that thread has come
 * back in this moment and opened the same again, one check of it is lost; its end finds nothing to
 * do. */
static void withdraw(struct mapsan_open *open, struct mapsan_tag *tag) {
    __atomic_compare_exchange_n(&open->tag, &tag, &mapsan_occupied, false, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
}

/* Tells a writer who met it: an operation that lasts no longer than the write leaves no other trace
 * for the writer to find at its end. Under the lock of reports, and only while the claim stands: so
 * this operation, which is open, does overlap the write that reads the note. */
static void leave_note(const struct mapsan_thread *self, const struct mapsan_open *mine,
                       struct mapsan_thread *other, uint64_t claim) {
    struct mapsan_closed *note = &other->met;
    __atomic_store_n(&note->tag, NULL, __ATOMIC_RELAXED);
    other->met_stamp = __atomic_load_n(&other->stamp, __ATOMIC_RELAXED);
    note->word = mapsan_claim(self->claim_base, mine->site);
    note->site = mine->site;
    note->pc = mapsan_open_pc(mine);
    if (__atomic_load_n(&mine->tag->word, __ATOMIC_RELAXED) == claim)
        __atomic_store_n(&note->tag, mine->tag, __ATOMIC_RELEASE);
}

/* What was noted of an operation that was over long ago. */
static void recall_past(struct mapsan_side *side, const struct mapsan_past *past) {
    struct mapsan_stack *stack = &side->stack;
    const uintptr_t *frames = mapsan_trace_frames(past->stack, &stack->depth);
    for (uint32_t i = 0; frames && i < stack->depth; i++)
        stack->pc[i] = frames[i];
    const struct mapsan_held *held = mapsan_held_locks(past->locks, &stack->held_count);
    for (uint32_t i = 0; held && i < stack->held_count; i++)
        stack->held[i] = held[i];
    if (!held)
        stack->held_count = MAPSAN_HELD_UNKNOWN;
    if (!frames)
        stack->depth = 0;
    side->unordered = true;
}

/* Gets both stacks. False: the other operation is not under way after all. */
static bool get_stacks(struct mapsan_thread *self, const struct mapsan_open *mine,
                       struct mapsan_thread *other, const struct mapsan_closed *closed,
                       struct mapsan_open *theirs, const struct mapsan_past *past) {
    struct mapsan_side *sides = collision.sides;
    sides[0] = (struct mapsan_side){.thread = self, .site = mine->site, .pc = mapsan_open_pc(mine)};
    sides[1] = (struct mapsan_side){.thread = other, .site = closed->site, .pc = closed->pc};
    mapsan_stack_capture(&sides[0].stack, self->hook_frame);
    sides[1].finished = !theirs;
    sides[1].stack.held_count = MAPSAN_HELD_UNKNOWN;
    if (past)
        recall_past(&sides[1], past);
    if (!theirs)
        return true;
    const uintptr_t frame = theirs->frame;
    if (frame & MAPSAN_DOUBTED)
        return false;
    if (other != self)
        mapsan_stack_ask(other, &sides[1].stack);
    const struct mapsan_stack *stack = &sides[other == self ? 0 : 1].stack;
    if (mapsan_stack_holds(stack, closed->pc, frame))
        return true;
    withdraw(theirs, mine->tag);
    return false;
}

/* Not of a map that is being destroyed: its memory may be gone. */
static long size_of(const struct mapsan_tag *tag, const struct mapsan_site *mine,
                    const struct mapsan_site *other) {
    const bool ends = mine->flags & MAPSAN_SITE_DATA || mine->operation == MAPSAN_OP_DESTROY ||
                      other->operation == MAPSAN_OP_DESTROY;
    return ends ? -1 : mapsan_map_size(tag->map, mine);
}

static struct wording wording_of(const struct mapsan_site *mine, const struct mapsan_site *other,
                                 bool same_thread, const struct mapsan_check *check) {
    const bool data = mine->flags & other->flags & MAPSAN_SITE_DATA;
    if (check)
        return (struct wording){"changed between check and act", advice_atomic};
    if (data && mapsan_writes(mine) && mapsan_writes(other))
        return (struct wording){"concurrent writes of data", advice_data};
    if (data)
        return (struct wording){"concurrent read and write of data", advice_data};
    if (same_thread && mine->operation == MAPSAN_OP_ITERATE)
        return (struct wording){"map modified while iterating", advice_own};
    return same_thread ? within_thread(mine->operation, other->operation)
                       : between_threads(mine->operation, other->operation);
}

/* Why two operations are in conflict that do not overlap: this thread's relies on a check, or
 * nothing orders the other one of the past before it. */
struct reason {
    const struct mapsan_check *check;
    const struct mapsan_past *past;
};

/* Both sides known: is the other one still there, and if so, tell. `theirs` is its entry, if open;
 * `reason`, if they do not overlap. */
static void report(struct mapsan_thread *self, const struct mapsan_open *mine,
                   struct mapsan_thread *other, const struct mapsan_closed *closed,
                   struct mapsan_open *theirs, const struct reason *reason) {
    const struct mapsan_check *check = reason ? reason->check : NULL;
    const bool was_busy = self->busy;
    const uint8_t both = mine->site->flags & closed->site->flags;
    if (mapsan_tsan && other != self)
        return; /* it has been told of both operations */
    if (both & MAPSAN_SITE_ATOMIC || reported_before(mine->site, closed->site))
        return;
    self->busy = true;
    lock_reports(self);
    if (reported_before(mine->site, closed->site))
        goto done;
    if (mapsan_is_claim(closed->word) && other != self && !mapsan_writes(mine->site) && !check)
        leave_note(self, mine, other, closed->word);
    if (!get_stacks(self, mine, other, closed, theirs, reason ? reason->past : NULL))
        goto done;
    const struct mapsan_tag *tag = check ? check->tag : mine->tag;
    const struct wording wording = wording_of(mine->site, closed->site, other == self, check);
    collision.title = wording.title;
    collision.advice = wording.advice;
    collision.map = tag->map;
    collision.made = tag->made;
    collision.elements = size_of(tag, check ? check->site : mine->site, closed->site);
    collision.same_thread = other == self;
    collision.check = check;
    note_pair(mine->site, closed->site);
    if (mapsan_report(&collision)) {
        reports++;
        if (mapsan_flags.halt_on_error)
            end_process();
    }
done:
    unlock_reports();
    self->busy = was_busy;
}

/* What a thread remembers of a word, or NULL. */
static const struct mapsan_closed *recall(const struct mapsan_closed *list, uint64_t word,
                                          const struct mapsan_tag *tag) {
    for (int i = 0; i < MAPSAN_RECENT; i++)
        if (list[i].word == word && list[i].tag == tag)
            return &list[i];
    return NULL;
}

/* The write that a thread finished at this site on this map, of those it remembers; its place then.
 */
static uintptr_t recall_place(const struct mapsan_thread *thread, const struct mapsan_site *site,
                              const struct mapsan_tag *tag) {
    for (int i = 0; i < MAPSAN_RECENT; i++)
        if (thread->recent[i].site == site && thread->recent[i].tag == tag)
            return thread->recent[i].pc;
    return 0;
}

static struct mapsan_open *open_entry(struct mapsan_thread *thread, const struct mapsan_tag *tag,
                                      const struct mapsan_site *site) {
    if (thread->first.tag == tag && thread->first.site == site)
        return &thread->first;
    for (uint32_t i = 0; i < thread->deepest; i++)
        if (thread->inner[i].tag == tag && thread->inner[i].site == site)
            return &thread->inner[i];
    return NULL;
}

void mapsan_conflict_word(struct mapsan_thread *self, struct mapsan_open *open, uint64_t word) {
    const uint32_t slot = mapsan_word_slot(word);
    if (slot == 0 || slot > __atomic_load_n(&mapsan_slots_high, __ATOMIC_RELAXED))
        return; /* the map was made anew by hand; who did it is not known */
    struct mapsan_thread *other = mapsan_thread_of(slot);
    if (!mapsan_is_claim(word)) {
        const struct mapsan_closed *closed = recall(other->recent, word, open->tag);
        if (closed)
            report(self, open, other, closed, NULL, NULL);
        return;
    }
    struct mapsan_closed claim = {.word = word, .site = mapsan_claim_site(word), .tag = open->tag};
    struct mapsan_open *theirs = open_entry(other, open->tag, claim.site);
    if (!theirs && recall(other->abandoned, word, open->tag))
        return;
    claim.pc = theirs ? mapsan_open_pc(theirs) : recall_place(other, claim.site, open->tag);
    report(self, open, other, &claim, theirs, NULL);
}

void mapsan_conflict_open(struct mapsan_thread *self, struct mapsan_open *open,
                          struct mapsan_thread *other, struct mapsan_open *theirs) {
    const struct mapsan_closed seen = {.site = theirs->site, .pc = theirs->pc, .tag = open->tag};
    /* Its fields belong to this operation only if it is still the one that is open. */
    if (__atomic_load_n(&theirs->tag, __ATOMIC_ACQUIRE) == open->tag && seen.site)
        report(self, open, other, &seen, theirs, NULL);
}

void mapsan_conflict_met(struct mapsan_thread *self, struct mapsan_open *open) {
    const struct mapsan_closed note = self->met;
    const bool of_this_write = self->met_stamp == self->stamp;
    __atomic_store_n(&self->met.tag, NULL, __ATOMIC_RELAXED);
    if (of_this_write && note.tag == open->tag)
        report(self, open, mapsan_thread_of(mapsan_word_slot(note.word)), &note, NULL, NULL);
}

void mapsan_conflict_own(struct mapsan_thread *self, struct mapsan_open *open,
                         struct mapsan_open *outer) {
    const struct mapsan_closed seen = {
        .site = outer->site, .pc = mapsan_open_pc(outer), .tag = open->tag};
    report(self, open, self, &seen, outer, NULL);
}

void mapsan_conflict_between(struct mapsan_thread *self, struct mapsan_open *open,
                             const struct mapsan_check *check, uint64_t word) {
    const uint32_t slot = mapsan_word_slot(word);
    if (slot == 0 || slot > __atomic_load_n(&mapsan_slots_high, __ATOMIC_RELAXED))
        return;
    struct mapsan_thread *other = mapsan_thread_of(slot);
    struct mapsan_closed claim = {.word = word, .tag = check->tag};
    const struct mapsan_closed *closed = recall(other->recent, word, check->tag);
    if (mapsan_is_claim(word)) {
        claim.site = mapsan_claim_site(word);
        closed = &claim;
    }
    if (closed)
        report(self, open, other, closed, NULL, &(struct reason){.check = check});
}

/* The thread of long ago; one with its number only, where another has its block now. */
static struct mapsan_thread *thread_then(const struct mapsan_past *past) {
    static struct mapsan_thread gone;
    struct mapsan_thread *thread = mapsan_thread_of(past->slot);
    if (thread->number == past->number)
        return thread;
    gone.number = past->number;
    gone.birth.number = MAPSAN_NO_NUMBER;
    return &gone;
}

void mapsan_conflict_past(struct mapsan_thread *self, struct mapsan_open *open,
                          const struct mapsan_past *past) {
    const struct mapsan_closed closed = {.site = past->site, .pc = past->pc, .tag = open->tag};
    report(self, open, thread_then(past), &closed, NULL, &(struct reason){.past = past});
}

void mapsan_conflict_iterator(struct mapsan_thread *self, const struct mapsan_open *step,
                              const struct mapsan_closed *write) {
    report(self, step, self, write, NULL, NULL);
}

void mapsan_conflict_since(struct mapsan_thread *self, const struct mapsan_open *step,
                           uint64_t stamp) {
    const uint32_t slot = mapsan_word_slot(stamp);
    if (slot == 0 || slot > __atomic_load_n(&mapsan_slots_high, __ATOMIC_RELAXED))
        return;
    struct mapsan_thread *other = mapsan_thread_of(slot);
    const struct mapsan_closed *write = recall(other->recent, stamp, step->tag);
    if (write)
        report(self, step, other, write, NULL, NULL);
}

void mapsan_conflict_bury(struct mapsan_thread *self) {
    struct mapsan_stack stack;
    mapsan_stack_capture(&stack, 0);
    if (stack.depth == MAPSAN_STACK_MAX)
        return; /* the outer part is missing: nothing can be said */
    mapsan_abandon_unless(self, &stack);
}

void mapsan_conflict_after_fork(void) {
    reporting = 0;
    mapsan_stack_after_fork();
}

unsigned mapsan_conflict_count(void) { return reports; }
