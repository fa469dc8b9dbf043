/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Every shared map under all of its operations at once, for the sanitizers to watch and with sums
 * that must come out: increments are not lost, values never come apart, what is put under one's own
 * keys is found there, each entry is visited once.
 */
#include "keys.h"
#include "suite.h"
#include "testing.h"

#include <pthread.h>

#define THREADS 4
#define SHARED_KEYS 64
#define STEPS 100000

struct worker {
    const struct map_driver *driver;
    void *map;
    uint64_t number;
    uint64_t random;
    uint64_t added[SHARED_KEYS];
};

static enum mapsan_map_decision increment(void *context, const void *key, void *value,
                                          bool present) {
    uint64_t count;
    (void)context, (void)key, (void)present;
    memcpy(&count, value, sizeof count);
    count++;
    memcpy(value, &count, sizeof count);
    return MAPSAN_UPDATE_STORE;
}

static void call_update(struct worker *self, uint64_t number) {
    _Alignas(16) char key[KEY_ROOM];
    self->driver->make_key(number, key);
    CHECK(self->driver->update(self->map, key, increment, NULL) == MAPSAN_MAP_YES);
    self->added[number]++;
}

/* The same by compare and swap. */
static void swap_in(struct worker *self, uint64_t number) {
    _Alignas(16) char key[KEY_ROOM];
    self->driver->make_key(number, key);
    for (;;) {
        uint64_t old = 0;
        int put = self->driver->get_or_put(self->map, key, &old);
        CHECK(put >= 0);
        uint64_t new = old + 1;
        if (self->driver->compare_and_swap(self->map, key, &old, &new) == MAPSAN_MAP_YES)
            break;
    }
    self->added[number]++;
}

/* Keys that only this thread uses: the map is a plain map to it. They come and go, so the table
 * grows and has holes while others are in it. */
static void use_own_keys(struct worker *self, uint64_t dice) {
    _Alignas(16) char key[KEY_ROOM];
    uint64_t number = SHARED_KEYS + 1000 * self->number + dice % 1000, value = number * 3, out = 0;
    self->driver->make_key(number, key);
    CHECK(self->driver->put(self->map, key, &value) >= 0);
    CHECK(self->driver->get(self->map, key, &out) && out == value);
    if (dice % 3 == 0)
        CHECK(self->driver->take(self->map, key, NULL, &out) == 1 && out == value);
    if (dice % 3 == 1)
        CHECK(self->driver->remove(self->map, key) == 1);
    if (dice % 3 != 2)
        CHECK(!self->driver->get(self->map, key, &out));
}

static bool check_entry(void *context, const void *key, const void *value_bytes) {
    struct worker *self = ((void **)context)[0];
    unsigned char *seen = ((void **)context)[1];
    uint64_t number = self->driver->key_number(key), value;
    memcpy(&value, value_bytes, sizeof value);
    CHECK(seen[number] == 0);
    seen[number] = 1;
    CHECK(number < SHARED_KEYS || value == number * 3);
    return true;
}

static void visit_all(struct worker *self) {
    static _Thread_local unsigned char seen[TEST_KEYS];
    void *context[] = {self, seen};
    memset(seen, 0, sizeof seen);
    CHECK(self->driver->each(self->map, check_entry, context));
    CHECK(self->driver->len(self->map) <= SHARED_KEYS + 1000 * THREADS);
}

static void *work(void *argument) {
    struct worker *self = argument;
    test_context = self->driver->name;
    for (unsigned i = 0; i < STEPS; i++) {
        uint64_t dice = mapsan_random_next(&self->random), number = (dice >> 32) % SHARED_KEYS;
        if (i % 1024 == 0)
            visit_all(self);
        else if (dice % 4 == 0)
            call_update(self, number);
        else if (dice % 4 == 1)
            swap_in(self, number);
        else
            use_own_keys(self, dice >> 8);
    }
    return NULL;
}

static void all_operations(const struct map_driver *driver) {
    static struct worker workers[THREADS];
    pthread_t ids[THREADS];
    void *map = driver->create(NULL);
    for (uint64_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.driver = driver, .map = map, .number = i, .random = i};
        CHECK(pthread_create(&ids[i], NULL, work, &workers[i]) == 0);
    }
    for (uint64_t i = 0; i < THREADS; i++)
        CHECK(pthread_join(ids[i], NULL) == 0);
    for (uint64_t number = 0; number < SHARED_KEYS; number++) {
        _Alignas(16) char key[KEY_ROOM];
        uint64_t added = 0, value = 0;
        for (uint64_t i = 0; i < THREADS; i++)
            added += workers[i].added[number];
        driver->make_key(number, key);
        CHECK(driver->get(map, key, &value) == (added > 0) && value == added);
    }
    driver->clear(map);
    CHECK(driver->len(map) == 0);
    driver->destroy(map);
}

static bool is_shared(const struct map_driver *driver) { return driver->threads; }

int main(int argc, char **argv) {
    static const struct test tests[] = {{"all operations", all_operations}};
    return run_suite(argc, argv, is_shared, tests, 1);
}
