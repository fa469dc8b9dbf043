/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Finds what the interposers go on to. dlsym with RTLD_NEXT takes the oldest version of a symbol
 * that has several, which for conditions is another implementation; those name their version.
 */
#define _GNU_SOURCE
#include "interpose.h"

extern struct mapsan_interposer __start_mapsan_interposers[] MAPSAN_HIDDEN;
extern struct mapsan_interposer __stop_mapsan_interposers[] MAPSAN_HIDDEN;

/* For free, inside the dlsym that looks for it: a leak of some bytes. */
MAPSAN_HIDDEN void mapsan_leak(void *memory);
void mapsan_leak(void *memory) { (void)memory; }

static _Thread_local bool looking __attribute__((tls_model(MAPSAN_TLS)));

void *mapsan_interposer_next(struct mapsan_interposer *interposer) {
    void *next = __atomic_load_n(&interposer->next, __ATOMIC_RELAXED);
    if (next || looking) /* dlsym itself may come by here */
        return next ? next : interposer->own;
    looking = true;
    if (interposer->version && (MAPSAN_BEHIND_SANITIZERS || !interposer->sanitizers))
        next = dlvsym(RTLD_NEXT, interposer->name, interposer->version);
    if (!next)
        next = mapsan_next(interposer->name, interposer->sanitizers,
                           interposer->own == interposer->ours ? NULL : interposer->own);
    looking = false;
    __atomic_store_n(&interposer->next, next, __ATOMIC_RELAXED);
    return next;
}

void mapsan_interposers_start(void) {
    for (struct mapsan_interposer *one = __start_mapsan_interposers;
         one < __stop_mapsan_interposers; one++)
        mapsan_interposer_next(one);
}
