/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The rare side of epochs: advancing and waiting. Sources, invariant and ordering: epoch.h. */
#include <mapsan/maps/epoch.h>

#include <assert.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

struct mapsan_epochs mapsan_epochs = {.now = 1};
struct mapsan_epoch_slot mapsan_epoch_slots[MAPSAN_THREAD_MAX];

/* Sections of threads without a slot; while there are any, the epoch stands still. */
static uint64_t shared_sections;

static void prepare(void) {
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0)
        __atomic_store_n(&mapsan_epochs.fence_free, 1, __ATOMIC_SEQ_CST);
}

void mapsan_epoch_prepare(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
}

void mapsan_epoch_enter_shared(void) { __atomic_fetch_add(&shared_sections, 1, __ATOMIC_SEQ_CST); }

void mapsan_epoch_leave_shared(void) { __atomic_fetch_sub(&shared_sections, 1, __ATOMIC_SEQ_CST); }

bool mapsan_epoch_advance(void) {
    mapsan_epoch_prepare();
    uint64_t now = mapsan_epoch_now();
    if (__atomic_load_n(&mapsan_epochs.fence_free, __ATOMIC_RELAXED) != 0)
        syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    if (__atomic_load_n(&shared_sections, __ATOMIC_SEQ_CST) != 0)
        return false;
    uint32_t bound = mapsan_thread_index_bound();
    for (uint32_t i = 0; i < bound; i++) {
        uint64_t seen = __atomic_load_n(&mapsan_epoch_slots[i].epoch, __ATOMIC_SEQ_CST);
        if (seen != 0 && seen != now)
            return false;
    }
    /* Whoever else advanced it meanwhile has found the same. */
    __atomic_compare_exchange_n(&mapsan_epochs.now, &now, now + 1, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return true;
}

bool mapsan_epoch_inside(void) {
    uint32_t index = mapsan_thread_index();
    return index < MAPSAN_THREAD_MAX && mapsan_epoch_slots[index].nesting != 0;
}

void mapsan_epoch_quiesce(void) {
    assert(!mapsan_epoch_inside() && "mapsan_epoch_quiesce in a callback waits for itself");
    uint64_t target = mapsan_epoch_now() + 2;
    while (mapsan_epoch_now() < target)
        if (!mapsan_epoch_advance())
            sched_yield();
}
