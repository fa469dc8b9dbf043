/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the benchmark knows of a map: one table of loops, each compiled together with the map's own
 * operations (loops.h), so that nothing but the map is measured. Ours and peers look alike. Keys
 * and values are uint64_t.
 */
#ifndef MAPSAN_BENCH_H
#define MAPSAN_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

static inline uint64_t bench_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* What one thread does: keys in the order of use; where write[i] is set, key i is written. */
struct bench_stream {
    const uint64_t *keys;
    const uint8_t *write;
    size_t count;
};

struct bench_driver {
    const char *name;
    bool threads; /* may be used by several threads at once */
    void *(*create)(void);
    void (*destroy)(void *map);
    void (*insert)(void *map, const uint64_t *keys, size_t count);
    /* Gets or overwrites each key of the stream; returns something that depends on all of it. */
    uint64_t (*mix)(void *map, const struct bench_stream *stream);
    /* The same, and how long each operation took, the reading of the clock included. */
    void (*timed)(void *map, const struct bench_stream *stream, uint32_t *nanoseconds);
    /* Takes keys[i] out and puts keys[i + distance] in. */
    void (*churn)(void *map, const uint64_t *keys, size_t count, size_t distance);
    uint64_t (*iterate)(void *map);
    /* For maps that must know their threads; NULL otherwise. */
    void (*thread_begin)(void);
    void (*thread_end)(void);
};

#ifdef __cplusplus
}
#endif
#endif
