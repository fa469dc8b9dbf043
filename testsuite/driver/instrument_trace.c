/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Stands in for the runtime: prints each hook to stderr, indented by the operations open around it,
 * and complains at exit if one was left open or closed twice.
 */
#include <mapsan/hooks.h>
#include <stdio.h>
#include <stdlib.h>

static int depth;

static void trace(const char *hook, const struct mapsan_site *site) {
    fprintf(stderr, "%*s%s %s(%s) %s:%u %s%s%s%s\n", 2 * depth, "", hook, site->function, site->map,
            site->caller, site->line, site->flags & MAPSAN_SITE_STEP ? "step " : "",
            site->flags & MAPSAN_SITE_ITERATOR_REMOVE ? "by-iterator " : "",
            site->flags & MAPSAN_SITE_REENTRANT ? "reentrant " : "",
            site->version == MAPSAN_ABI ? "" : "WRONG ABI");
}

#define BRACKET(name, expected)                                                                    \
    void __mapsan_map_##name##_begin(const void *map, const struct mapsan_site *site) {            \
        if (!map)                                                                                  \
            return;                                                                                \
        trace(#name, site);                                                                        \
        depth++;                                                                                   \
        if (site->operation != expected)                                                           \
            fprintf(stderr, "WRONG OPERATION\n");                                                  \
    }                                                                                              \
    void __mapsan_map_##name##_end(const void *map, const struct mapsan_site *site) {              \
        depth -= map && site;                                                                      \
    }

BRACKET(read, MAPSAN_OP_READ)
BRACKET(write, MAPSAN_OP_WRITE)
BRACKET(iterate, MAPSAN_OP_ITERATE)
BRACKET(destroy, MAPSAN_OP_DESTROY)

void __mapsan_map_init(const void *map, const struct mapsan_site *site) {
    trace(map ? "init" : "init NULL", site);
}

static int modules;

void __mapsan_module(uint32_t abi) { modules += abi == MAPSAN_ABI; }

__attribute__((destructor)) static void balance(void) {
    if (depth)
        fprintf(stderr, "UNBALANCED %d\n", depth);
    if (!modules)
        fprintf(stderr, "NO MODULE\n");
}
