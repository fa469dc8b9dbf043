/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* See latency.h. */
#include "latency.h"

static unsigned bucket_of(uint32_t value) {
    if (value < LATENCY_STEPS)
        return value;
    unsigned shift = 31u - (unsigned)__builtin_clz(value) - 4;
    return LATENCY_STEPS * (shift + 1) + (value >> shift) % LATENCY_STEPS;
}

/* The greatest value of a bucket. */
static uint64_t end_of(unsigned bucket) {
    if (bucket < LATENCY_STEPS)
        return bucket;
    unsigned shift = bucket / LATENCY_STEPS - 1;
    return (((uint64_t)LATENCY_STEPS + bucket % LATENCY_STEPS + 1) << shift) - 1;
}

void latency_add(struct latency *self, const uint32_t *nanoseconds, size_t count) {
    for (size_t i = 0; i < count; i++) {
        self->counts[bucket_of(nanoseconds[i])]++;
        if (nanoseconds[i] > self->longest)
            self->longest = nanoseconds[i];
    }
    self->total += count;
}

uint64_t latency_at(const struct latency *self, uint64_t per_100000) {
    uint64_t wanted = (self->total * per_100000 + 99999) / 100000, seen = 0;
    for (unsigned bucket = 0; bucket < LATENCY_BUCKETS && wanted > 0; bucket++)
        if ((seen += self->counts[bucket]) >= wanted)
            return end_of(bucket) < self->longest ? end_of(bucket) : self->longest;
    return 0;
}
