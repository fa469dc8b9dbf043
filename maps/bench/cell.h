/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* One cell of the benchmark: a workload, a number of keys, a number of threads. */
#ifndef MAPSAN_BENCH_CELL_H
#define MAPSAN_BENCH_CELL_H

#include "bench.h"
#include "latency.h"

#define SAMPLES_MAX 101
#define RESULTS_MAX 48

enum workload_kind {
    WORKLOAD_MIX,
    WORKLOAD_LATENCY, /* a mix of which every operation is timed */
    WORKLOAD_INSERT,
    WORKLOAD_CHURN,
    WORKLOAD_ITERATE,
};

struct workload {
    const char *name;
    enum workload_kind kind;
    unsigned writes; /* in 100 operations of a mix; they overwrite */
    bool zipf;       /* the n-th most frequent key comes 1/n as often as the first, not all alike */
};
extern const struct workload workloads[];
extern const size_t workload_count;

/* All maps that were found at build time, and the names of those that were not. */
extern const struct bench_driver *const drivers[];
extern const size_t driver_count;
extern const char missing_peers[];

struct cell {
    const struct workload *workload;
    uint64_t keys;
    uint64_t threads;
};

struct effort {
    unsigned samples;
    unsigned milliseconds; /* each sample's least duration */
};

struct result {
    char name[40];
    double samples[SAMPLES_MAX]; /* nanoseconds per operation */
    unsigned count;
    struct latency latency; /* of all samples together; of a WORKLOAD_LATENCY */
};

void cell_measure(const struct cell *cell, const struct effort *effort,
                  const struct bench_driver *const *maps, size_t count, struct result *results);
/* Runs `program` on the cell and reads lines "name sample sample ..."; returns how many. */
size_t cell_measure_peer(const struct cell *cell, const struct effort *effort, const char *program,
                         struct result *results, size_t room);

#endif
