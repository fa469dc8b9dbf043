/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The list of designs under test; see suite.h. */
#include "suite.h"
#include "testing.h"

#include <string.h>

/* A build that is about one design names it. */
#ifndef SUITE_DESIGNS
#define SUITE_DESIGNS                                                                              \
    hmap_drivers, swissmap_drivers, btreemap_drivers, rawmap_drivers, rwmap_drivers,               \
        rwmap_pthread_drivers, syncmap_drivers, shardmap_drivers, rcumap_drivers, triemap_drivers
#endif

static struct map_drivers (*const designs[])(void) = {SUITE_DESIGNS};

int run_suite(int argc, char **argv, bool (*suits)(const struct map_driver *driver),
              const struct test *tests, size_t count) {
    const char *wanted = argc > 1 ? argv[1] : "";
    unsigned done = 0;
    for (size_t design = 0; design < sizeof designs / sizeof *designs; design++) {
        struct map_drivers drivers = designs[design]();
        for (size_t i = 0; i < drivers.count; i++) {
            const struct map_driver *driver = &drivers.list[i];
            if (strncmp(driver->name, wanted, strlen(wanted)) != 0 ||
                (suits != NULL && !suits(driver)))
                continue;
            for (size_t test = 0; test < count; test++) {
                char context[128];
                snprintf(context, sizeof context, "%s: %s", driver->name, tests[test].name);
                test_context = context;
                tests[test].run(driver);
                test_context = "done";
                done++;
            }
        }
    }
    printf("%u tests passed\n", done);
    return done == 0;
}
