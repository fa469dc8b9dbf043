/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The side table's lists. A link packs a version, an index and a mark into one word: the mark says
 * that the entry which holds the link is taken out, the version changes with every store, so that a
 * compare-and-swap cannot mistake an entry that left and came back for one that stayed.
 */
#include "table.h"

#include <sys/mman.h>

enum { HEADS = 1 << 20, INDEX_BITS = 31 };

struct mapsan_entry {
    _Alignas(64) struct mapsan_tag tag; /* tag.map is the key */
    uint64_t next;                      /* link in its list */
    uint64_t next_free;                 /* link in the list of free entries */
    uint32_t farewells;                 /* of the two that an entry needs to be free: see part() */
    uint32_t references;                /* to the map, as far as seen; 0: not known */
};

_Static_assert(sizeof(struct mapsan_entry) == MAPSAN_TABLE_ENTRY, "as stated");

struct mapsan_sampling mapsan_sampling = {0, UINT32_MAX};

static struct mapsan_entry *entries; /* [0] is never used: index 0 ends a list */
static uint64_t *heads;
static size_t capacity;
static size_t unused = 1; /* entries from here on were never in use */
static uint64_t free_list;
static size_t count, refused;

static uint64_t link_to(uint64_t old, uint32_t index, bool mark) {
    return ((old >> 32) + 1) << 32 | (uint64_t)index << 1 | mark;
}

static uint32_t link_index(uint64_t link) { return (uint32_t)link >> 1; }

static bool link_mark(uint64_t link) { return link & 1; }

static uint64_t load(const uint64_t *place) { return __atomic_load_n(place, __ATOMIC_ACQUIRE); }

static bool swap(uint64_t *place, uint64_t expected, uint64_t desired) {
    return __atomic_compare_exchange_n(place, &expected, desired, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

static void *reserve(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

size_t mapsan_table_start(size_t maps) {
    if (entries)
        return capacity - 1;
    heads = reserve(HEADS * sizeof *heads);
    if (!heads)
        return 0;
    const size_t most = (size_t)1 << INDEX_BITS;
    capacity = (maps < most ? maps : most - 1) + 1;
    while (!(entries = reserve(capacity * sizeof *entries))) {
        capacity /= 2;
        if (capacity < 2)
            return 0;
    }
    return capacity - 1;
}

/* Neighbours in memory stay neighbours here, so that a program with few maps touches few pages. */
static uint64_t *head_of(const void *map) {
    const uintptr_t key = (uintptr_t)map;
    return &heads[((key >> 4) ^ (key >> 24) * 0x9e3779b1u ^ (key << 16 & 0xf0000)) % HEADS];
}

static uint32_t take_free(void) {
    uint64_t first = load(&free_list);
    while (link_index(first)) {
        const uint64_t next = load(&entries[link_index(first)].next_free);
        if (swap(&free_list, first, link_to(first, link_index(next), false)))
            return link_index(first);
        first = load(&free_list);
    }
    size_t fresh = __atomic_load_n(&unused, __ATOMIC_RELAXED);
    while (fresh < capacity) {
        if (__atomic_compare_exchange_n(&unused, &fresh, fresh + 1, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return (uint32_t)fresh;
    }
    return 0;
}

static void give_back(uint32_t index) {
    struct mapsan_entry *entry = &entries[index];
    uint64_t first;
    do {
        first = load(&free_list);
        __atomic_store_n(&entry->next_free, link_to(entry->next_free, link_index(first), false),
                         __ATOMIC_RELEASE);
    } while (!swap(&free_list, first, link_to(first, index, false)));
}

/* Two things end an entry's life, in either order, maybe on two threads: whoever marked it clears
 * its key, and whoever comes by unlinks it. Only after both it may serve another map. */
static void part(uint32_t index) {
    if (__atomic_fetch_add(&entries[index].farewells, 1, __ATOMIC_ACQ_REL) == 0)
        return;
    __atomic_store_n(&entries[index].farewells, 0, __ATOMIC_RELAXED);
    give_back(index);
}

struct position {
    uint64_t *previous; /* the link that leads to the current entry, and what it holds */
    uint64_t current;
    uint64_t next; /* the current entry's own link */
};

/* Where the key is (true), or belongs (false). Unlinks the entries taken out that it passes. */
static bool seek(const void *map, struct position *at) {
    const uintptr_t key = (uintptr_t)map;
restart:
    at->previous = head_of(map);
    at->current = load(at->previous);
    for (;;) {
        const uint32_t index = link_index(at->current);
        if (!index)
            return false;
        struct mapsan_entry *entry = &entries[index];
        /* The key before the link: it is cleared only after the link is marked. */
        const uintptr_t found = (uintptr_t)__atomic_load_n(&entry->tag.map, __ATOMIC_ACQUIRE);
        at->next = load(&entry->next);
        if (load(at->previous) != at->current)
            goto restart;
        if (!link_mark(at->next)) {
            if (found >= key)
                return found == key;
            at->previous = &entry->next;
            at->current = at->next;
            continue;
        }
        const uint64_t bridged = link_to(at->current, link_index(at->next), false);
        if (!swap(at->previous, at->current, bridged))
            goto restart;
        part(index);
        at->current = bridged;
    }
}

struct mapsan_tag *mapsan_table_find(const void *map) {
    struct position at;
    uint32_t index = 0;
    if (!mapsan_is_sampled(map))
        return NULL;
    for (;;) {
        if (seek(map, &at)) {
            if (index)
                give_back(index);
            return &entries[link_index(at.current)].tag;
        }
        if (!index && !(index = take_free())) {
            __atomic_fetch_add(&refused, 1, __ATOMIC_RELAXED);
            return NULL;
        }
        struct mapsan_entry *entry = &entries[index];
        entry->tag = (struct mapsan_tag){.map = map};
        entry->references = 0;
        __atomic_store_n(&entry->next, link_to(entry->next, link_index(at.current), false),
                         __ATOMIC_RELEASE);
        if (swap(at.previous, at.current, link_to(at.current, index, false))) {
            __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
            return &entry->tag;
        }
        __atomic_store_n(&entry->tag.map, MAPSAN_NO_MAP, __ATOMIC_RELAXED);
    }
}

bool mapsan_table_forget(const void *map) {
    struct position at;
    while (seek(map, &at)) {
        struct mapsan_entry *entry = &entries[link_index(at.current)];
        if (!swap(&entry->next, at.next, link_to(at.next, link_index(at.next), true)))
            continue;
        /* Ours to forget. The caches of other threads recognise the entry by its key: no more. */
        __atomic_store_n(&entry->tag.map, MAPSAN_NO_MAP, __ATOMIC_RELEASE);
        __atomic_fetch_sub(&count, 1, __ATOMIC_RELAXED);
        const uint32_t index = link_index(at.current);
        part(index);
        if (swap(at.previous, at.current, link_to(at.current, link_index(at.next), false)))
            part(index);
        else
            seek(map, &at); /* the list changed: let the walk unlink it */
        return true;
    }
    return false;
}

bool mapsan_table_owns(const struct mapsan_tag *tag) {
    const uintptr_t place = (uintptr_t)tag, base = (uintptr_t)entries;
    return place >= base && place < base + capacity * sizeof *entries;
}

uint32_t *mapsan_table_references(struct mapsan_tag *tag) {
    return &((struct mapsan_entry *)tag)->references;
}

size_t mapsan_table_count(void) { return __atomic_load_n(&count, __ATOMIC_RELAXED); }

size_t mapsan_table_refused(void) { return __atomic_load_n(&refused, __ATOMIC_RELAXED); }
