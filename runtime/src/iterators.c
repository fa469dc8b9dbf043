/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Each thread remembers its last few iterators. One whose place on the stack has been left is gone.
 */
#include "iterators.h"

#include "conflict.h"
#include "flags.h"
#include "map_size.h"
#include "protocol.h"
#include "table.h"

enum { ITERATORS = 4 };

struct iterator {
    const void *address; /* NULL: none */
    struct mapsan_tag *tag;
    const void *map;
    uint64_t word; /* the map's, when the iterator was right */
    long size;
    /* The thread's last write since, of which it is not known yet whether it changed the size. */
    struct mapsan_closed last;
    struct mapsan_closed culprit; /* .site: the write that did */
};

static _Thread_local struct iterator iterators[ITERATORS] __attribute__((tls_model(MAPSAN_TLS)));
static _Thread_local unsigned next __attribute__((tls_model(MAPSAN_TLS)));

static struct iterator *find(const void *address) {
    for (unsigned i = 0; i < ITERATORS; i++)
        if (iterators[i].address == address)
            return &iterators[i];
    return NULL;
}

bool mapsan_iterators_on(const struct mapsan_tag *tag) {
    for (unsigned i = 0; i < ITERATORS; i++)
        if (iterators[i].address && iterators[i].tag == tag)
            return true;
    return false;
}

/* Has the size changed since the last write was noted? If it cannot be told, it has. */
static void settle(struct iterator *one, const struct mapsan_site *site) {
    if (!one->last.site)
        return;
    const long size = mapsan_map_size(one->map, site);
    if (!one->culprit.site && (size < 0 || size != one->size))
        one->culprit = one->last;
    one->last.site = NULL;
    one->size = size;
}

void mapsan_iterator_stands(const void *address, const void *map, const struct mapsan_site *site) {
    struct mapsan_thread *self = address && map ? mapsan_thread_enter() : NULL;
    struct mapsan_tag *tag = self ? mapsan_table_find(map) : NULL;
    if (!tag || !mapsan_flags.check_reentrancy)
        return;
    struct iterator *one = find(address);
    if (!one)
        one = &iterators[next++ % ITERATORS];
    self->busy = true; /* the library's own function is no operation of the program */
    const struct mapsan_closed culprit =
        one->address == address && one->map == map && site->operation == MAPSAN_OP_WRITE
            ? one->culprit
            : (struct mapsan_closed){0};
    *one = (struct iterator){.address = address,
                             .tag = tag,
                             .map = map,
                             .word = mapsan_word(tag),
                             .size = mapsan_map_size(map, site),
                             .culprit = culprit};
    self->busy = false;
    mapsan_drop_cached(self, map, tag);
}

static bool is_left(const struct mapsan_thread *self, const struct iterator *one, uintptr_t frame) {
    const uintptr_t place = (uintptr_t)one->address;
    return place >= self->stack_low && place < frame && frame < self->stack_high;
}

void mapsan_iterators_disturbed(const struct mapsan_thread *self, const struct mapsan_open *open) {
    for (unsigned i = 0; i < ITERATORS; i++) {
        struct iterator *one = &iterators[i];
        if (!one->address || one->tag != open->tag)
            continue;
        if (is_left(self, one, open->frame & ~MAPSAN_DOUBTED) || one->map != open->tag->map ||
            open->site->operation == MAPSAN_OP_DESTROY) {
            one->address = NULL;
            continue;
        }
        settle(one, open->site);
        one->last = (struct mapsan_closed){.site = open->site, .tag = open->tag, .pc = open->pc};
    }
}

/* Another thread wrote between two steps, and the map has not the size that it had. */
static bool changed_by_another(const struct mapsan_thread *self, const struct iterator *one,
                               uint64_t word, long size) {
    return word != one->word && mapsan_word_slot(word) != self->slot && !mapsan_is_claim(word) &&
           !one->culprit.site && (size < 0 || size != one->size);
}

void mapsan_iterator_used(const void *address, const void *map, const struct mapsan_site *site,
                          uintptr_t pc, uintptr_t frame) {
    struct iterator *one = address && map ? find(address) : NULL;
    struct mapsan_thread *self = one ? mapsan_thread_enter() : NULL;
    if (!self || one->map != map || one->tag->map != map)
        return;
    const uint64_t word = mapsan_word(one->tag);
    const struct mapsan_open step = {.tag = one->tag, .site = site, .frame = frame, .pc = pc};
    self->busy = true;
    self->hook_frame = frame;
    settle(one, site);
    if (word != one->word) {
        const long size = mapsan_map_size(map, site);
        if (one->culprit.site)
            mapsan_conflict_iterator(self, &step, &one->culprit);
        else if (changed_by_another(self, one, word, size))
            mapsan_conflict_since(self, &step, word);
        one->word = word;
        one->size = size;
        one->culprit.site = NULL;
    }
    self->hook_frame = 0;
    self->busy = false;
}
