/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What rawmap alone promises: an insertion moves eight slots at most, replaced tables leave in
 * pieces or are kept for readers within the stated bound, presized maps do not allocate. And
 * rawmap_spmc with readers at work: every answer that a reader gets must have been right at some
 * time between its question and the answer, also in the light of what other readers have been told
 * before.
 */
#include "testing.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include <mapsan/maps/rawmap.h>

static void insertions_move_eight_slots(void) {
    struct rawmap *map = rawmap_new(NULL);
    uint64_t moved = 0;
    struct rawmap_table *table = NULL;
    bool grew = false, left_in_pieces = false;
    for (uint64_t i = 1; i < 200000; i++) {
        CHECK(rawmap_put(map, i, i) == 1);
        if (map->table == table && table->old != NULL) {
            CHECK(table->moved - moved == RAWMAP_MOVES);
            grew = true;
        }
        left_in_pieces = left_in_pieces || map->leaving != NULL;
        table = map->table;
        moved = table->moved;
    }
    CHECK(grew && left_in_pieces && map->leaving == NULL);
    rawmap_free(map);
}

static uint64_t allocations;

static void *allocate(void *context, size_t size, size_t alignment) {
    allocations++;
    return rawmap_allocator.allocate(context, size, alignment);
}

static void release(void *context, void *memory, size_t size, size_t alignment) {
    rawmap_allocator.release(context, memory, size, alignment);
}

static void presized_maps_do_not_allocate(void) {
    static const struct mapsan_map_allocator counting = {allocate, release, NULL};
    for (uint64_t capacity = 1; capacity < 3000; capacity += 13) {
        struct mapsan_map_options options = {.capacity = capacity, .allocator = &counting};
        struct rawmap *map = rawmap_new(&options);
        allocations = 0;
        for (uint64_t i = 1; i <= capacity; i++)
            CHECK(rawmap_put(map, i, i) == 1);
        CHECK(allocations == 0 && rawmap_len(map) == capacity);
        rawmap_free(map);
    }
}

static void kept_tables_are_smaller_than_the_one_in_use(void) {
    struct rawmap_spmc *map = rawmap_spmc_new(NULL);
    for (uint64_t i = 1; i < 100000; i++) {
        uint64_t kept = 0;
        CHECK(rawmap_spmc_put(map, i, i) == 1);
        struct rawmap_table *retained = map->map.retained;
        for (; retained != NULL; retained = retained->next_retained)
            kept += retained->mask + 1;
        CHECK(kept <= map->map.table->mask);
    }
    CHECK(map->map.retained != NULL);
    rawmap_spmc_reclaim(map);
    CHECK(map->map.retained == NULL);
    rawmap_spmc_free(map);
}

/* ---- readers --------------------------------------------------------------------------------- */

#define KEYS 300
#define READERS 2
#define READS 5000000 /* in all, or as many as fit into the time */
#define SECONDS 1

/* The state of each key is a number that only grows: even, it is the key's value, odd, the key is
 * absent. `begun` is ahead of the map and `done` behind it; `told` is what a reader was answered.
 */
static struct rawmap_spmc *shared;
static _Atomic uint64_t begun[KEYS], done[KEYS], told[KEYS];
static _Atomic uint64_t reads;
static _Atomic bool stop;

static uint64_t key_at(uint64_t i) { return i == 1 ? UINT64_MAX : i; }

static void advance(uint64_t i) {
    uint64_t state = atomic_load(&done[i]) + 1;
    atomic_store(&begun[i], state);
    if (state % 2 == 1)
        CHECK(rawmap_spmc_remove(shared, key_at(i)) == 1);
    else
        CHECK(rawmap_spmc_put(shared, key_at(i), state) == 1);
    atomic_store(&done[i], state);
}

static bool is_steady(uint64_t i) { return i % 3 == 2; }

/* From even to even. */
static void overwrite(uint64_t i) {
    uint64_t state = atomic_load(&done[i]) + 2;
    atomic_store(&begun[i], state);
    CHECK(rawmap_spmc_put(shared, key_at(i), state) == 0);
    atomic_store(&done[i], state);
}

static void raise_told(uint64_t i, uint64_t state) {
    uint64_t last = atomic_load(&told[i]);
    while (last < state && !atomic_compare_exchange_weak(&told[i], &last, state))
        ;
}

/* A third of the keys is only ever overwritten: they must always be there. */
static void read_one(uint64_t i) {
    uint64_t value, least = atomic_load(&done[i]), said = atomic_load(&told[i]);
    least = said > least ? said : least;
    bool found = rawmap_spmc_get(shared, key_at(i), &value);
    uint64_t most = atomic_load(&begun[i]);
    if (found) {
        CHECK(value % 2 == 0 && value >= least && value <= most);
        raise_told(i, value);
    } else {
        uint64_t absent = least | 1;
        CHECK(!is_steady(i));
        CHECK(absent <= most);
        raise_told(i, absent);
    }
}

static void *read_all(void *unused) {
    uint64_t random = (uintptr_t)&random;
    test_context = "reader";
    while (!atomic_load(&stop)) {
        /* One in four for the two keys that are not in tables. */
        uint64_t dice = mapsan_random_next(&random);
        read_one(dice % 4 == 0 ? dice / 4 % 2 : dice / 4 % KEYS);
        CHECK(!rawmap_spmc_get(shared, UINT64_C(1) << 40 | dice >> 24, NULL));
        CHECK(rawmap_spmc_len(shared) < 1000000);
        atomic_fetch_add_explicit(&reads, 1, memory_order_relaxed);
    }
    return unused;
}

/* Others come and go, so that the table is replaced again and again, to the same size and bigger.
 */
static void disturb(uint64_t round) {
    for (uint64_t i = 0; i < 40; i++)
        CHECK(rawmap_spmc_put(shared, (UINT64_C(1) << 32) + round * 40 + i, 0) == 1);
    for (uint64_t i = 0; i < 40 && round >= 10 && (round > 1000 || round % 64 != 0); i++)
        CHECK(rawmap_spmc_remove(shared, (UINT64_C(1) << 32) + (round - 10) * 40 + i) <= 1);
}

static void readers_get_right_answers(void) {
    pthread_t ids[READERS];
    uint64_t random = 1;
    shared = rawmap_spmc_new(NULL);
    for (uint64_t i = 0; i < KEYS; i++)
        CHECK(rawmap_spmc_put(shared, key_at(i), 0) == 1);
    for (unsigned i = 0; i < READERS; i++)
        CHECK(pthread_create(&ids[i], NULL, read_all, NULL) == 0);
    time_t end = time(NULL) + SECONDS;
    for (uint64_t round = 0; atomic_load(&reads) < READS && time(NULL) <= end; round++) {
        for (unsigned step = 0; step < 40; step++) {
            uint64_t dice = mapsan_random_next(&random);
            uint64_t i = dice % 4 == 0 ? dice / 4 % 2 : dice / 4 % KEYS;
            if (is_steady(i))
                overwrite(i);
            else
                advance(i);
        }
        disturb(round);
    }
    atomic_store(&stop, true);
    for (unsigned i = 0; i < READERS; i++)
        CHECK(pthread_join(ids[i], NULL) == 0);
    uint64_t replaced = 0;
    for (struct rawmap_table *t = shared->map.retained; t != NULL; t = t->next_retained)
        replaced++;
    CHECK(replaced > 10 && atomic_load(&reads) > 0);
    rawmap_spmc_free(shared);
}

int main(void) {
    static void (*const tests[])(void) = {
        insertions_move_eight_slots,
        presized_maps_do_not_allocate,
        kept_tables_are_smaller_than_the_one_in_use,
        readers_get_right_answers,
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tests[i]();
    return 0;
}
