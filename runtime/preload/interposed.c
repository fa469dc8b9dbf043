/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The hooks of `mapsan run`, for programs that nobody instrumented: each function of a library that
 * a model describes has a wrapper (generated from the models by `mapsan interposers`), which comes
 * here. What the compiler would have noted at each call, is made up at its first: one site for each
 * function and return address, so that reports can tell places apart. Part of libmapsan_run.so,
 * which holds the runtime as well.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "iterators.h"
#include "operations.h"
#include "output.h"
#include "references.h"

enum { SITES = 1 << 14, PROBES = 64 };

/* The place of a call; its site last, as a claim needs it aligned by 8. */
static struct place {
    uint64_t key; /* of return address and operation: two functions may be the last call of a third,
                     and return to the same place; 0: free */
    uint32_t ready;
    struct mapsan_site site;
} places[SITES];

static uint64_t mix(uint64_t value) {
    value = (value ^ value >> 31) * UINT64_C(0x9e3779b97f4a7c15);
    return value ^ value >> 29;
}

static const struct mapsan_site *make_site(struct place *place,
                                           const struct mapsan_interposed *function,
                                           const struct mapsan_interposed_operation *what) {
    place->site = (struct mapsan_site){.function = function->name,
                                       .map = "",
                                       .file = "",
                                       .caller = "",
                                       .operation = what->operation,
                                       .flags = what->flags,
                                       .version = MAPSAN_ABI};
    __atomic_store_n(&place->ready, 1, __ATOMIC_RELEASE);
    return &place->site;
}

/* NULL when there are too many, or another thread is just making it: that call is not watched. */
static const struct mapsan_site *site_of(const struct mapsan_interposed *function, unsigned which,
                                         uintptr_t pc) {
    const uint64_t key = mix(mix(pc) ^ (uintptr_t)&function->operations[which]) | 1;
    for (uint64_t i = 0; i < PROBES; i++) {
        struct place *place = &places[(key + i) % SITES];
        uint64_t found = __atomic_load_n(&place->key, __ATOMIC_RELAXED);
        if (!found && __atomic_compare_exchange_n(&place->key, &found, key, false, __ATOMIC_RELAXED,
                                                  __ATOMIC_RELAXED))
            return make_site(place, function, &function->operations[which]);
        if (found == key)
            return __atomic_load_n(&place->ready, __ATOMIC_ACQUIRE) ? &place->site : NULL;
    }
    return NULL;
}

typedef intptr_t words(intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t);

static words *next_of(struct mapsan_interposed *function) {
    void *next = __atomic_load_n(&function->next, __ATOMIC_RELAXED);
    if (next)
        return (words *)next;
    next = dlsym(RTLD_NEXT, function->name);
    if (!next) {
        char line[200];
        snprintf(line, sizeof line, "mapsan: run: no library of this program has %s()\n",
                 function->name);
        mapsan_say(line);
        abort();
    }
    __atomic_store_n(&function->next, next, __ATOMIC_RELAXED);
    return (words *)next;
}

struct call {
    const struct mapsan_interposed_operation *what;
    const struct mapsan_site *site;
    const void *map, *iterator;
};

static const void *map_of(const struct mapsan_interposed_operation *what, const intptr_t *arguments,
                          intptr_t result) {
    const void *argument = (const void *)arguments[what->index];
    if (what->map == MAPSAN_MAP_IS_RESULT)
        return (const void *)result;
    if (what->map == MAPSAN_MAP_IS_FIRST_IN)
        return argument ? *(const void *const *)argument : NULL;
    return argument;
}

static void before(struct call *call, const intptr_t *arguments, uintptr_t pc, uintptr_t frame) {
    const struct mapsan_interposed_operation *what = call->what;
    call->iterator = what->iterator ? (const void *)arguments[what->iterator - 1] : NULL;
    if (what->operation == MAPSAN_OP_INIT || what->operation > MAPSAN_OP_DESTROY)
        return;
    call->map = map_of(what, arguments, 0);
    if (call->iterator && !what->makes)
        mapsan_iterator_used(call->iterator, call->map, call->site, pc, frame);
    if (what->flags & MAPSAN_SITE_UNREF)
        mapsan_map_unref_begin(call->map, call->site, pc, frame);
    else
        mapsan_map_begin_slow(call->map, call->site, pc, frame);
}

static void after(const struct call *call, const intptr_t *arguments, intptr_t result, uintptr_t pc,
                  uintptr_t frame) {
    const struct mapsan_interposed_operation *what = call->what;
    if (what->operation == MAPSAN_OP_INIT) {
        mapsan_map_made(map_of(what, arguments, result), call->site, pc, frame);
    } else if (what->operation > MAPSAN_OP_DESTROY) {
        mapsan_map_referenced(map_of(what, arguments, result));
    } else if (what->flags & MAPSAN_SITE_UNREF) {
        mapsan_map_unref_end(call->map, call->site, frame);
    } else {
        mapsan_map_end_slow(call->map, call->site, frame);
        if (what->operation == MAPSAN_OP_DESTROY)
            mapsan_map_forget(call->map);
    }
    if (call->iterator && (what->makes || what->flags & MAPSAN_SITE_ITERATOR_REMOVE))
        mapsan_iterator_stands(call->iterator, call->map, call->site);
}

__attribute__((visibility("default"))) intptr_t __mapsan_interposed(
    struct mapsan_interposed *function, const intptr_t arguments[MAPSAN_INTERPOSED_ARGUMENTS],
    uintptr_t pc, uintptr_t frame) {
    words *next = next_of(function);
    struct call calls[MAPSAN_INTERPOSED_OPERATIONS];
    for (unsigned i = 0; i < function->count; i++) {
        calls[i] = (struct call){&function->operations[i], site_of(function, i, pc), NULL, NULL};
        if (calls[i].site)
            before(&calls[i], arguments, pc, frame);
    }
    const intptr_t result =
        next(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    for (unsigned i = function->count; i-- > 0;)
        if (calls[i].site)
            after(&calls[i], arguments, result, pc, frame);
    return result;
}
