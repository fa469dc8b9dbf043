/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * What the hooks cost, in nanoseconds of CPU time, uncontended: the fastest of many short runs, so
 * that other work on the machine counts as little as possible. "over" subtracts the same number of
 * calls of an empty function with the same arguments.
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "mapsan/hooks.h"

enum { RUNS = 300, LOOPS = 200000 };

static int map;
static struct mapsan_tag tag;
static const struct mapsan_site read_site = {"bench_read",   "map", __FILE__,   "main", __LINE__, 0,
                                             MAPSAN_OP_READ, 0,     MAPSAN_ABI, 0};
static const struct mapsan_site iterate_site = {
    "bench_iterate", "map", __FILE__, "main", __LINE__, 0, MAPSAN_OP_ITERATE, 0, MAPSAN_ABI, 0};
static const struct mapsan_site write_site = {
    "bench_write", "map", __FILE__, "main", __LINE__, 0, MAPSAN_OP_WRITE, 0, MAPSAN_ABI, 0};

void empty(const void *object, const struct mapsan_site *site);

/* Weak, so that no knowledge of its arguments makes it another function. */
__attribute__((weak)) void empty(const void *object, const struct mapsan_site *site) {
    __asm__ volatile("" ::"r"(object), "r"(site) : "memory");
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

#define MEASURE(...)                                                                               \
    ({                                                                                             \
        double best = 1e9;                                                                         \
        for (int run = 0; run < RUNS; run++) {                                                     \
            const double start = now();                                                            \
            for (int i = 0; i < LOOPS; i++) {                                                      \
                __VA_ARGS__;                                                                       \
            }                                                                                      \
            const double one = (now() - start) / LOOPS;                                            \
            best = one < best ? one : best;                                                        \
        }                                                                                          \
        best;                                                                                      \
    })

static double two_calls;

static void report(const char *name, double pair) {
    printf("%-32s pair %6.2f ns, over two empty calls %6.2f ns, each hook over its call %5.2f ns\n",
           name, pair, pair - two_calls, (pair - two_calls) / 2);
}

static void *use_once(void *unused) {
    __mapsan_map_read_begin(&map, &read_site);
    __mapsan_map_read_end(&map, &read_site);
    return unused;
}

int main(void) {
    pthread_t thread;
    two_calls = MEASURE(empty(&map, &read_site); empty(&map, &read_site));
    printf("%-32s pair %6.2f ns\n", "two empty calls", two_calls);
    report("read, map in the side table", MEASURE(__mapsan_map_read_begin(&map, &read_site);
                                                  __mapsan_map_read_end(&map, &read_site)));
    report("read, map with a tag",
           MEASURE(__mapsan_tag_read_begin(&tag, &map, &read_site); __mapsan_tag_read_end(&tag)));
    report("iterate, map in the side table",
           MEASURE(__mapsan_map_iterate_begin(&map, &iterate_site);
                   __mapsan_map_iterate_end(&map, &iterate_site)));
    report("write, map in the side table", MEASURE(__mapsan_map_write_begin(&map, &write_site);
                                                   __mapsan_map_write_end(&map, &write_site)));
    report("write, map with a tag", MEASURE(__mapsan_tag_write_begin(&tag, &map, &write_site);
                                            __mapsan_tag_write_end(&tag)));
    __mapsan_map_iterate_begin(&map, &iterate_site);
    report("read inside an iteration", MEASURE(__mapsan_map_read_begin(&map, &read_site);
                                               __mapsan_map_read_end(&map, &read_site)));
    __mapsan_map_iterate_end(&map, &iterate_site);
    pthread_create(&thread, NULL, use_once, NULL);
    pthread_join(thread, NULL);
    report("read, two threads use the map", MEASURE(__mapsan_map_read_begin(&map, &read_site);
                                                    __mapsan_map_read_end(&map, &read_site)));
    report("write, two threads use the map", MEASURE(__mapsan_map_write_begin(&map, &write_site);
                                                     __mapsan_map_write_end(&map, &write_site)));
    return 0;
}
