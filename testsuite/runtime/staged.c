/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Ground truth for the claim "overlap implies report": two threads stage overlaps of known length.
 * Whatever lasted at least 50 ns must have been reported, and at least 1 us, by both sides: what
 * one core writes takes the other a few hundred nanoseconds to see. Each side notes the time right
 * after its begin hook (before it, if that hook reported: the report would take up all of a short
 * overlap) and right before its end hook; the overlap is what both intervals share. `staged
 * [COUNT]`: COUNT overlaps of at least 1 us (1,000), and as many shorter ones as come along, over
 * every pair of operations, either side first, tags and side table, and a side that comes and goes
 * while the other stays. Reports do not stop the process here, are not folded, and are counted by a
 * callback together with the side whose check fired. Exit 0 only if none was missed.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "hooked.h"
#include "mapsan/mapsan.h"

const char *__mapsan_default_options(void) {
    return "halt_on_error=0:dedup=0:symbolize=0:stack_wait_ms=0:log_path=/dev/null:exitcode=0";
}

enum { READ, WRITE, ITERATE, PAIRS = 5, LENGTHS = 6, REPORTED = 50, REPORTED_TWICE = 1000 };
static const int pairs[PAIRS][2] = {
    {WRITE, WRITE}, {READ, WRITE}, {WRITE, READ}, {ITERATE, WRITE}, {WRITE, ITERATE}};
static const char *const pair_names[PAIRS] = {"write/write", "read/write", "write/read",
                                              "iterate/write", "write/iterate"};
/* For the side that comes first, if the other one comes and goes meanwhile: time for its report. */
static const double stay = 200000;
static const int lengths[LENGTHS] = {50, 200, 2000, 5000, 20000, 100000};

static struct hooked_map map;
static _Thread_local int side;
static int reports_by[2];

void __mapsan_on_report(const struct mapsan_report *report) {
    (void)report;
    __atomic_fetch_add(&reports_by[side], 1, __ATOMIC_RELAXED);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void spin_until(double moment) {
    while (now() < moment)
        continue;
}

struct turn {
    int operation;
    double start, length;
    double began, ended; /* known to be inside from here to there */
};

#define BRACKET(KIND)                                                                              \
    do {                                                                                           \
        turn->began = now();                                                                       \
        KIND##_BEGIN(&map);                                                                        \
        const double inside = now();                                                               \
        if (reports_by[side] == 0)                                                                 \
            turn->began = inside;                                                                  \
        spin_until(inside + turn->length);                                                         \
        turn->ended = now();                                                                       \
        KIND##_END(&map);                                                                          \
    } while (0)

static void take(struct turn *turn) {
    spin_until(turn->start);
    if (turn->operation == READ)
        BRACKET(READ);
    else if (turn->operation == WRITE)
        BRACKET(WRITE);
    else
        BRACKET(ITERATE);
}

static struct turn turns[2];
static int round_now, rounds_ready, rounds_started, rounds_done;
static bool finished;

static void await_round(const int *counter, int round) {
    while (__atomic_load_n(counter, __ATOMIC_ACQUIRE) < round)
        sched_yield();
}

/* Each side on a processor of its own, if there are two: on the same one they never overlap. */
static cpu_set_t allowed;

static void settle(int which) {
    cpu_set_t mine;
    CPU_ZERO(&mine);
    for (int cpu = 0, seen = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && seen++ == which)
            CPU_SET(cpu, &mine);
    if (CPU_COUNT(&mine) == 1)
        pthread_setaffinity_np(pthread_self(), sizeof mine, &mine);
}

static void *partner(void *unused) {
    side = 1;
    settle(side);
    for (int round = 1;; round++) {
        await_round(&round_now, round);
        if (finished)
            return unused;
        /* Running now; the other side sets the time. */
        __atomic_store_n(&rounds_ready, round, __ATOMIC_RELEASE);
        while (__atomic_load_n(&rounds_started, __ATOMIC_ACQUIRE) < round)
            continue;
        take(&turns[1]);
        __atomic_store_n(&rounds_done, round, __ATOMIC_RELEASE);
    }
}

static double overlap(void) {
    const double began = turns[0].began > turns[1].began ? turns[0].began : turns[1].began;
    const double ended = turns[0].ended < turns[1].ended ? turns[0].ended : turns[1].ended;
    return ended - began;
}

/* Overlaps, and how many of them were known to both sides, to the first, to the second, to neither.
 */
struct tally {
    const char *name;
    int staged, both, first, second, neither;
};

static struct tally lasting = {.name = "at least 1 us"}, brief = {.name = "50 ns to 1 us"};

static void print_tally(const struct tally *tally) {
    printf(
        "%d overlaps of %s: %d known to both sides, %d to the first alone, %d to the second alone, "
        "%d to neither\n",
        tally->staged, tally->name, tally->both, tally->first, tally->second, tally->neither);
}

/* One attempt at an overlap of about this length. */
static void stage(int pair, int length, int first, bool inside) {
    const int round = round_now + 1;
    reports_by[0] = reports_by[1] = 0;
    __atomic_store_n(&round_now, round, __ATOMIC_RELEASE);
    await_round(&rounds_ready, round);
    const double start = now() + 2000;
    for (int i = 0; i < 2; i++)
        turns[i] = (struct turn){.operation = pairs[pair][i], .length = length * 2.0};
    turns[first].start = start;
    turns[first].length += inside ? stay : 0;
    turns[!first].start = start + length;
    __atomic_store_n(&rounds_started, round, __ATOMIC_RELEASE);
    take(&turns[0]);
    await_round(&rounds_done, round);
    if (overlap() < REPORTED)
        return;
    struct tally *tally = overlap() < REPORTED_TWICE ? &brief : &lasting;
    const bool by_first = reports_by[first], by_second = reports_by[!first];
    tally->staged++;
    tally->both += by_first && by_second;
    tally->first += by_first && !by_second;
    tally->second += by_second && !by_first;
    tally->neither += !by_first && !by_second;
    if (by_first && by_second)
        return;
    printf("%s, %s first: overlap %.0f ns of %.0f and %.0f, %s: known to %s\n", pair_names[pair],
           first ? "right" : "left", overlap(), turns[0].ended - turns[0].began,
           turns[1].ended - turns[1].began, use_tag ? "tag" : "table",
           by_first    ? "the first"
           : by_second ? "the second"
                       : "neither");
}

int main(int count, char **arguments) {
    const int wanted = count > 1 ? atoi(arguments[1]) : 1000;
    pthread_t thread;
    int attempts = 0;
    sched_getaffinity(0, sizeof allowed, &allowed);
    pthread_create(&thread, NULL, partner, NULL);
    settle(side);
    for (; lasting.staged < wanted && attempts < 100 * wanted; attempts++) {
        use_tag = attempts & 1;
        stage(attempts / 2 % PAIRS, lengths[attempts / 20 % LENGTHS], attempts / 10 % 2,
              attempts / 120 % 2);
    }
    finished = true;
    __atomic_store_n(&round_now, round_now + 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    print_tally(&lasting);
    print_tally(&brief);
    return lasting.both == wanted && brief.neither == 0 ? 0 : 1;
}
