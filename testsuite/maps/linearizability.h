/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Is a recorded history of concurrent operations one that an atomic map could have produced? The
 * search is Wing and Gong's (1993) with the memory of Lowe (2017), key by key: a map is
 * linearizable if it is so for each key (Herlihy and Wing, 1990, locality), as long as operations
 * concern one key each.
 *
 * Limits: operations on the whole map (len, each, clear) are not judged. Time stamps are the
 * clock's; two operations within its resolution count as concurrent, which may excuse an error,
 * never invent one. A history that passes proves nothing about others: run many, on few keys, with
 * threads that collide.
 */
#ifndef MAPSAN_TEST_MAPS_LINEARIZABILITY_H
#define MAPSAN_TEST_MAPS_LINEARIZABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_THREADS 8

enum history_operation {
    HISTORY_GET,              /* answers present, value */
    HISTORY_PUT,              /* sets input; answers absent before */
    HISTORY_GET_OR_PUT,       /* answers absent before, value after */
    HISTORY_TAKE,             /* answers present, value */
    HISTORY_COMPARE_AND_SWAP, /* expected to input; answers success */
    HISTORY_ADD,              /* update that adds input, absent counts as 0; answers value before */
};

struct history_event {
    enum history_operation operation;
    uint64_t key;
    uint64_t input;
    uint64_t expected;
    int result;
    uint64_t output; /* the value answered, where there is one */
    uint64_t begin;  /* the operation took place after this moment */
    uint64_t end;    /* and before this one */
};

/* The events of one thread, in its order. */
struct history {
    struct history_event *events;
    size_t count;
};

uint64_t history_now(void);

/* All keys absent at first. False: no order explains what was answered for some key, which is
 * stored. */
bool history_is_linearizable(const struct history *threads, size_t count, uint64_t *key);

#endif
