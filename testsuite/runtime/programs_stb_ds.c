/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Counters in stb_ds maps, by number and by name. All but the _ts forms of "get" write.
 */
#include "programs_scenarios.h"
#include <stdlib.h>
#define STB_DS_IMPLEMENTATION
#include <stb/stb_ds.h>

enum { KEYS = 64 };

static struct {
    struct {
        int key;
        int value;
    } *by_number;
    struct {
        char *key;
        int value;
    } *by_name;
    int *log;
} counters;

static void prepare(void) {
    for (int i = 0; i < KEYS; i++)
        hmput(counters.by_number, i, 0);
    sh_new_strdup(counters.by_name);
    shput(counters.by_name, "all", 0);
    arrsetcap(counters.log, 1000);
}

static void put(int round) { hmput(counters.by_number, round % KEYS, round); }

static void get(int round) {
    if (hmget(counters.by_number, round % KEYS) < 0)
        abort();
}

static void get_ts(int round) {
    ptrdiff_t temporary;
    if (hmget_ts(counters.by_number, round % KEYS, temporary) < 0)
        abort();
}

static void add(int round) {
    (void)round;
    shput(counters.by_name, "all", shget(counters.by_name, "all") + 1);
}

static void add_in_place(int round) {
    (void)round;
    shget(counters.by_name, "all")++;
}

static void log_round(int round) {
    if (arrlen(counters.log) < 1000)
        arrput(counters.log, round);
    else
        arrsetlen(counters.log, 0);
}

static const struct scenario scenarios[] = {
    {"write-write", "concurrent map writes", prepare, put, put},
    {"get-writes", "concurrent map writes", prepare, get, get},
    {"read-write", "concurrent map read and map write", prepare, get_ts, put},
    {"add-add", "concurrent map writes", prepare, add, add},
    {"in-place", "concurrent map writes", prepare, add_in_place, add_in_place},
    {"array", "concurrent map", prepare, log_round, log_round},
    {"read-read", NULL, prepare, get_ts, get_ts},
    {"different-maps", NULL, prepare, put, add},
    {0},
};

int main(int argc, char **argv) { return scenario_main(argc, argv, scenarios); }
