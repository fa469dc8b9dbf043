/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Runs every test of a program on every driver, or on those that an argument names. */
#ifndef MAPSAN_TEST_MAPS_SUITE_H
#define MAPSAN_TEST_MAPS_SUITE_H

#include "driver.h"

struct test {
    const char *name;
    void (*run)(const struct map_driver *driver);
};

/* argv[1], if given, is the beginning of the names of the drivers to test; `suits`, if not NULL,
 * says which have what the tests need. Returns main's result; it is not zero if there was nothing
 * to test. A failed check aborts. */
int run_suite(int argc, char **argv, bool (*suits)(const struct map_driver *driver),
              const struct test *tests, size_t count);

#endif
