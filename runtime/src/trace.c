/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The places of return addresses are known where a call pushes them, right below the caller's stack
 * pointer: on x86-64. Elsewhere the site has to do.
 */
#include "trace.h"

#include "intern.h"
#include "memory.h"
#include "stack.h"

enum { WAYS = 32 };

/* How the thread came to a site the last time. */
struct way {
    const struct mapsan_site *site;
    uintptr_t frame;
    uint32_t depth, trace;
    uint32_t known, unknown; /* how often it was the same again */
    uintptr_t pc[MAPSAN_TRACE_FRAMES], at[MAPSAN_TRACE_FRAMES];
};

struct mapsan_ways {
    struct way way[WAYS];
};

static struct mapsan_intern traces;

bool mapsan_trace_start(void) { return mapsan_intern_start(&traces); }

const uintptr_t *mapsan_trace_frames(uint32_t trace, uint32_t *depth) {
    const struct mapsan_interned *found = mapsan_interned(&traces, trace);
    if (!found)
        return NULL;
    *depth = found->size / (uint32_t)sizeof(uintptr_t);
    return (const uintptr_t *)(const void *)found->bytes;
}

#ifdef __x86_64__

static bool is_same(const struct way *way, const struct mapsan_open *open) {
    if (way->site != open->site || way->frame != open->frame || way->pc[0] != open->pc)
        return false;
    for (uint32_t i = 1; i < way->depth; i++)
        if (*(const uintptr_t *)way->at[i] != way->pc[i])
            return false;
    return true;
}

static void capture(struct mapsan_thread *self, struct way *way, const struct mapsan_open *open) {
    struct mapsan_stack stack;
    uint32_t depth = 0;
    mapsan_stack_capture(&stack, self->hook_frame);
    for (; depth < stack.depth && depth < MAPSAN_TRACE_FRAMES; depth++) {
        const uintptr_t place = stack.frame[depth] - sizeof(uintptr_t);
        if (place < self->stack_low || place >= self->stack_high)
            break;
        way->pc[depth] = stack.pc[depth];
        way->at[depth] = place;
    }
    way->site = open->site;
    way->frame = open->frame;
    way->depth = depth;
    way->trace = depth ? mapsan_intern(&traces, way->pc, depth * (uint32_t)sizeof way->pc[0]) : 0;
}

uint32_t mapsan_trace_here(struct mapsan_thread *self, const struct mapsan_open *open) {
    if (!self->ways && !(self->ways = mapsan_memory_take(sizeof *self->ways)))
        return 0;
    struct way *way = &self->ways->way[((uintptr_t)open->site / sizeof *open->site) % WAYS];
    if (is_same(way, open)) {
        way->known++;
        return way->trace;
    }
    /* A site that is reached in ever new ways is not worth it. */
    if (++way->unknown > 64 + way->known)
        return 0;
    capture(self, way, open);
    return way->trace;
}

#else

uint32_t mapsan_trace_here(struct mapsan_thread *self, const struct mapsan_open *open) {
    (void)self, (void)open;
    return 0;
}

#endif
