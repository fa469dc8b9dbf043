/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * For programs whose operations never overlap: one thread makes its own after the other has made
 * its, by steps that the runtime does not see. Whether the two are ordered is up to what stands
 * around them. Each program is a table of situations, as scenarios.sh runs them.
 */
#ifndef ORDER_H
#define ORDER_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hooked.h"

const char *__mapsan_default_options(void);
const char *__mapsan_default_options(void) { return "mode=hb"; }

struct situation {
    const char *name, *title; /* no title: silence */
    void (*first)(void);      /* by one thread */
    void (*second)(void);     /* by another, later */
};

static struct hooked_map map;

static inline void write_map(void) {
    WRITE_BEGIN(&map);
    WRITE_END(&map);
}

static inline void read_map(void) {
    READ_BEGIN(&map);
    READ_END(&map);
}

static const struct situation *chosen;

static void *run_first(void *unused) {
    chosen->first();
    reach(1);
    return unused;
}

static void *run_second(void *unused) {
    await(1);
    chosen->second();
    return unused;
}

static int run_situations(const struct situation *table, size_t count, int words, char **word) {
    pthread_t first, second;
    for (size_t i = 0; i < count; i++) {
        if (words == 2 && strcmp(word[1], "list") == 0)
            printf("%s|%s\n", table[i].name, table[i].title ? table[i].title : "");
        else if (words == 3 && strcmp(word[1], table[i].name) == 0)
            chosen = &table[i];
    }
    if (!chosen)
        return words != 2;
    use_tag = strcmp(word[2], "tag") == 0;
    if (!chosen->second) { /* makes its threads itself */
        chosen->first();
        return 0;
    }
    pthread_create(&first, NULL, run_first, NULL);
    pthread_create(&second, NULL, run_second, NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    return 0;
}

#endif
