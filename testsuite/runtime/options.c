/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A program for options.sh: ROUNDS times the same two pairs of places collide, then it ends with
 * code
 * 7. With the argument "callback" the report is handed to the program, which says its title; with
 * "deep" nothing collides, but operations stand inside each other, 40 deep.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hooked.h"
#include "mapsan/mapsan.h"

enum { ROUNDS = 3 };
static struct hooked_map map, other_map;
static bool callback;

void __mapsan_on_report(const struct mapsan_report *report) {
    if (callback)
        printf("callback: %s in %s and %s\n", report->title, report->sites[0]->caller,
               report->sites[1]->caller);
    fflush(stdout);
}

static void *second(void *unused) {
    WRITE_BEGIN(&map);
    WRITE_END(&map);
    READ_BEGIN(&other_map);
    READ_END(&other_map);
    return unused;
}

static void read_inside_reads(int levels) {
    READ_BEGIN(&map);
    if (levels > 1)
        read_inside_reads(levels - 1);
    READ_END(&map);
}

int main(int count, char **arguments) {
    static jmp_buf back;
    if (setjmp(back) == 0)
        longjmp(back, 1); /* goes through the runtime, enabled or not */
    if (count > 1 && strcmp(arguments[1], "deep") == 0) {
        read_inside_reads(40);
        return 7;
    }
    callback = count > 1 && strcmp(arguments[1], "callback") == 0;
    INIT(&map);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_t thread;
        WRITE_BEGIN(&map);
        WRITE_BEGIN(&other_map);
        pthread_create(&thread, NULL, second, NULL);
        pthread_join(thread, NULL);
        WRITE_END(&other_map);
        WRITE_END(&map);
    }
    printf("done\n");
    return 7;
}
