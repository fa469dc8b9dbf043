/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Start: read the options, reserve the side table, hook thread exit and fork. End: with
 * halt_on_error=0, the count of reports and the exit code that they call for.
 */
#define _GNU_SOURCE
#include "start.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../include/mapsan/mapsan.h"
#include "clocks.h"
#include "conflict.h"
#include "delay.h"
#include "flags.h"
#include "json.h"
#include "output.h"
#include "stack.h"
#include "suppress.h"
#include "sync.h"
#include "table.h"

/* Not pthread_once, which is watched, and comes by here. */
enum { NOT_YET, STARTING, STARTED };
enum { SHARE_OF_LIMIT = 16 };
static int progress;
static pid_t starter;

static void read_options(void) {
    if (__mapsan_default_options)
        mapsan_flags_parse(&mapsan_flags, __mapsan_default_options(), "__mapsan_default_options",
                           mapsan_say);
    const char *options = secure_getenv("MAPSAN_OPTIONS");
    if (options)
        mapsan_flags_parse(&mapsan_flags, options, "MAPSAN_OPTIONS", mapsan_say);
    if (mapsan_flags.help)
        mapsan_flags_help(&mapsan_flags, mapsan_say);
}

/* The maps to make room for: where the address space is limited, most of it is the program's. */
static size_t maps_wanted(void) {
    const size_t wanted = (size_t)mapsan_flags.max_maps;
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return wanted;
    const size_t fitting = limit.rlim_cur / SHARE_OF_LIMIT / MAPSAN_TABLE_ENTRY;
    return fitting < wanted ? fitting : wanted;
}

static void start_watching(void) {
    char line[160];
    const size_t wanted = maps_wanted();
    const size_t room = mapsan_table_start(wanted);
    if (room < wanted) {
        snprintf(line, sizeof line,
                 "mapsan: address space for %zu of %zu maps only; set max_maps lower\n", room,
                 wanted);
        mapsan_say(line);
    }
    if (mapsan_flags.sample > 1) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        mapsan_sampling.seed = (uint32_t)now.tv_nsec ^ (uint32_t)getpid() << 20;
        mapsan_sampling.limit = UINT32_MAX / (uint32_t)mapsan_flags.sample;
    }
    mapsan_suppressions_read();
    mapsan_delay_start();
    mapsan_json_start();
    mapsan_slow_only |= mapsan_delaying;
    mapsan_threads_start();
    mapsan_stack_start();
    if (mapsan_flags.verbosity > 0) {
        snprintf(line, sizeof line, "==%d==mapsan: watching maps, mode=%s\n", (int)getpid(),
                 mapsan_flags.mode == MAPSAN_MODE_HB ? "hb" : "overlap");
        mapsan_say(line);
    }
}

static void start(void) {
    mapsan_jumps_start();
    read_options();
    const uint8_t wanted = mapsan_sync_prepare();
    if (mapsan_flags.enabled)
        start_watching();
    else
        mapsan_threads_disable();
    /* Only now: a lock that is taken on the way here would lead back here. */
    __mapsan_sync = wanted;
    __mapsan_order = wanted & MAPSAN_SYNC_ORDER;
}

void mapsan_start(void) {
    int now = __atomic_load_n(&progress, __ATOMIC_ACQUIRE);
    if (now == STARTED)
        return;
    now = NOT_YET;
    if (__atomic_compare_exchange_n(&progress, &now, STARTING, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_ACQUIRE)) {
        starter = gettid();
        start();
        __atomic_store_n(&progress, STARTED, __ATOMIC_RELEASE);
    }
    /* Whatever the start itself calls goes on without; other threads wait for it. */
    while (__atomic_load_n(&progress, __ATOMIC_ACQUIRE) != STARTED &&
           __atomic_load_n(&starter, __ATOMIC_RELAXED) != gettid())
        sched_yield();
}

void mapsan_restart_after_fork(void) {
    mapsan_sync_after_fork();
    mapsan_conflict_after_fork();
}

__attribute__((constructor(101))) static void begin(void) {
    mapsan_start();
    mapsan_thread_enter();
}

__attribute__((destructor(101))) static void end(void) {
    char line[200];
    mapsan_delay_end();
    mapsan_suppressions_end();
    const unsigned reports = mapsan_conflict_count();
    const size_t refused = mapsan_table_refused();
    const uint64_t unwatched = mapsan_threads_unwatched();
    if (refused) {
        snprintf(line, sizeof line,
                 "==%d==mapsan: %zu operations were not watched: more than max_maps=%d maps\n",
                 (int)getpid(), refused, mapsan_flags.max_maps);
        mapsan_say(line);
    }
    if (unwatched && mapsan_flags.verbosity > 0) {
        snprintf(line, sizeof line,
                 "==%d==mapsan: %llu operations were not watched: inside %d others in one thread\n",
                 (int)getpid(), (unsigned long long)unwatched, MAPSAN_NESTED_MAX + 1);
        mapsan_say(line);
    }
    if (mapsan_flags.verbosity > 0) {
        snprintf(line, sizeof line, "==%d==mapsan: %zu maps in the table, %u threads at most\n",
                 (int)getpid(), mapsan_table_count(), mapsan_slots_high);
        mapsan_say(line);
    }
    if (mapsan_clocks_lost) {
        snprintf(line, sizeof line,
                 "==%d==mapsan: mode=hb: out of memory or threads; not all was checked\n",
                 (int)getpid());
        mapsan_say(line);
    }
    if (reports == 0)
        return;
    snprintf(line, sizeof line, "==%d==mapsan: %u report%s\n", (int)getpid(), reports,
             reports == 1 ? "" : "s");
    mapsan_say(line);
    if (mapsan_flags.exitcode) {
        fflush(NULL);
        _exit(mapsan_flags.exitcode);
    }
}

__attribute__((visibility("default"))) void __mapsan_module(uint32_t abi) {
    char line[160];
    mapsan_start();
    if (abi == MAPSAN_ABI)
        return;
    snprintf(
        line, sizeof line,
        "mapsan: a module was instrumented for interface %u, this runtime has %u: rebuild it with "
        "this version's mapsan-clang\n",
        abi, MAPSAN_ABI);
    mapsan_say(line);
    _exit(mapsan_flags.exitcode ? mapsan_flags.exitcode : 1);
}
