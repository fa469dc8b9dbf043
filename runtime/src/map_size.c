/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Libraries by the names of their operations. The function is looked up when it is first needed:
 * the library may come late.
 */
#define _GNU_SOURCE
#include "map_size.h"

#include <dlfcn.h>
#include <string.h>

typedef unsigned size_function(const void *map);

static struct library {
    const char *operations, *size;
    size_function *function;
} libraries[] = {
    {"g_hash_table_", "g_hash_table_size", NULL},
};

long mapsan_map_size(const void *map, const struct mapsan_site *site) {
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        struct library *library = &libraries[i];
        if (strncmp(site->function, library->operations, strlen(library->operations)) != 0)
            continue;
        size_function *function = __atomic_load_n(&library->function, __ATOMIC_RELAXED);
        if (!function) {
            function = (size_function *)dlsym(RTLD_DEFAULT, library->size);
            __atomic_store_n(&library->function, function, __ATOMIC_RELAXED);
        }
        return function ? (long)function(map) : -1;
    }
    return -1;
}
