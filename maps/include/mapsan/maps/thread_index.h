/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A small number for each living thread, for structures that give every thread a place of its own.
 * The smallest free number is taken at first use and given back when the thread exits, so the
 * numbers stay dense however many threads come and go.
 */
#ifndef MAPSAN_MAPS_THREAD_INDEX_H
#define MAPSAN_MAPS_THREAD_INDEX_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* More threads than this at a time share the number MAPSAN_THREAD_NONE. */
#define MAPSAN_THREAD_MAX 1024
#define MAPSAN_THREAD_NONE UINT32_MAX

/* The calling thread's number plus one, 0 before its first use. Read it by mapsan_thread_index().
 */
extern __thread uint32_t mapsan_thread_number __attribute__((tls_model("initial-exec")));

uint32_t mapsan_thread_index_claim(void);

/* The calling thread's index; stays the same until the thread exits. */
static inline uint32_t mapsan_thread_index(void) {
    uint32_t number = mapsan_thread_number;
    return __builtin_expect(number != 0, 1) ? number - 1 : mapsan_thread_index_claim();
}

/* Above all indices in use by now. Sequentially consistent with claims: a thread whose index is not
 * below has not claimed it yet. */
uint32_t mapsan_thread_index_bound(void);

#ifdef __cplusplus
}
#endif
#endif
