/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Reference counts in a khash: static inline functions that are gone once they are inlined.
 */
#include "programs_khash.h"
#include "programs_scenarios.h"

KHASH_MAP_INIT_INT(count, int)

enum { KEYS = 64 };

static khash_t(count) * counts;

static void prepare(void) {
    counts = kh_init(count);
    for (int i = 0; i < KEYS; i++) {
        int absent;
        khiter_t at = kh_put(count, counts, i, &absent);
        kh_val(counts, at) = 1;
    }
}

static void put(int round) {
    int absent;
    khiter_t at = kh_put(count, counts, round % KEYS, &absent);
    kh_value(counts, at) = round;
}

static void get(int round) {
    if (kh_get(count, counts, round % KEYS) == kh_end(counts))
        abort();
}

static void sum(int round) {
    uint32_t key;
    int value;
    kh_foreach(counts, key, value, {
        if (key == (uint32_t)round)
            return;
        round -= value;
    });
}

static void delete_while_iterating(int round) {
    uint32_t key;
    int value;
    prepare();
    kh_foreach(counts, key, value, {
        if (value == 1 && key != (uint32_t)round)
            kh_del(count, counts, __i);
    });
    kh_destroy(count, counts);
}

static const struct scenario scenarios[] = {
    {"write-write", "concurrent map writes", prepare, put, put},
    {"read-write", "concurrent map read and map write", prepare, get, put},
    {"iterate-write", "concurrent map", prepare, sum, put},
    {"read-read", NULL, prepare, get, get},
    {"iterate-read", NULL, prepare, sum, get},
    {"delete-while-iterating", NULL, NULL, delete_while_iterating, NULL},
    {0},
};

int main(int argc, char **argv) { return scenario_main(argc, argv, scenarios); }
