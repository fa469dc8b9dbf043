/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * First the checker is checked, on histories with a known answer; then every map that threads may
 * share is run by four threads on a handful of keys, and the recorded history judged.
 */
#include "keys.h"
#include "linearizability.h"
#include "suite.h"
#include "testing.h"

#include <pthread.h>
#include <stdatomic.h>

#define THREADS 4
#define EVENTS 4000
#define KEYS 6
#define ROUNDS 12

#define EVENT(operation, input, expected, result, output, begin, end)                              \
    {HISTORY_##operation, 1, input, expected, result, output, begin, end}
#define HISTORY(...)                                                                               \
    {(struct history_event[]){__VA_ARGS__},                                                        \
     sizeof((struct history_event[]){__VA_ARGS__}) / sizeof(struct history_event)}

static void expect(bool linearizable, const struct history *threads, size_t count) {
    uint64_t key;
    CHECK(history_is_linearizable(threads, count, &key) == linearizable);
}

static void checker_knows_right_from_wrong(void) {
    struct history overlapping[] = {
        HISTORY(EVENT(PUT, 5, 0, 1, 0, 0, 10)),
        HISTORY(EVENT(GET, 0, 0, 1, 5, 2, 4), EVENT(GET, 0, 0, 1, 5, 5, 6))};
    expect(true, overlapping, 2);
    /* Read it, then did not: no moment of the put explains both. */
    struct history backwards[] = {
        HISTORY(EVENT(PUT, 5, 0, 1, 0, 0, 10)),
        HISTORY(EVENT(GET, 0, 0, 1, 5, 2, 4), EVENT(GET, 0, 0, 0, 0, 5, 6))};
    expect(false, backwards, 2);
    struct history lost_put[] = {HISTORY(EVENT(PUT, 5, 0, 1, 0, 0, 1)),
                                 HISTORY(EVENT(GET, 0, 0, 0, 0, 2, 3))};
    expect(false, lost_put, 2);
    struct history both_new[] = {HISTORY(EVENT(PUT, 5, 0, 1, 0, 0, 10)),
                                 HISTORY(EVENT(PUT, 6, 0, 1, 0, 0, 10))};
    expect(false, both_new, 2);
    struct history lost_update[] = {HISTORY(EVENT(ADD, 1, 0, 0, 0, 0, 10)),
                                    HISTORY(EVENT(ADD, 1, 0, 0, 0, 0, 10))};
    expect(false, lost_update, 2);
    struct history two_updates[] = {HISTORY(EVENT(ADD, 1, 0, 0, 0, 0, 10)),
                                    HISTORY(EVENT(ADD, 1, 0, 1, 1, 0, 10))};
    expect(true, two_updates, 2);
    struct history taken_twice[] = {
        HISTORY(EVENT(PUT, 5, 0, 1, 0, 0, 1), EVENT(TAKE, 0, 0, 1, 5, 2, 9)),
        HISTORY(EVENT(TAKE, 0, 0, 1, 5, 2, 9))};
    expect(false, taken_twice, 2);
    struct history swapped_both[] = {
        HISTORY(EVENT(PUT, 5, 0, 1, 0, 0, 1), EVENT(COMPARE_AND_SWAP, 6, 5, 1, 0, 2, 9)),
        HISTORY(EVENT(COMPARE_AND_SWAP, 7, 5, 1, 0, 2, 9))};
    expect(false, swapped_both, 2);
    struct history put_then_seen[] = {
        HISTORY(EVENT(GET_OR_PUT, 5, 0, 1, 5, 0, 9)), HISTORY(EVENT(GET_OR_PUT, 6, 0, 0, 5, 0, 9)),
        HISTORY(EVENT(TAKE, 0, 0, 1, 5, 3, 12), EVENT(GET, 0, 0, 0, 0, 13, 14))};
    expect(true, put_then_seen, 3);
}

struct recorder {
    const struct map_driver *driver;
    void *map;
    _Atomic int *waiting;
    uint64_t random;
    struct history history;
    struct history_event events[EVENTS];
};

static enum mapsan_map_decision add(void *context, const void *key, void *value, bool present) {
    struct history_event *event = context;
    uint64_t now;
    (void)key;
    memcpy(&now, value, sizeof now);
    event->output = now;
    event->result = present;
    now += event->input;
    memcpy(value, &now, sizeof now);
    return MAPSAN_UPDATE_STORE;
}

static void perform(struct recorder *self, struct history_event *event) {
    const struct map_driver *driver = self->driver;
    _Alignas(16) char key[KEY_ROOM];
    driver->make_key(event->key, key);
    event->begin = history_now();
    switch (event->operation) {
    case HISTORY_GET:
        event->result = driver->get(self->map, key, &event->output);
        break;
    case HISTORY_PUT:
        event->result = driver->put(self->map, key, &event->input);
        break;
    case HISTORY_GET_OR_PUT:
        event->output = event->input;
        event->result = driver->get_or_put(self->map, key, &event->output);
        break;
    case HISTORY_TAKE:
        event->result = driver->take(self->map, key, NULL, &event->output);
        break;
    case HISTORY_COMPARE_AND_SWAP:
        event->result = driver->compare_and_swap(self->map, key, &event->expected, &event->input);
        break;
    case HISTORY_ADD:
        CHECK(driver->update(self->map, key, add, event) == MAPSAN_MAP_YES);
        break;
    }
    event->end = history_now();
}

static void *record(void *argument) {
    struct recorder *self = argument;
    uint64_t last[KEYS] = {0};
    test_context = self->driver->name;
    atomic_fetch_sub(self->waiting, 1);
    while (atomic_load(self->waiting) > 0)
        ;
    for (size_t i = 0; i < EVENTS; i++) {
        uint64_t dice = mapsan_random_next(&self->random);
        struct history_event *event = &self->events[i];
        event->operation = (enum history_operation)(dice % (HISTORY_ADD + 1));
        event->key = (dice >> 8) % KEYS;
        event->input = dice >> 16;
        event->expected = last[event->key];
        perform(self, event);
        /* What this thread saw last is what it expects next, so that some swaps succeed. */
        last[event->key] = event->operation == HISTORY_ADD   ? event->output + event->input
                           : event->operation == HISTORY_PUT ? event->input
                                                             : event->output;
        self->history.count++;
    }
    return NULL;
}

static void linearizable(const struct map_driver *driver) {
    static struct recorder recorders[THREADS];
    for (uint64_t round = 0; round < ROUNDS; round++) {
        pthread_t ids[THREADS];
        struct history histories[THREADS];
        _Atomic int waiting = THREADS;
        void *map = driver->create(NULL);
        for (size_t i = 0; i < THREADS; i++) {
            struct recorder *recorder = &recorders[i];
            memset(recorder, 0, sizeof *recorder);
            recorder->driver = driver;
            recorder->map = map;
            recorder->waiting = &waiting;
            recorder->random = round * THREADS + i;
            recorder->history.events = recorder->events;
            CHECK(pthread_create(&ids[i], NULL, record, recorder) == 0);
        }
        for (size_t i = 0; i < THREADS; i++) {
            CHECK(pthread_join(ids[i], NULL) == 0);
            histories[i] = recorders[i].history;
        }
        uint64_t key = 0;
        bool linearizable = history_is_linearizable(histories, THREADS, &key);
        if (!linearizable)
            fprintf(stderr, "round %llu, key %llu\n", (unsigned long long)round,
                    (unsigned long long)key);
        CHECK(linearizable);
        driver->destroy(map);
    }
}

static bool is_shared(const struct map_driver *driver) { return driver->threads; }

int main(int argc, char **argv) {
    static const struct test tests[] = {{"linearizable", linearizable}};
    checker_knows_right_from_wrong();
    return run_suite(argc, argv, is_shared, tests, 1);
}
