/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What is known of a map is found by the map's place, in a hash table of lists, one for each 256
 * bytes of memory, so that a block of memory that is freed takes the maps in it along. A record is
 * never given to another purpose, and its version never comes back: a thread that finds its own
 * note of map, version and moment unchanged has nothing to say, and touches nothing shared.
 */
#include "order.h"

#include <string.h>

#include "conflict.h"
#include "held.h"
#include "memory.h"
#include "operations.h"
#include "spin.h"
#include "table.h"
#include "trace.h"

enum { HEADS = 1 << 16, STRIPES = 256, GRANULE_SHIFT = 8, PAGE_SHIFT = 12, PAGES = 1 << 16 };

struct record {
    const struct mapsan_tag *tag;
    uintptr_t place;
    struct record *next;
    uint64_t version; /* counts writes and new beginnings */
    struct mapsan_past write;
    struct mapsan_past first_read, *reads; /* the one, or where there are several */
    uint32_t read_count, read_room;
    bool on_stack;
    uint32_t home; /* number of the thread whose stack it is on */
};

static struct record **heads, *free_records;
static uint32_t stripes[STRIPES], free_lock;
static uint8_t *pages; /* not zero: there may be maps in such a page */

static uint32_t head_of(uintptr_t place) {
    return (uint32_t)((place >> GRANULE_SHIFT) * UINT64_C(0x9e3779b97f4a7c15) >> 40) % HEADS;
}

static uint8_t *page_of(uintptr_t place) {
    return &pages[(place >> PAGE_SHIFT) * UINT64_C(0x9e3779b97f4a7c15) >> 40 & (PAGES - 1)];
}

/* Where the map itself is. */
static uintptr_t place_of(const struct mapsan_tag *tag) {
    return (uintptr_t)(mapsan_table_owns(tag) ? tag->map : tag);
}

static struct mapsan_past *reads_of(struct record *record) {
    return record->reads ? record->reads : &record->first_read;
}

static void drop_reads(struct record *record) {
    mapsan_memory_give(record->reads, record->read_room * sizeof *record->reads);
    record->reads = NULL;
    record->read_count = record->read_room = 0;
}

static void begin_anew(struct record *record) {
    drop_reads(record);
    record->write = (struct mapsan_past){0};
    __atomic_store_n(&record->version, record->version + 1, __ATOMIC_RELEASE);
}

static struct record *take_record(void) {
    mapsan_spin_lock(&free_lock);
    struct record *record = free_records;
    if (record)
        free_records = record->next;
    mapsan_spin_unlock(&free_lock);
    return record ? record : mapsan_memory_take(sizeof *record);
}

/* With its stripe locked; *place is the link that leads to it. */
static void remove(struct record **place) {
    struct record *record = *place;
    *place = record->next;
    __atomic_store_n(&record->tag, NULL, __ATOMIC_RELAXED);
    begin_anew(record);
    mapsan_spin_lock(&free_lock);
    record->next = free_records;
    free_records = record;
    mapsan_spin_unlock(&free_lock);
}

static struct record **seek(uintptr_t place, const struct mapsan_tag *tag) {
    struct record **link = &heads[head_of(place)];
    while (*link && (*link)->tag != tag)
        link = &(*link)->next;
    return link;
}

static uint32_t *stripe_of(uintptr_t place) { return &stripes[head_of(place) % STRIPES]; }

/* The record of a tag, made if there is none; its stripe is locked already. */
static struct record *find(const struct mapsan_tag *tag, uintptr_t place) {
    struct record **link = seek(place, tag), *record = *link;
    if (record)
        return record;
    record = take_record();
    if (!record) {
        mapsan_clocks_lost = true;
        return NULL;
    }
    *page_of(place) = 1;
    record->place = place;
    record->next = NULL;
    record->on_stack = false;
    __atomic_store_n(&record->tag, tag, __ATOMIC_RELAXED);
    *link = record;
    return record;
}

/* A map on this thread's own stack that another thread's stack held before: threads come and go in
 * the same memory, and no free tells. */
static void settle(struct mapsan_thread *self, struct record *record) {
    const bool on_stack = record->place >= self->stack_low && record->place < self->stack_high;
    if (!on_stack || (record->on_stack && record->home == self->number))
        return;
    if (record->on_stack)
        begin_anew(record);
    record->on_stack = true;
    record->home = self->number;
}

static struct mapsan_past describe(struct mapsan_thread *self, const struct mapsan_open *open) {
    return (struct mapsan_past){.moment = mapsan_moment(self->lane),
                                .site = open->site,
                                .pc = open->pc,
                                .slot = self->slot,
                                .number = self->number,
                                .locks = mapsan_held_set(self),
                                .stack = mapsan_trace_here(self, open)};
}

static void note_read(struct mapsan_thread *self, struct record *record,
                      const struct mapsan_open *open) {
    struct mapsan_past *reads = reads_of(record), *grown;
    const struct mapsan_past now = describe(self, open);
    uint32_t i = 0;
    /* A read that happened before this one says no more than it. */
    while (i < record->read_count && !mapsan_happened_before(self->lane, reads[i].moment))
        i++;
    if (i == record->read_count) {
        const uint32_t room = record->reads ? record->read_room : 1;
        if (record->read_count == room) {
            grown = mapsan_memory_take(4 * room * sizeof *grown);
            if (!grown) {
                mapsan_clocks_lost = true;
                return;
            }
            memcpy(grown, reads, room * sizeof *grown);
            mapsan_memory_give(record->reads, record->read_room * sizeof *reads);
            record->reads = reads = grown;
            record->read_room = 4 * room;
        }
        record->read_count++;
    }
    reads[i] = now;
}

static void note_write(struct mapsan_thread *self, struct record *record,
                       const struct mapsan_open *open) {
    drop_reads(record);
    record->write = describe(self, open);
    __atomic_store_n(&record->version, record->version + 1, __ATOMIC_RELEASE);
}

/* An operation of the past that is not ordered with this one; false: there is none. */
static bool find_race(const struct mapsan_thread *self, struct record *record, bool writes,
                      struct mapsan_past *race) {
    if (record->write.moment && !mapsan_happened_before(self->lane, record->write.moment)) {
        *race = record->write;
        return true;
    }
    for (uint32_t i = 0; writes && i < record->read_count; i++) {
        if (!mapsan_happened_before(self->lane, reads_of(record)[i].moment)) {
            *race = reads_of(record)[i];
            return true;
        }
    }
    return false;
}

/* The thread's own note that it has been here at this moment, and how the map was. */
static bool seen(const struct mapsan_seen *seen, const struct mapsan_tag *tag, uint64_t moment,
                 bool writes) {
    const struct record *record = seen->record;
    return record && seen->moment == moment && seen->writes >= writes &&
           __atomic_load_n(&record->tag, __ATOMIC_RELAXED) == tag &&
           __atomic_load_n(&record->version, __ATOMIC_ACQUIRE) == seen->version;
}

void mapsan_order_access(struct mapsan_thread *self, struct mapsan_open *open) {
    const bool writes = mapsan_writes(open->site);
    if (!self->lane || mapsan_clocks_lost)
        return;
    struct mapsan_seen *mine = &self->seen[(uintptr_t)open->tag / sizeof *open->tag % MAPSAN_SEEN];
    const uint64_t moment = mapsan_moment(self->lane);
    if (seen(mine, open->tag, moment, writes))
        return;
    const uintptr_t place = place_of(open->tag);
    uint32_t *stripe = stripe_of(place);
    struct mapsan_past race;
    bool found = false;
    mapsan_spin_lock(stripe);
    struct record *record = find(open->tag, place);
    if (record) {
        settle(self, record);
        found = find_race(self, record, writes, &race);
        if (writes)
            note_write(self, record, open);
        else
            note_read(self, record, open);
        /* A read that follows this thread's own write at the same moment adds nothing. */
        *mine = (struct mapsan_seen){record, moment, record->version, writes};
    }
    mapsan_spin_unlock(stripe);
    if (found)
        mapsan_conflict_past(self, open, &race);
}

void mapsan_order_made(struct mapsan_thread *self, const struct mapsan_open *open) {
    if (!self->lane || mapsan_clocks_lost)
        return;
    const uintptr_t place = place_of(open->tag);
    uint32_t *stripe = stripe_of(place);
    mapsan_spin_lock(stripe);
    struct record *record = find(open->tag, place);
    if (record) {
        begin_anew(record);
        settle(self, record);
        note_write(self, record, open);
    }
    mapsan_spin_unlock(stripe);
}

void mapsan_order_forget(const struct mapsan_tag *tag) {
    if (!heads)
        return;
    const uintptr_t place = place_of(tag);
    uint32_t *stripe = stripe_of(place);
    mapsan_spin_lock(stripe);
    struct record **link = seek(place, tag);
    if (*link)
        remove(link);
    mapsan_spin_unlock(stripe);
}

static void forget_granule(uintptr_t granule, uintptr_t from, uintptr_t to) {
    uint32_t *stripe = stripe_of(granule);
    mapsan_spin_lock(stripe);
    for (struct record **link = &heads[head_of(granule)]; *link;) {
        if ((*link)->place >= from && (*link)->place < to)
            remove(link);
        else
            link = &(*link)->next;
    }
    mapsan_spin_unlock(stripe);
}

static bool page_has_maps(uintptr_t from, uintptr_t to) {
    for (uintptr_t page = from >> PAGE_SHIFT; page <= (to - 1) >> PAGE_SHIFT; page++)
        if (*page_of(page << PAGE_SHIFT))
            return true;
    return false;
}

void mapsan_order_freed(const void *memory, size_t size) {
    const uintptr_t from = (uintptr_t)memory, to = from + size;
    if (!heads || !memory || !size || !page_has_maps(from, to))
        return;
    const uintptr_t mask = ~(((uintptr_t)1 << GRANULE_SHIFT) - 1);
    uintptr_t granule = from & mask;
    for (uint32_t i = 0; granule < to && i < HEADS; granule += ~mask + 1, i++)
        forget_granule(granule, from, to);
}

bool mapsan_order_start(void) {
    heads = mapsan_memory_reserve(HEADS * sizeof *heads);
    pages = mapsan_memory_reserve(PAGES);
    return heads && pages;
}

void mapsan_order_after_fork(void) {
    memset(stripes, 0, sizeof stripes);
    free_lock = 0;
}
