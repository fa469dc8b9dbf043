/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=c11, note=array of entries, C11 threads
/*
 * A flow meter keeps its flows in a fixed array of slots. Two capture threads run the same
 * function and both claim slots and add to their counters; no lock protects the array.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>

#define MAX_FLOWS 128

struct flow {
    bool used;
    uint32_t src, dst;
    uint64_t bytes;
};

struct meter {
    struct flow flows[MAX_FLOWS];
    unsigned used;
    unsigned overflow;
};

struct capture {
    struct meter *meter;
    uint32_t base;    /* own to the thread */
    uint64_t packets; /* own to the thread */
};

static struct flow *meter_slot(struct meter *m, uint32_t src, uint32_t dst) {
    unsigned start = (src * 31u + dst) % MAX_FLOWS;
    for (unsigned i = 0; i < MAX_FLOWS; i++) {
        struct flow *f = &m->flows[(start + i) % MAX_FLOWS];
        if (f->used && f->src == src && f->dst == dst) // BAD(unlocked-access)
            return f;
        if (!f->used) { // BAD(unlocked-access)
            f->used = true; // BAD(unlocked-access)
            f->src = src; // BAD(unlocked-access)
            f->dst = dst; // BAD(unlocked-access)
            f->bytes = 0; // BAD(unlocked-access)
            m->used++; // BAD(unlocked-access)
            return f;
        }
    }
    return NULL;
}

static void meter_add(struct meter *m, uint32_t src, uint32_t dst, uint64_t bytes) {
    struct flow *f = meter_slot(m, src, dst); // BAD(unlocked-access)
    if (f)
        f->bytes += bytes; // BAD(unlocked-access)
    else
        m->overflow++; // BAD(unlocked-access)
}

static int capture_main(void *arg) {
    struct capture *c = arg;
    for (uint32_t i = 0; i < 500; i++) {
        meter_add(c->meter, c->base + i % 7, i % 5, 64 + i);
        c->packets++;
    }
    return 0;
}

static void meter_print(const struct meter *m) {
    uint64_t total = 0;
    for (unsigned i = 0; i < MAX_FLOWS; i++)
        if (m->flows[i].used)
            total += m->flows[i].bytes;
    printf("%u flows, %llu bytes, %u lost\n", m->used, (unsigned long long)total, m->overflow);
}

int main(void) {
    static struct meter meter;
    struct capture captures[2];
    thrd_t threads[2];
    memset(captures, 0, sizeof(captures));
    for (int i = 0; i < 2; i++) {
        captures[i].meter = &meter;
        captures[i].base = 10u * (uint32_t)i;
        if (thrd_create(&threads[i], capture_main, &captures[i]) != thrd_success)
            return 1;
    }
    for (int i = 0; i < 2; i++) {
        thrd_join(threads[i], NULL);
        printf("capture %d: %llu packets\n", i, (unsigned long long)captures[i].packets);
    }
    meter_print(&meter);
    return 0;
}
