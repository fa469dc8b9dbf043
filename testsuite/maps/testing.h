/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The little that the map tests need of a framework: a check that names itself, and runs on several
 * threads, which cmocka's do not.
 */
#ifndef MAPSAN_TEST_MAPS_TESTING_H
#define MAPSAN_TEST_MAPS_TESTING_H

#include <stdio.h>
#include <stdlib.h>

/* What the test was doing; printed with a failed check. */
extern _Thread_local const char *test_context;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s: check failed: %s\n", __FILE__, __LINE__, test_context,     \
                    #condition);                                                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
