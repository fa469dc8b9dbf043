/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Measures one cell; see bench_main.c for how. Key number i is the i-th of splitmix64's bijection,
 * so that every program makes the same keys, and threads draw them in the same pseudo-random order.
 */
#include "cell.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct workload workloads[] = {
    {"get", WORKLOAD_MIX, 0, false},
    {"mix95", WORKLOAD_MIX, 5, false},
    {"mix90", WORKLOAD_MIX, 10, false},
    {"mix50", WORKLOAD_MIX, 50, false},
    {"get_zipf", WORKLOAD_MIX, 0, true},
    {"mix90_zipf", WORKLOAD_MIX, 10, true},
    {"latency90", WORKLOAD_LATENCY, 10, false},
    {"latency50", WORKLOAD_LATENCY, 50, false},
    {"insert", WORKLOAD_INSERT, 100, false},
    {"churn", WORKLOAD_CHURN, 100, false},
    {"iterate", WORKLOAD_ITERATE, 0, false},
};
const size_t workload_count = sizeof workloads / sizeof *workloads;

#define BENCH_DRIVER(name) extern const struct bench_driver bench_##name;
#include "bench_drivers.def"
#undef BENCH_DRIVER
#define BENCH_DRIVER(name) &bench_##name,
const struct bench_driver *const drivers[] = {
#include "bench_drivers.def"
};
#undef BENCH_DRIVER
const size_t driver_count = sizeof drivers / sizeof *drivers;
const char missing_peers[] = BENCH_MISSING_PEERS;

static uint64_t key_of(uint64_t number) {
    uint64_t word = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    return word ^ (word >> 31);
}

static uint64_t *make_keys(uint64_t first, uint64_t count) {
    uint64_t *keys = malloc(count * sizeof *keys);
    for (uint64_t i = 0; i < count; i++)
        keys[i] = key_of(first + i);
    return keys;
}

/* Long enough that branch predictors do not learn it, short enough for small maps to stay in cache.
 */
static size_t stream_length(uint64_t keys) { return keys <= 100000 ? 1u << 16 : 1u << 20; }

/* Zipf's law with exponent one, nearly: ranks are even on a logarithmic scale. The exact draw needs
 * the harmonic number, and differs by less than 3 % from rank 10 on. */
static uint64_t draw(const struct cell *cell, uint64_t random) {
    if (!cell->workload->zipf)
        return random % cell->keys;
    double even = (double)(random % (1u << 30)) / (1u << 30);
    uint64_t rank = (uint64_t)exp(even * log((double)cell->keys)) - 1;
    return rank < cell->keys ? rank : cell->keys - 1;
}

static struct bench_stream make_stream(const struct cell *cell, uint64_t thread) {
    size_t length = stream_length(cell->keys);
    uint64_t *keys = malloc(length * sizeof *keys), state = key_of(UINT64_C(1) << 40) + thread;
    uint8_t *write = malloc(length);
    for (size_t i = 0; i < length; i++) {
        uint64_t random = key_of(state++ * 3);
        keys[i] = key_of(draw(cell, random >> 8));
        write[i] = (random & 0xff) * 100 < cell->workload->writes * 256u;
    }
    return (struct bench_stream){keys, write, length};
}

struct worker {
    const struct bench_driver *driver;
    void *map;
    struct bench_stream stream;
    unsigned passes;
    _Atomic int *waiting;
    uint32_t *nanoseconds; /* of the last pass's operations, if each is to be timed */
    uint64_t sum, begin, end;
};

static void pass(struct worker *self) {
    if (self->nanoseconds != NULL)
        self->driver->timed(self->map, &self->stream, self->nanoseconds);
    else
        self->sum += self->driver->mix(self->map, &self->stream);
}

static void *work(void *argument) {
    struct worker *self = argument;
    if (self->driver->thread_begin != NULL)
        self->driver->thread_begin();
    atomic_fetch_sub(self->waiting, 1);
    while (atomic_load(self->waiting) > 0)
        ;
    self->begin = bench_now();
    for (unsigned i = 0; i < self->passes; i++)
        pass(self);
    self->end = bench_now();
    if (self->driver->thread_end != NULL)
        self->driver->thread_end();
    return NULL;
}

/* Wall time of all threads' passes. */
static uint64_t run_threads(const struct bench_driver *driver, void *map,
                            struct bench_stream *streams, unsigned threads, unsigned passes,
                            struct latency *latency) {
    if (threads == 1 && latency == NULL) {
        volatile uint64_t sink = 0;
        uint64_t begin = bench_now();
        for (unsigned pass = 0; pass < passes; pass++)
            sink += driver->mix(map, &streams[0]);
        return bench_now() - begin;
    }
    pthread_t ids[64];
    struct worker workers[64];
    _Atomic int waiting = (int)threads;
    for (unsigned i = 0; i < threads; i++) {
        workers[i] = (struct worker){.driver = driver,
                                     .map = map,
                                     .stream = streams[i],
                                     .passes = passes,
                                     .waiting = &waiting};
        if (latency != NULL)
            workers[i].nanoseconds = malloc(streams[i].count * sizeof(uint32_t));
        if (pthread_create(&ids[i], NULL, work, &workers[i]) != 0) {
            fprintf(stderr, "maps_bench: cannot start thread %u\n", i);
            exit(2);
        }
    }
    uint64_t begin = UINT64_MAX, end = 0;
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        if (latency != NULL)
            latency_add(latency, workers[i].nanoseconds, streams[i].count);
        free(workers[i].nanoseconds);
        begin = workers[i].begin < begin ? workers[i].begin : begin;
        end = workers[i].end > end ? workers[i].end : end;
    }
    return end - begin;
}

/* One map in one cell, from its first sample to the last. */
struct subject {
    const struct bench_driver *driver;
    void *map;
    uint64_t position; /* of churn in the sequence of keys */
    unsigned passes;
};

static double sample_mix(const struct cell *cell, struct subject *subject,
                         struct bench_stream *streams, uint64_t least) {
    unsigned threads = (unsigned)cell->threads;
    if (subject->passes == 0) {
        uint64_t took = run_threads(subject->driver, subject->map, streams, threads, 1, NULL);
        subject->passes = (unsigned)(least / (took + 1)) + 1;
    }
    uint64_t took =
        run_threads(subject->driver, subject->map, streams, threads, subject->passes, NULL);
    return (double)took / ((double)subject->passes * (double)streams[0].count * threads);
}

static double sample_latency(const struct cell *cell, struct subject *subject,
                             struct bench_stream *streams, uint64_t least,
                             struct latency *latency) {
    unsigned threads = (unsigned)cell->threads, rounds = 0;
    uint64_t took = 0;
    for (; took < least; rounds++)
        took += run_threads(subject->driver, subject->map, streams, threads, 1, latency);
    return (double)took / ((double)rounds * (double)streams[0].count * threads);
}

static double sample_insert(const struct cell *cell, struct subject *subject, const uint64_t *keys,
                            uint64_t least) {
    uint64_t took = 0, rounds = 0;
    for (; took < least; rounds++) {
        void *map = subject->driver->create();
        uint64_t begin = bench_now();
        subject->driver->insert(map, keys, cell->keys);
        took += bench_now() - begin;
        subject->driver->destroy(map);
    }
    return (double)took / ((double)rounds * (double)cell->keys);
}

static double sample_churn(const struct cell *cell, struct subject *subject, uint64_t least) {
    uint64_t took = 0, done = 0, count = cell->keys < 65536 ? 65536 : cell->keys;
    for (; took < least; done += count) {
        uint64_t *keys = make_keys(subject->position, count + cell->keys);
        uint64_t begin = bench_now();
        subject->driver->churn(subject->map, keys, count, cell->keys);
        took += bench_now() - begin;
        subject->position += count;
        free(keys);
    }
    return (double)took / (double)done;
}

static double sample_iterate(const struct cell *cell, struct subject *subject, uint64_t least) {
    volatile uint64_t sink = 0;
    uint64_t took = 0, rounds = 0, begin = bench_now();
    for (; took < least; rounds++) {
        sink += subject->driver->iterate(subject->map);
        took = bench_now() - begin;
    }
    return (double)took / ((double)rounds * (double)cell->keys);
}

static double sample(const struct cell *cell, struct subject *subject, struct bench_stream *streams,
                     const uint64_t *keys, uint64_t least, struct latency *latency) {
    switch (cell->workload->kind) {
    case WORKLOAD_MIX:
        return sample_mix(cell, subject, streams, least);
    case WORKLOAD_LATENCY:
        return sample_latency(cell, subject, streams, least, latency);
    case WORKLOAD_INSERT:
        return sample_insert(cell, subject, keys, least);
    case WORKLOAD_CHURN:
        return sample_churn(cell, subject, least);
    case WORKLOAD_ITERATE:
        return sample_iterate(cell, subject, least);
    }
    return 0;
}

void cell_measure(const struct cell *cell, const struct effort *effort,
                  const struct bench_driver *const *maps, size_t count, struct result *results) {
    uint64_t *keys = make_keys(0, cell->keys), least = effort->milliseconds * UINT64_C(1000000);
    struct bench_stream streams[64];
    struct subject subjects[RESULTS_MAX];
    for (uint64_t i = 0; i < cell->threads; i++)
        streams[i] = make_stream(cell, i);
    for (size_t m = 0; m < count; m++) {
        subjects[m] = (struct subject){.driver = maps[m], .map = maps[m]->create()};
        if (cell->workload->kind != WORKLOAD_INSERT)
            maps[m]->insert(subjects[m].map, keys, cell->keys);
        snprintf(results[m].name, sizeof results[m].name, "%s", maps[m]->name);
        results[m].count = 0;
    }
    /* The first round warms up and is not counted. */
    for (unsigned round = 0; round <= effort->samples; round++) {
        for (size_t m = 0; m < count; m++) {
            if (round <= 1)
                memset(&results[m].latency, 0, sizeof results[m].latency);
            double took = sample(cell, &subjects[m], streams, keys, least, &results[m].latency);
            if (round > 0)
                results[m].samples[results[m].count++] = took;
        }
    }
    for (size_t m = 0; m < count; m++)
        maps[m]->destroy(subjects[m].map);
    for (uint64_t i = 0; i < cell->threads; i++) {
        free((void *)(uintptr_t)streams[i].keys);
        free((void *)(uintptr_t)streams[i].write);
    }
    free(keys);
}

size_t cell_measure_peer(const struct cell *cell, const struct effort *effort, const char *program,
                         struct result *results, size_t room) {
    char command[1024], line[4096];
    snprintf(command, sizeof command, "'%s' %s %u %llu %llu %u %u %zu", program,
             cell->workload->name, cell->workload->writes, (unsigned long long)cell->keys,
             (unsigned long long)cell->threads, effort->samples, effort->milliseconds,
             stream_length(cell->keys));
    FILE *output = popen(command, "r");
    size_t count = 0;
    while (output != NULL && count < room && fgets(line, sizeof line, output) != NULL) {
        struct result *result = &results[count];
        int used = 0, step;
        if (sscanf(line, "%39s%n", result->name, &used) != 1)
            continue;
        for (result->count = 0; result->count < SAMPLES_MAX; result->count++, used += step)
            if (sscanf(line + used, "%lf%n", &result->samples[result->count], &step) != 1)
                break;
        count += result->count > 0;
    }
    if (output == NULL || pclose(output) != 0)
        fprintf(stderr, "maps_bench: the peer program %s failed\n", program);
    return count;
}
