/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Memory that readers may still be in, for every shared map: nothing is freed under a reader (freed
 * blocks are poisoned, and every value read is checked), and what waits to be freed stays within
 * its bound, whatever threads come and go.
 */
#include "keys.h"
#include "suite.h"
#include "testing.h"

#include <mapsan/maps/epoch.h>
#include <mapsan/maps/limbo.h>

#include <pthread.h>
#include <stdatomic.h>

#define KEYS 200
#define WRITES 20000
#define GENERATIONS 12

static struct {
    _Atomic uint64_t live; /* blocks */
    _Atomic uint64_t peak;
} heap;

static void *allocate(void *context, size_t size, size_t alignment) {
    (void)context;
    uint64_t live = atomic_fetch_add(&heap.live, 1) + 1;
    uint64_t peak = atomic_load(&heap.peak);
    while (live > peak && !atomic_compare_exchange_weak(&heap.peak, &peak, live))
        ;
    return mapsan_map_system_allocator.allocate(NULL, size, alignment);
}

static void release(void *context, void *memory, size_t size, size_t alignment) {
    (void)context;
    memset(memory, 0xdd, size);
    atomic_fetch_sub(&heap.live, 1);
    mapsan_map_system_allocator.release(NULL, memory, size, alignment);
}

static const struct mapsan_map_allocator poisoning = {allocate, release, NULL};

struct job {
    const struct map_driver *driver;
    void *map;
    uint64_t seed;
    _Atomic bool *stop;
};

/* Values say which key they belong to. */
static uint64_t value_for(uint64_t key, uint64_t salt) { return salt * 1000 + key; }

static void check_value(uint64_t key, uint64_t value) { CHECK(value % 1000 == key); }

static void *write_values(void *argument) {
    struct job *job = argument;
    uint64_t random = job->seed;
    test_context = job->driver->name;
    for (unsigned i = 0; i < WRITES; i++) {
        _Alignas(16) char key[KEY_ROOM];
        uint64_t dice = mapsan_random_next(&random), number = dice % KEYS;
        uint64_t value = value_for(number, dice >> 40), old = 0;
        job->driver->make_key(number, key);
        if ((dice >> 24) % 4096 == 0) {
            job->driver->clear(job->map);
        } else if ((dice >> 20) % 4 == 0) {
            if (job->driver->take(job->map, key, NULL, &old) == MAPSAN_MAP_YES)
                check_value(number, old);
        } else {
            CHECK(job->driver->put(job->map, key, &value) >= 0);
        }
    }
    return NULL;
}

static bool check_entry(void *context, const void *key, const void *bytes) {
    const struct job *job = context;
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    check_value(job->driver->key_number(key), value);
    return true;
}

static void *read_values(void *argument) {
    struct job *job = argument;
    uint64_t random = job->seed;
    test_context = job->driver->name;
    for (unsigned i = 0; !atomic_load_explicit(job->stop, memory_order_relaxed); i++) {
        _Alignas(16) char key[KEY_ROOM];
        uint64_t number = mapsan_random_next(&random) % KEYS, value = 0;
        job->driver->make_key(number, key);
        if (job->driver->get(job->map, key, &value))
            check_value(number, value);
        if (i % 256 == 0)
            CHECK(job->driver->each(job->map, check_entry, job));
    }
    return NULL;
}

static void reset_heap(void) {
    atomic_store(&heap.live, 0);
    atomic_store(&heap.peak, 0);
}

static void nothing_is_freed_under_a_reader(const struct map_driver *driver) {
    struct mapsan_map_options options = {.allocator = &poisoning};
    _Atomic bool stop = false;
    reset_heap();
    void *map = driver->create(&options);
    struct job jobs[4];
    pthread_t ids[4];
    for (uint64_t i = 0; i < 4; i++) {
        jobs[i] = (struct job){driver, map, i + 1, &stop};
        CHECK(pthread_create(&ids[i], NULL, i < 2 ? write_values : read_values, &jobs[i]) == 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        if (i == 2)
            atomic_store(&stop, true);
        CHECK(pthread_join(ids[i], NULL) == 0);
    }
    driver->destroy(map);
    CHECK(atomic_load(&heap.live) == 0);
}

/* Threads come, write and go; what one leaves in limbo the next one finds. Without readers the
 * bound is three batches for each limbo in use, and each map has at most one per thread here. */
static void garbage_is_bounded(const struct map_driver *driver) {
    struct mapsan_map_options options = {.allocator = &poisoning};
    _Atomic bool stop = false;
    reset_heap();
    void *map = driver->create(&options);
    struct job job = {driver, map, 7, &stop};
    for (uint64_t generation = 0; generation < GENERATIONS; generation++) {
        pthread_t id;
        job.seed = generation;
        CHECK(pthread_create(&id, NULL, write_values, &job) == 0);
        CHECK(pthread_join(id, NULL) == 0);
    }
    /* An entry may take a few blocks, and the table may be there twice. */
    CHECK(atomic_load(&heap.peak) <= 8 * KEYS + driver->garbage);
    driver->clear(map);
    CHECK(atomic_load(&heap.live) <= 40);
    driver->destroy(map);
    CHECK(atomic_load(&heap.live) == 0);
}

/* The epoch does not advance past a section, and does so after it. */
static void epochs_wait_for_sections(void) {
    test_context = "epochs";
    mapsan_epoch_prepare();
    CHECK(!mapsan_epoch_inside());
    mapsan_epoch_enter();
    mapsan_epoch_enter();
    uint64_t now = mapsan_epoch_now();
    CHECK(mapsan_epoch_inside());
    CHECK(mapsan_epoch_advance());
    CHECK(!mapsan_epoch_advance());
    mapsan_epoch_leave();
    CHECK(!mapsan_epoch_advance() && mapsan_epoch_now() == now + 1);
    mapsan_epoch_leave();
    CHECK(mapsan_epoch_advance() && mapsan_epoch_advance());
    mapsan_epoch_quiesce();
    mapsan_epoch_enter_shared();
    CHECK(!mapsan_epoch_advance());
    mapsan_epoch_leave_shared();
    CHECK(mapsan_epoch_advance());
}

/* While a section lasts nothing is handed back; then all is. */
static void limbo_holds_back(void) {
    static struct mapsan_limbo_link blocks[1000];
    struct mapsan_limbo limbo = {0};
    unsigned freed = 0;
    test_context = "limbo";
    mapsan_epoch_enter();
    for (unsigned i = 0; i < 1000; i++)
        CHECK(mapsan_limbo_retire(&limbo, &blocks[i]) == NULL);
    CHECK(mapsan_limbo_collect(&limbo) == NULL);
    mapsan_epoch_leave();
    mapsan_epoch_quiesce();
    for (struct mapsan_limbo_link *block = mapsan_limbo_collect(&limbo); block != NULL;
         block = block->next)
        freed++;
    CHECK(freed == 1000 && mapsan_limbo_drain(&limbo) == NULL);
}

static bool is_shared(const struct map_driver *driver) { return driver->threads; }

int main(int argc, char **argv) {
    static const struct test tests[] = {
        {"nothing is freed under a reader", nothing_is_freed_under_a_reader},
        {"garbage is bounded", garbage_is_bounded},
    };
    epochs_wait_for_sections();
    limbo_holds_back();
    return run_suite(argc, argv, is_shared, tests, 2);
}
