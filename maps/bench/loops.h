/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A template: included once per map, after these have been defined (and undefines them):
 *   BENCH_NAME, BENCH_THREADS (1 if several threads may use it), BENCH_MAP (type behind the
 * handle), BENCH_CREATE() -> BENCH_MAP *, BENCH_DESTROY(map), BENCH_GET(map, key, out) -> bool,
 *   BENCH_PUT(map, key, value), BENCH_REMOVE(map, key), BENCH_SUM(map) -> sum of all values
 *   and, for maps that must know their threads, BENCH_THREAD_BEGIN() and BENCH_THREAD_END().
 * Defines `const struct bench_driver bench_<BENCH_NAME>`. C11 and C++17.
 */
#include "bench.h"

#define BENCH_JOIN_(a, b) a##b
#define BENCH_JOIN(a, b) BENCH_JOIN_(a, b)
#define BENCH_LOCAL(part) BENCH_JOIN(BENCH_JOIN(loop_, BENCH_NAME), part)
#define BENCH_TEXT_(a) #a
#define BENCH_TEXT(a) BENCH_TEXT_(a)

static void *BENCH_LOCAL(_create)(void) { return BENCH_CREATE(); }

static void BENCH_LOCAL(_destroy)(void *handle) {
    BENCH_MAP *map = (BENCH_MAP *)handle;
    BENCH_DESTROY(map);
}

static void BENCH_LOCAL(_insert)(void *handle, const uint64_t *keys, size_t count) {
    BENCH_MAP *map = (BENCH_MAP *)handle;
    for (size_t i = 0; i < count; i++)
        BENCH_PUT(map, keys[i], i);
}

static uint64_t BENCH_LOCAL(_mix)(void *handle, const struct bench_stream *stream) {
    BENCH_MAP *map = (BENCH_MAP *)handle;
    const uint64_t *keys = stream->keys;
    const uint8_t *write = stream->write;
    uint64_t sum = 0;
    for (size_t i = 0; i < stream->count; i++) {
        if (write[i]) {
            BENCH_PUT(map, keys[i], i);
        } else {
            uint64_t value = 0;
            if (BENCH_GET(map, keys[i], &value))
                sum += value;
        }
    }
    return sum;
}

static void BENCH_LOCAL(_timed)(void *handle, const struct bench_stream *stream,
                                uint32_t *nanoseconds) {
    BENCH_MAP *map = (BENCH_MAP *)handle;
    uint64_t before = bench_now();
    for (size_t i = 0; i < stream->count; i++) {
        uint64_t value = 0;
        if (stream->write[i])
            BENCH_PUT(map, stream->keys[i], i);
        else
            (void)BENCH_GET(map, stream->keys[i], &value);
        uint64_t after = bench_now();
        nanoseconds[i] = after - before < UINT32_MAX ? (uint32_t)(after - before) : UINT32_MAX;
        before = after;
    }
}

static void BENCH_LOCAL(_churn)(void *handle, const uint64_t *keys, size_t count, size_t distance) {
    BENCH_MAP *map = (BENCH_MAP *)handle;
    for (size_t i = 0; i < count; i++) {
        BENCH_REMOVE(map, keys[i]);
        BENCH_PUT(map, keys[i + distance], i);
    }
}

static uint64_t BENCH_LOCAL(_iterate)(void *handle) {
    BENCH_MAP *map = (BENCH_MAP *)handle;
    return BENCH_SUM(map);
}

#ifdef BENCH_THREAD_BEGIN
static void BENCH_LOCAL(_thread_begin)(void) { BENCH_THREAD_BEGIN(); }
static void BENCH_LOCAL(_thread_end)(void) { BENCH_THREAD_END(); }
#else
#define BENCH_NO_THREAD_CALLS
#endif

#ifdef __cplusplus
extern "C"
#endif
    const struct bench_driver BENCH_JOIN(bench_, BENCH_NAME);
const struct bench_driver BENCH_JOIN(bench_, BENCH_NAME) = {
    BENCH_TEXT(BENCH_NAME),
    BENCH_THREADS,
    BENCH_LOCAL(_create),
    BENCH_LOCAL(_destroy),
    BENCH_LOCAL(_insert),
    BENCH_LOCAL(_mix),
    BENCH_LOCAL(_timed),
    BENCH_LOCAL(_churn),
    BENCH_LOCAL(_iterate),
#ifdef BENCH_NO_THREAD_CALLS
    NULL,
    NULL,
#else
    BENCH_LOCAL(_thread_begin), BENCH_LOCAL(_thread_end),
#endif
};

#undef BENCH_NO_THREAD_CALLS
#undef BENCH_JOIN_
#undef BENCH_JOIN
#undef BENCH_LOCAL
#undef BENCH_TEXT_
#undef BENCH_TEXT
#undef BENCH_NAME
#undef BENCH_THREADS
#undef BENCH_MAP
#undef BENCH_CREATE
#undef BENCH_DESTROY
#undef BENCH_GET
#undef BENCH_PUT
#undef BENCH_REMOVE
#undef BENCH_SUM
#undef BENCH_THREAD_BEGIN
#undef BENCH_THREAD_END
