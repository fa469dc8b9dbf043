/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The slow path of the hooks: the stack of operations that are open in one thread, and what happens
 * when a word is not what it should be. The stack is not trusted to be balanced: longjmp,
 * exceptions and thread exit leave operations open. An entry whose frame lies below the caller's is
 * dead, and goes as soon as another hook of this thread comes by; nobody waits for it.
 */
#include "operations.h"

#include "conflict.h"
#include "delay.h"
#include "flags.h"
#include "iterators.h"
#include "map_size.h"
#include "order.h"
#include "protocol.h"
#include "stack.h"
#include "table.h"
#include "tsan.h"

static bool on_stack(const struct mapsan_thread *self, uintptr_t frame) {
    return frame >= self->stack_low && frame < self->stack_high;
}

/* Entries by position: 0 is the first, the others lie behind. */
static struct mapsan_open *entry_at(struct mapsan_thread *thread, uint32_t position) {
    return position ? &thread->inner[position - 1] : &thread->first;
}

/* The first entry stays occupied until those behind it are closed, so that the fast path, which
 * knows no other, is not taken meanwhile. */
static void close_entry(struct mapsan_thread *thread, struct mapsan_open *open) {
    if (open == &thread->first && thread->nested)
        __atomic_store_n(&open->tag, &mapsan_occupied, __ATOMIC_RELEASE);
    else
        mapsan_retract(open);
}

/* A write that will never end. Its claim must not accuse anyone: in the table it becomes a stamp;
 * the memory of a map's own tag may be gone, so that is noted here, for whoever finds the claim. */
static void abandon(struct mapsan_thread *thread, struct mapsan_open *open) {
    struct mapsan_tag *tag = open->tag;
    if (mapsan_writes(open->site)) {
        uint64_t claim = mapsan_claim(thread->claim_base, open->site);
        if (mapsan_table_owns(tag)) {
            const uint64_t stamp = mapsan_remember(thread, open);
            __atomic_compare_exchange_n(&tag->word, &claim, stamp, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED);
        } else {
            thread->abandoned[thread->abandoned_count++ % MAPSAN_RECENT] =
                (struct mapsan_closed){claim, open->site, tag, open->pc};
        }
    }
    close_entry(thread, open);
}

/* The word that a read observed. While operations are open behind the first entry, its own place
 * for it holds what no tag's word ever is, so that the fast path does not end it. */
static uint64_t *word_of(struct mapsan_thread *self, struct mapsan_open *open) {
    return open == &self->first && self->nested ? &self->first_word : &open->word;
}

static void cover_first(struct mapsan_thread *self) {
    self->first_word = self->first.word;
    self->first.word = MAPSAN_CLAIMED; /* by nobody */
}

static void trim(struct mapsan_thread *self) {
    if (!self->nested)
        return;
    while (self->nested && !mapsan_is_open(&self->inner[self->nested - 1]))
        self->nested--;
    if (self->nested)
        return;
    self->first.word = self->first_word;
    if (!mapsan_is_open(&self->first) && !mapsan_slow_only)
        mapsan_retract(&self->first);
}

void mapsan_abandon_all(struct mapsan_thread *thread) {
    for (uint32_t i = 0; i <= thread->nested; i++)
        if (mapsan_is_open(entry_at(thread, i)))
            abandon(thread, entry_at(thread, i));
    trim(thread);
}

void mapsan_abandon_unless(struct mapsan_thread *self, const struct mapsan_stack *stack) {
    for (uint32_t i = 0; i <= self->nested; i++) {
        struct mapsan_open *open = entry_at(self, i);
        if (mapsan_is_open(open) &&
            !mapsan_stack_holds(stack, mapsan_open_pc(open), open->frame & ~MAPSAN_DOUBTED))
            abandon(self, open);
    }
    trim(self);
}

void mapsan_doubt_all(struct mapsan_thread *self) {
    for (uint32_t i = 0; i <= self->nested; i++)
        if (mapsan_is_open(entry_at(self, i)))
            entry_at(self, i)->frame |= MAPSAN_DOUBTED;
}

/* Frames below the caller's have returned or were jumped over. So was an operation in the caller's
 * own frame, if control has jumped since and another begins, or if the same begins once more. */
static bool is_dead(const struct mapsan_thread *self, const struct mapsan_open *open,
                    uintptr_t frame, const struct mapsan_site *begins,
                    const struct mapsan_tag *tag) {
    const uintptr_t theirs = open->frame & ~MAPSAN_DOUBTED;
    if (!on_stack(self, theirs) || theirs > frame)
        return false;
    if (theirs < frame)
        return true;
    return begins && (open->frame & MAPSAN_DOUBTED || (open->site == begins && open->tag == tag));
}

static void bury_dead(struct mapsan_thread *self, uintptr_t frame, const struct mapsan_site *begins,
                      const struct mapsan_tag *tag) {
    if (!on_stack(self, frame))
        return;
    for (uint32_t i = 0; i <= self->nested; i++) {
        struct mapsan_open *open = entry_at(self, i);
        if (mapsan_is_open(open) && is_dead(self, open, frame, begins, tag))
            abandon(self, open);
    }
    trim(self);
}

/* An entry for one more operation; NULL when there is no room: it goes unwatched, and counted. */
static struct mapsan_open *push(struct mapsan_thread *self) {
    if (!mapsan_is_open(&self->first) && !self->nested && !mapsan_slow_only)
        return &self->first;
    if (self->nested == MAPSAN_NESTED_MAX)
        mapsan_conflict_bury(self);
    if (self->nested == MAPSAN_NESTED_MAX) {
        __atomic_store_n(&self->unwatched, self->unwatched + 1, __ATOMIC_RELAXED);
        return NULL;
    }
    if (!self->nested)
        cover_first(self);
    struct mapsan_open *open = &self->inner[self->nested++];
    if (self->nested > self->deepest)
        __atomic_store_n(&self->deepest, self->nested, __ATOMIC_RELAXED);
    return open;
}

/* This thread's own operation that a write inside it disturbs, the innermost; NULL: none. */
static struct mapsan_open *disturbed(struct mapsan_thread *self, const struct mapsan_open *open) {
    for (uint32_t i = self->nested + 1; i-- > 0;) {
        struct mapsan_open *outer = entry_at(self, i);
        if (outer == open || outer->tag != open->tag || outer->site->flags & MAPSAN_SITE_REENTRANT)
            continue;
        if (mapsan_writes(outer->site) || !(open->site->flags & MAPSAN_SITE_ITERATOR_REMOVE))
            return outer;
    }
    return NULL;
}

/* What this thread does inside its own operations on the same map. A write that adds nothing and
 * takes nothing away is none of their business: where the size can be told, the end decides. */
static void check_own(struct mapsan_thread *self, struct mapsan_open *open) {
    open->size = -1;
    if (!mapsan_writes(open->site) || !mapsan_flags.check_reentrancy)
        return;
    struct mapsan_open *outer = disturbed(self, open);
    if (outer && open->site->operation == MAPSAN_OP_WRITE)
        open->size = mapsan_map_size(open->tag->map, open->site);
    if (outer && open->size < 0)
        mapsan_conflict_own(self, open, outer);
}

static void check_own_again(struct mapsan_thread *self, struct mapsan_open *open) {
    struct mapsan_open *outer = open->size < 0 ? NULL : disturbed(self, open);
    if (outer && mapsan_map_size(open->tag->map, open->site) != open->size)
        mapsan_conflict_own(self, open, outer);
}

/* The other open entry of this thread for the same map that satisfies the condition. */
static struct mapsan_open *own_writer(struct mapsan_thread *self, const struct mapsan_open *open) {
    for (uint32_t i = self->nested + 1; i-- > 0;) {
        struct mapsan_open *other = entry_at(self, i);
        if (other != open && other->tag == open->tag && mapsan_writes(other->site))
            return other;
    }
    return NULL;
}

/* The writer's look around: whoever has this map open now, in a thread that touched it before. */
static void scan(struct mapsan_thread *self, struct mapsan_open *open) {
    const uint32_t high = __atomic_load_n(&mapsan_slots_high, __ATOMIC_RELAXED);
    const uint64_t touched = __atomic_load_n(&open->tag->touched, __ATOMIC_RELAXED);
    for (uint64_t left = touched; left; left &= left - 1) {
        const uint32_t bit = (uint32_t)__builtin_ctzll(left);
        for (uint32_t slot = bit ? bit : 64; slot <= high; slot += 64) {
            struct mapsan_thread *thread = mapsan_thread_of(slot);
            if (thread == self)
                continue;
            const uint32_t deepest = __atomic_load_n(&thread->deepest, __ATOMIC_RELAXED);
            for (uint32_t i = 0; i <= deepest; i++)
                /* Acquire: what the entry says about the operation is at least as new. */
                if (__atomic_load_n(&entry_at(thread, i)->tag, __ATOMIC_ACQUIRE) == open->tag)
                    mapsan_conflict_open(self, open, thread, entry_at(thread, i));
        }
    }
}

/* The word that the operation found, if it is a claim, is somebody's. */
static void begin_read(struct mapsan_thread *self, struct mapsan_open *open) {
    if (!mapsan_is_claim(open->word))
        return;
    if (mapsan_word_slot(open->word) != self->slot) {
        mapsan_conflict_word(self, open, open->word);
        open->word = mapsan_observe(open->tag);
    } else if (!own_writer(self, open)) {
        /* Left by a write of this thread that was jumped over: nobody is writing. */
        uint64_t claim = open->word;
        open->word = mapsan_remember(self, open);
        __atomic_compare_exchange_n(&open->tag->word, &claim, open->word, false, __ATOMIC_RELEASE,
                                    __ATOMIC_RELAXED);
    }
}

/* Did another thread write inside a read of this thread that is still open? */
static void recheck_own_readers(struct mapsan_thread *self, const struct mapsan_open *open,
                                uint64_t word) {
    for (uint32_t i = 0; self->nested && i <= self->nested; i++) {
        struct mapsan_open *outer = entry_at(self, i);
        if (outer != open && outer->tag == open->tag && !mapsan_writes(outer->site) &&
            *word_of(self, outer) != word && mapsan_word_slot(word) != self->slot)
            mapsan_conflict_word(self, outer, word);
    }
}

/* Has somebody found this thread writing the map, and left a note? */
static bool was_met(const struct mapsan_thread *self, const struct mapsan_open *open) {
    /* Acquire: the note is written before its tag. */
    return __atomic_load_n(&self->met.tag, __ATOMIC_ACQUIRE) == open->tag;
}

static void begin_write(struct mapsan_thread *self, struct mapsan_open *open, uint64_t previous) {
    if (MAPSAN_UNLIKELY(was_met(self, open))) /* in an earlier write */
        __atomic_store_n(&self->met.tag, NULL, __ATOMIC_RELAXED);
    if (mapsan_is_claim(previous) && mapsan_word_slot(previous) != self->slot)
        mapsan_conflict_word(self, open, previous);
    else
        recheck_own_readers(self, open, previous);
    if (mapsan_company(open->tag, self))
        scan(self, open);
}

void mapsan_first_read_found(void) {
    struct mapsan_thread *self = mapsan_self;
    self->hook_frame = self->first.frame;
    begin_read(self, &self->first);
    self->hook_frame = 0;
}

void mapsan_first_write_found(uint64_t previous) {
    struct mapsan_thread *self = mapsan_self;
    self->hook_frame = self->first.frame;
    begin_write(self, &self->first, previous);
    self->hook_frame = 0;
}

/* A write inside this thread's own read of the same map changes the word: not to the read's
 * surprise. */
static void tell_own_readers(struct mapsan_thread *self, const struct mapsan_open *open,
                             uint64_t word) {
    for (uint32_t i = 0; self->nested && i <= self->nested; i++) {
        struct mapsan_open *outer = entry_at(self, i);
        if (outer != open && outer->tag == open->tag && !mapsan_writes(outer->site))
            *word_of(self, outer) = word;
    }
}

static void end_write(struct mapsan_thread *self, struct mapsan_open *open) {
    const uint64_t claim = mapsan_claim(self->claim_base, open->site);
    if (mapsan_company(open->tag, self))
        scan(self, open);
    if (MAPSAN_UNLIKELY(was_met(self, open)))
        mapsan_conflict_met(self, open);
    const uint64_t found = mapsan_word(open->tag);
    if (found != claim)
        mapsan_conflict_word(self, open, found);
    if (mapsan_word(open->tag) != claim)
        return;
    /* Inside another write of its own, that one's claim stands again. */
    const struct mapsan_open *outer = own_writer(self, open);
    const uint64_t word =
        outer ? mapsan_claim(self->claim_base, outer->site) : mapsan_remember(self, open);
    mapsan_place_stamp(open->tag, word);
    tell_own_readers(self, open, word);
}

static void end_read(struct mapsan_thread *self, struct mapsan_open *open) {
    const uint64_t word = mapsan_recheck(open->tag);
    if (word != *word_of(self, open) && mapsan_word_slot(word) != self->slot)
        mapsan_conflict_word(self, open, word);
}

static void end(struct mapsan_thread *self, struct mapsan_open *open, uintptr_t frame) {
    self->hook_frame = frame;
    if (open != &self->first && mapsan_writes(open->site))
        check_own_again(self, open);
    if (mapsan_writes(open->site))
        end_write(self, open);
    else
        end_read(self, open);
    if (MAPSAN_UNLIKELY(mapsan_delaying))
        mapsan_delay_ended(self, open);
    if (self->lane && open->site->operation == MAPSAN_OP_DESTROY)
        mapsan_order_forget(open->tag);
    close_entry(self, open);
    trim(self);
    self->hook_frame = 0;
}

static void begin(struct mapsan_thread *self, struct mapsan_tag *tag,
                  const struct mapsan_site *site, uintptr_t pc, uintptr_t frame) {
    bury_dead(self, frame, site, tag);
    struct mapsan_open *open = push(self);
    if (!open)
        return;
    mapsan_publish(open, tag, site, frame);
    open->pc = pc;
    self->hook_frame = frame;
    if (mapsan_writes(site) && !(site->flags & MAPSAN_SITE_ITERATOR_REMOVE) && tag->map)
        mapsan_iterators_disturbed(self, open);
    check_own(self, open);
    if (mapsan_writes(site)) {
        open->word = mapsan_place_claim(tag, mapsan_claim(self->claim_base, site));
        begin_write(self, open, open->word);
    } else {
        open->word = mapsan_observe(tag);
        begin_read(self, open);
    }
    if (MAPSAN_UNLIKELY(mapsan_delaying))
        mapsan_delay_begun(self, open);
    if (MAPSAN_UNLIKELY(mapsan_tsan))
        mapsan_tsan_access(open);
    if (self->lane)
        mapsan_order_access(self, open);
    self->hook_frame = 0;
}

void mapsan_tag_begin_slow(struct mapsan_tag *tag, const void *map, const struct mapsan_site *site,
                           uintptr_t pc, uintptr_t frame) {
    if (!mapsan_is_sampled(map))
        return;
    struct mapsan_thread *self = mapsan_thread_enter();
    if (!self)
        return;
    if (tag->map != map)
        __atomic_store_n(&tag->map, map, __ATOMIC_RELAXED);
    self->busy = true;
    /* All zero: a new map, maybe in the memory of one that was not destroyed. */
    if (self->lane && !(__atomic_load_n(&tag->touched, __ATOMIC_RELAXED) | tag->made))
        mapsan_order_forget(tag);
    /* Before the claim or the observe, so that a writer who sees nobody can trust that. */
    mapsan_touch(tag, self);
    begin(self, tag, site, pc, frame);
    self->busy = false;
}

/* The map's tag, by way of this thread's cache. To be there, the thread must have touched it. */
static struct mapsan_tag *tag_of(struct mapsan_thread *self, const void *map) {
    struct mapsan_tag **place = mapsan_cached(self, map);
    if ((*place)->map == map)
        return *place;
    struct mapsan_tag *tag = mapsan_table_find(map);
    if (tag) {
        mapsan_touch(tag, self);
        if (!mapsan_iterators_on(tag))
            __atomic_store_n(place, tag, __ATOMIC_RELAXED);
    }
    return tag;
}

/* Before the tag's `touched` starts anew: takes it out of the caches of the threads that are in it.
 */
static void uncache(struct mapsan_tag *tag, const void *map) {
    const uint32_t high = __atomic_load_n(&mapsan_slots_high, __ATOMIC_RELAXED);
    for (uint64_t left = tag->touched; left; left &= left - 1) {
        const uint32_t bit = (uint32_t)__builtin_ctzll(left);
        for (uint32_t slot = bit ? bit : 64; slot <= high; slot += 64)
            mapsan_drop_cached(mapsan_thread_of(slot), map, tag);
    }
}

void mapsan_map_begin_slow(const void *map, const struct mapsan_site *site, uintptr_t pc,
                           uintptr_t frame) {
    if (!mapsan_is_sampled(map))
        return;
    struct mapsan_thread *self = map ? mapsan_thread_enter() : NULL;
    struct mapsan_tag *tag = self ? tag_of(self, map) : NULL;
    if (!tag)
        return;
    self->busy = true;
    begin(self, tag, site, pc, frame);
    self->busy = false;
}

/* The entry for a map in the table; by its site, if the map is not there any more. */
static bool is_for_map(const struct mapsan_open *open, const void *map,
                       const struct mapsan_site *site) {
    return mapsan_table_owns(open->tag) && (open->tag->map == map || open->site == site);
}

/* The entry to be closed by a hook in this frame: of those that fit, the one that began nearest
 * below. Not the same frame: where the hook is the last call of its function, the compiler may have
 * left that one's frame already. */
static struct mapsan_open *innermost(struct mapsan_thread *self, const struct mapsan_tag *tag,
                                     const void *map, const struct mapsan_site *site,
                                     uintptr_t frame) {
    struct mapsan_open *best = NULL, *any = NULL;
    for (uint32_t i = self->nested + 1; i-- > 0;) {
        struct mapsan_open *open = entry_at(self, i);
        if (!mapsan_is_open(open) || !(tag ? open->tag == tag : is_for_map(open, map, site)))
            continue;
        if (!any)
            any = open;
        if (on_stack(self, frame) && open->frame <= (frame | MAPSAN_DOUBTED) &&
            (!best || (open->frame & ~MAPSAN_DOUBTED) > (best->frame & ~MAPSAN_DOUBTED)))
            best = open;
    }
    return best ? best : any;
}

static void end_innermost(const struct mapsan_tag *tag, const void *map,
                          const struct mapsan_site *site, uintptr_t frame) {
    struct mapsan_thread *self = mapsan_self;
    if (!self->slot || self->busy)
        return;
    self->busy = true;
    struct mapsan_open *open = innermost(self, tag, map, site, frame);
    if (self->nested)
        bury_dead(self, open ? open->frame & ~MAPSAN_DOUBTED : frame, NULL, NULL);
    if (open && mapsan_is_open(open))
        end(self, open, frame);
    self->busy = false;
}

void mapsan_tag_end_slow(struct mapsan_tag *tag, uintptr_t frame) {
    end_innermost(tag, NULL, NULL, frame);
}

void mapsan_map_end_slow(const void *map, const struct mapsan_site *site, uintptr_t frame) {
    if (!mapsan_is_sampled(map))
        return;
    if (map)
        end_innermost(NULL, map, site, frame);
}

static void made(struct mapsan_thread *self, struct mapsan_tag *tag, const void *map,
                 const struct mapsan_site *site, uintptr_t pc, uintptr_t frame) {
    const struct mapsan_open open = {.tag = tag, .site = site, .pc = pc, .frame = frame};
    __atomic_store_n(&tag->touched, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&tag->made, mapsan_claim(self->claim_base, site), __ATOMIC_RELAXED);
    __atomic_store_n(&tag->map, map, __ATOMIC_RELAXED);
    mapsan_place_stamp(tag, mapsan_remember(self, &open));
    if (!self->lane)
        return;
    self->busy = true;
    self->hook_frame = frame;
    mapsan_order_made(self, &open);
    self->hook_frame = 0;
    self->busy = false;
}

void mapsan_tag_made(struct mapsan_tag *tag, const void *map, const struct mapsan_site *site,
                     uintptr_t pc, uintptr_t frame) {
    struct mapsan_thread *self = mapsan_thread_enter();
    if (self)
        made(self, tag, map, site, pc, frame);
}

void mapsan_map_made(const void *map, const struct mapsan_site *site, uintptr_t pc,
                     uintptr_t frame) {
    struct mapsan_thread *self = map ? mapsan_thread_enter() : NULL;
    struct mapsan_tag *tag = self ? mapsan_table_find(map) : NULL;
    if (!tag)
        return;
    uncache(tag, map);
    made(self, tag, map, site, pc, frame);
    __atomic_store_n(mapsan_table_references(tag), 1, __ATOMIC_RELAXED);
}

void mapsan_map_forget(const void *map) {
    struct mapsan_tag *tag = map && mapsan_thread_enter() ? mapsan_table_find(map) : NULL;
    if (!tag)
        return;
    uncache(tag, map);
    mapsan_order_forget(tag);
    mapsan_table_forget(map);
}
