/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The frame of the end-to-end programs: ordinary programs that know nothing of mapsan. Each has a
 * table of scenarios; a scenario is one or two threads that do a step again and again, with a lock
 * around each step or without.
 *
 *     PROGRAM list             "NAME|TITLE|THREADS", a line per scenario; no TITLE: never report
 *     PROGRAM NAME racing      without the lock; ends by itself after some seconds
 *     PROGRAM NAME locked      with it
 */
#ifndef PROGRAMS_SCENARIOS_H
#define PROGRAMS_SCENARIOS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct scenario {
    const char *name;
    const char *title;
    void (*prepare)(void);
    void (*first)(int round);
    void (*second)(int round); /* NULL: one thread */
};

enum { LOCKED_ROUNDS = 20000, RACING_SECONDS = 20 };

static pthread_mutex_t scenario_lock = PTHREAD_MUTEX_INITIALIZER;
static bool scenario_locked;

static void *scenario_thread(void *step_) {
    void (*step)(int) = *(void (**)(int))step_;
    time_t end = time(NULL) + RACING_SECONDS;
    for (int round = 0; scenario_locked ? round < LOCKED_ROUNDS : time(NULL) < end; round++) {
        if (scenario_locked)
            pthread_mutex_lock(&scenario_lock);
        step(round);
        if (scenario_locked)
            pthread_mutex_unlock(&scenario_lock);
    }
    return NULL;
}

static void scenario_run(const struct scenario *scenario) {
    if (scenario->prepare)
        scenario->prepare();
    if (!scenario->second) {
        for (int round = 0; round < 100; round++)
            scenario->first(round);
        return;
    }
    void (*steps[])(int) = {scenario->first, scenario->second};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, scenario_thread, &steps[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

static int scenario_main(int argc, char **argv, const struct scenario *scenarios) {
    for (const struct scenario *scenario = scenarios; scenario->name; scenario++) {
        if (argc == 2 && strcmp(argv[1], "list") == 0)
            printf("%s|%s|%d\n", scenario->name, scenario->title ? scenario->title : "",
                   scenario->second ? 2 : 1);
        if (argc == 3 && strcmp(argv[1], scenario->name) == 0) {
            scenario_locked = strcmp(argv[2], "locked") == 0;
            scenario_run(scenario);
            return 0;
        }
    }
    return argc == 2 ? 0 : 2;
}

#endif
