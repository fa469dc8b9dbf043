/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Thread numbers from a bitmap; see thread_index.h. */
#include <mapsan/maps/thread_index.h>

#include <pthread.h>
#include <stdatomic.h>

__thread uint32_t mapsan_thread_number;

static _Atomic uint64_t taken[MAPSAN_THREAD_MAX / 64];
static _Atomic uint32_t bound;
static pthread_key_t exit_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* At thread exit. A later destructor of the same thread that uses a map claims a number anew. */
static void give_back(void *number) {
    uint32_t index = (uint32_t)(uintptr_t)number - 1;
    mapsan_thread_number = 0;
    atomic_fetch_and(&taken[index / 64], ~(UINT64_C(1) << (index % 64)));
}

static void make_key(void) { (void)pthread_key_create(&exit_key, give_back); }

static uint32_t take_smallest(void) {
    for (uint32_t word = 0; word < MAPSAN_THREAD_MAX / 64; word++) {
        uint64_t used = atomic_load(&taken[word]);
        while (used != UINT64_MAX) {
            uint32_t bit = (uint32_t)__builtin_ctzll(~used);
            if (atomic_compare_exchange_weak(&taken[word], &used, used | UINT64_C(1) << bit))
                return word * 64 + bit;
        }
    }
    return MAPSAN_THREAD_NONE;
}

uint32_t mapsan_thread_index_claim(void) {
    pthread_once(&once, make_key);
    uint32_t index = take_smallest();
    if (index == MAPSAN_THREAD_NONE)
        return index;
    uint32_t seen = atomic_load(&bound);
    while (seen <= index && !atomic_compare_exchange_weak(&bound, &seen, index + 1))
        ;
    /* If the exit cannot be watched for want of memory, the number is never given back: no harm. */
    (void)pthread_setspecific(exit_key, (void *)(uintptr_t)(index + 1));
    mapsan_thread_number = index + 1;
    return index;
}

uint32_t mapsan_thread_index_bound(void) { return atomic_load(&bound); }
