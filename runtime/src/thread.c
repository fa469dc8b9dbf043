/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The registry of threads: blocks in chunks that are made on demand and never given back, found by
 * slot. A thread takes the lowest free slot by a compare-and-swap on its thread id, so no lock can
 * be held by a thread that dies, forks, or is interrupted by a signal.
 */
#define _GNU_SOURCE
#include "thread.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "operations.h"
#include "start.h"
#include "sync.h"
#include "table.h"

enum { CHUNK = 64, CHUNKS = MAPSAN_SLOTS_MAX / CHUNK };

struct mapsan_tag mapsan_occupied;
static struct mapsan_tag no_tag = {.map = MAPSAN_NO_MAP};

/* What a thread without a block points to: taken and nested, so that every hook turns to its slow
 * path; no slot, so that the slow path knows. */
#define CACHE_EMPTY {[0 ... MAPSAN_CACHE - 1] = &no_tag}
static struct mapsan_thread newcomer = {
    .first.tag = &mapsan_occupied, .nested = 1, .cache = CACHE_EMPTY};
static struct mapsan_thread outsider = {
    .first.tag = &mapsan_occupied, .nested = 1, .cache = CACHE_EMPTY, .busy = true};

_Thread_local struct mapsan_thread *mapsan_self __attribute__((tls_model(MAPSAN_TLS))) = &newcomer;
uint32_t mapsan_slots_high;
bool mapsan_slow_only;

static struct mapsan_thread *chunks[CHUNKS];
static uint32_t numbers; /* threads that were ever seen */
static pthread_key_t at_exit;
static uint32_t alive;
static bool off;
static _Thread_local struct mapsan_birth *birth_here __attribute__((tls_model(MAPSAN_TLS)));
static _Thread_local int exit_rounds __attribute__((tls_model(MAPSAN_TLS)));

struct mapsan_thread *mapsan_thread_of(uint32_t slot) {
    return &__atomic_load_n(&chunks[slot / CHUNK], __ATOMIC_ACQUIRE)[slot % CHUNK];
}

/* The block of a slot, its chunk made if need be. Slot 0 stays empty: it means nobody. */
static struct mapsan_thread *block_at(uint32_t slot) {
    struct mapsan_thread **place = &chunks[slot / CHUNK], *expected = NULL;
    if (!__atomic_load_n(place, __ATOMIC_ACQUIRE)) {
        const size_t size = CHUNK * sizeof(struct mapsan_thread);
        struct mapsan_thread *chunk = mmap(NULL, size, PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (chunk == MAP_FAILED)
            return NULL;
        if (!__atomic_compare_exchange_n(place, &expected, chunk, false, __ATOMIC_ACQ_REL,
                                         __ATOMIC_ACQUIRE))
            munmap(chunk, size);
    }
    return mapsan_thread_of(slot);
}

static struct mapsan_thread *take_slot(pid_t tid) {
    for (uint32_t slot = 1; slot < MAPSAN_SLOTS_MAX; slot++) {
        struct mapsan_thread *block = block_at(slot);
        pid_t nobody = 0;
        if (!block)
            return NULL;
        if (__atomic_load_n(&block->tid, __ATOMIC_RELAXED) != 0 ||
            !__atomic_compare_exchange_n(&block->tid, &nobody, tid, false, __ATOMIC_ACQ_REL,
                                         __ATOMIC_RELAXED))
            continue;
        block->slot = slot;
        block->bit = UINT64_C(1) << slot % 64;
        block->claim_base = mapsan_claim_base(slot);
        if (!block->stamp)
            block->stamp = mapsan_first_stamp(slot);
        uint32_t high = __atomic_load_n(&mapsan_slots_high, __ATOMIC_RELAXED);
        /* Visible before this thread's first access: it has yet to touch a map by a locked
         * operation, after which writers look as far as this. */
        while (high < slot && !__atomic_compare_exchange_n(&mapsan_slots_high, &high, slot, true,
                                                           __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            continue;
        return block;
    }
    return NULL;
}

static void learn_stack(struct mapsan_thread *self) {
    pthread_attr_t attributes;
    void *low = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &low, &size);
        pthread_attr_destroy(&attributes);
    }
    self->stack_low = (uintptr_t)low;
    self->stack_high = (uintptr_t)low + size;
}

/* Word by word: a call of memcpy would be a race to ThreadSanitizer, which does not see how the
 * block came from its last owner to this one. */
static void inherit(struct mapsan_thread *self) {
    const struct mapsan_birth *birth = birth_here;
    self->birth.number = birth ? birth->number : MAPSAN_NO_NUMBER;
    self->number = birth ? birth->number : mapsan_thread_next_number();
    self->birth.creator = birth ? birth->creator : 0;
    self->birth.depth = birth ? birth->depth : 0;
    for (uint32_t i = 0; i < self->birth.depth; i++)
        __atomic_store_n(&self->birth.pc[i], birth->pc[i], __ATOMIC_RELAXED);
}

static struct mapsan_thread *enlist(void) {
    /* While this lasts, hooks (of a signal handler, of an allocator that uses maps) stay outside.
     */
    mapsan_self = &outsider;
    struct mapsan_thread *self = take_slot(gettid());
    if (!self)
        return NULL;
    for (int i = 0; i < MAPSAN_CACHE; i++)
        self->cache[i] = &no_tag;
    self->nested = 0;
    self->deepest = 0;
    self->name[0] = '\0';
    inherit(self);
    learn_stack(self);
    mapsan_sync_thread_begins(self);
    pthread_setspecific(at_exit, self);
    __atomic_fetch_add(&alive, 1, __ATOMIC_RELAXED);
    if (mapsan_slow_only)
        self->first.tag = &mapsan_occupied;
    mapsan_self = self;
    return self;
}

void mapsan_drop_cached(struct mapsan_thread *thread, const void *map, struct mapsan_tag *tag) {
    __atomic_compare_exchange_n(mapsan_cached(thread, map), &tag, &no_tag, false, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
}

uint32_t mapsan_thread_next_number(void) {
    return __atomic_fetch_add(&numbers, 1, __ATOMIC_RELAXED);
}

struct mapsan_thread *mapsan_thread_enter(void) {
    struct mapsan_thread *self = mapsan_self;
    if (self->slot)
        return self->busy ? NULL : self;
    if (self == &outsider)
        return NULL;
    mapsan_start();
    if (off) {
        mapsan_self = &outsider;
        return NULL;
    }
    return mapsan_self == &newcomer ? enlist() : mapsan_thread_enter();
}

void mapsan_thread_born(struct mapsan_birth *birth) {
    birth_here = birth;
    mapsan_thread_enter();
    birth_here = NULL;
}

static void release(struct mapsan_thread *self) {
    self->busy = true;
    mapsan_abandon_all(self);
    self->first.tag = NULL;
    mapsan_sync_thread_ends(self);
    prctl(PR_GET_NAME, self->name);
    self->busy = false;
    mapsan_self = &outsider;
    __atomic_fetch_sub(&alive, 1, __ATOMIC_RELAXED);
    self->first.tag = NULL;
    /* Release: the block is as its next owner wants it. */
    __atomic_store_n(&self->tid, 0, __ATOMIC_RELEASE);
}

/* The destructors of other keys may use maps too: stay until the last round of them. */
static void leave(void *block) {
    if (++exit_rounds < PTHREAD_DESTRUCTOR_ITERATIONS)
        pthread_setspecific(at_exit, block);
    else
        release(block);
}

/* In the child of a fork only this thread lives. What the others had open stays half done. */
static void after_fork(void) {
    for (uint32_t slot = 1; slot <= mapsan_slots_high; slot++) {
        struct mapsan_thread *thread = mapsan_thread_of(slot);
        if (thread == mapsan_self) {
            thread->tid = gettid();
        } else if (thread->tid) {
            mapsan_abandon_all(thread);
            thread->busy = false;
            thread->first.tag = NULL;
            thread->lane = NULL;
            thread->tid = 0;
        }
    }
    alive = 1;
    mapsan_restart_after_fork();
}

void mapsan_threads_start(void) {
    pthread_key_create(&at_exit, leave);
    pthread_atfork(NULL, NULL, after_fork);
}

uint64_t mapsan_threads_unwatched(void) {
    uint64_t sum = 0;
    const uint32_t high = __atomic_load_n(&mapsan_slots_high, __ATOMIC_RELAXED);
    for (uint32_t slot = 1; slot <= high; slot++)
        sum += __atomic_load_n(&mapsan_thread_of(slot)->unwatched, __ATOMIC_RELAXED);
    return sum;
}

uint32_t mapsan_threads_alive(void) { return __atomic_load_n(&alive, __ATOMIC_RELAXED); }

void mapsan_threads_disable(void) { off = true; }

static void read_comm(pid_t tid, char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", (int)tid);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    const ssize_t size = read(file, name, MAPSAN_NAME_SIZE - 1);
    close(file);
    name[size > 0 ? size : 0] = '\0';
    name[strcspn(name, "\n")] = '\0';
}

void mapsan_thread_name(const struct mapsan_thread *thread, char *name) {
    const pid_t tid = __atomic_load_n(&thread->tid, __ATOMIC_RELAXED);
    memcpy(name, thread->name, MAPSAN_NAME_SIZE);
    if (tid)
        read_comm(tid, name);
}
