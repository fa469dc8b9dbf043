/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * How long single operations take: a histogram with 16 steps for each doubling, so that a
 * percentile is right to one part in sixteen whatever its size, in a fixed place (the idea of
 * HdrHistogram). A mean hides the operation that grows the table; the last column here is it.
 */
#ifndef MAPSAN_BENCH_LATENCY_H
#define MAPSAN_BENCH_LATENCY_H

#include <stddef.h>
#include <stdint.h>

#define LATENCY_STEPS 16
#define LATENCY_BUCKETS (LATENCY_STEPS * 33)

struct latency {
    uint64_t counts[LATENCY_BUCKETS];
    uint64_t total;
    uint32_t longest;
};

void latency_add(struct latency *self, const uint32_t *nanoseconds, size_t count);
/* Of all of which `per_100000` in 100,000 took no longer; 0 if there are none. */
uint64_t latency_at(const struct latency *self, uint64_t per_100000);

#endif
