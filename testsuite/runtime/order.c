/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * mode=hb, by what pthread, C11 and the C library offer for synchronisation.
 */
#define _GNU_SOURCE
#define MAPSAN_ENABLED
#include <semaphore.h>
#include <threads.h>
#include <unistd.h>

#include "mapsan/mapsan.h"
#include "order.h"

#define WRITES "concurrent map writes"
#define READ_AND_WRITE "concurrent map read and map write"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static once_flag c11_once = ONCE_FLAG_INIT;
static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static sem_t semaphore;
static mtx_t mtx;
static bool ready;

/* A write between two calls. */
#define BRACKETED(name, before, after)                                                             \
    static void name(void) {                                                                       \
        before;                                                                                    \
        write_map();                                                                               \
        after;                                                                                     \
    }

BRACKETED(with_mutex, pthread_mutex_lock(&mutex), pthread_mutex_unlock(&mutex))
BRACKETED(with_other, pthread_mutex_lock(&other), pthread_mutex_unlock(&other))
BRACKETED(with_trylock, pthread_mutex_trylock(&mutex), pthread_mutex_unlock(&mutex))
BRACKETED(with_rwlock, pthread_rwlock_wrlock(&rwlock), pthread_rwlock_unlock(&rwlock))
BRACKETED(write_under_read_lock, pthread_rwlock_rdlock(&rwlock), pthread_rwlock_unlock(&rwlock))
BRACKETED(with_spin, pthread_spin_lock(&spin), pthread_spin_unlock(&spin))
BRACKETED(with_mtx, mtx_lock(&mtx), mtx_unlock(&mtx))
BRACKETED(then_post, (void)0, sem_post(&semaphore))
BRACKETED(wait_then, sem_wait(&semaphore), (void)0)
BRACKETED(post_before, sem_post(&semaphore), (void)0)
BRACKETED(announce, (void)0, MAPSAN_HAPPENS_BEFORE(&ready))
BRACKETED(take_note, MAPSAN_HAPPENS_AFTER(&ready), (void)0)

static void run_once(void) {
    pthread_once(&once, write_map);
    read_map();
}

static void run_call_once(void) {
    call_once(&c11_once, write_map);
    read_map();
}

static void read_under_lock(void) {
    pthread_rwlock_rdlock(&rwlock);
    read_map();
    pthread_rwlock_unlock(&rwlock);
}

static void unlock_first(void) {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    write_map();
}

static void iterate_map(void) {
    ITERATE_BEGIN(&map);
    ITERATE_END(&map);
}

static void destroy_map(void) {
    DESTROY_BEGIN(&map);
    DESTROY_END(&map);
}

static void make_map(void) { INIT(&map); }

static void make_map_again(void) {
    make_map();
    write_map();
}

/* ---- threads of their own -------------------------------------------------------------------- */

static void *do_write(void *unused) {
    write_map();
    return unused;
}

static int do_write_c11(void *unused) {
    (void)unused;
    write_map();
    return 7;
}

static void create_and_join(void) {
    pthread_t thread;
    write_map();
    pthread_create(&thread, NULL, do_write, NULL);
    pthread_join(thread, NULL);
    write_map();
}

static void create_and_join_c11(void) {
    thrd_t thread;
    int result = 0;
    write_map();
    thrd_create(&thread, do_write_c11, NULL);
    thrd_join(thread, &result);
    write_map();
    if (result != 7)
        exit(1);
}

static void not_joined(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, do_write, NULL);
    pause_ms(50);
    write_map();
}

/* Many come and go one after the other, each joined: more than there are fresh lanes. */
static void after_many_threads(void) {
    pthread_t thread;
    for (int i = 0; i < 300; i++) {
        pthread_create(&thread, NULL, do_write, NULL);
        pthread_join(thread, NULL);
    }
    write_map();
}

static void *wait_for_signal(void *unused) {
    pthread_mutex_lock(&mutex);
    while (!ready)
        pthread_cond_wait(&condition, &mutex);
    pthread_mutex_unlock(&mutex);
    write_map();
    return unused;
}

static void signalled(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, wait_for_signal, NULL);
    pause_ms(20);
    write_map();
    pthread_mutex_lock(&mutex);
    ready = true;
    pthread_cond_signal(&condition);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
}

static void *past_barrier(void *unused) {
    pthread_barrier_wait(&barrier);
    write_map();
    return unused;
}

static void stages(void) {
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, past_barrier, NULL);
    write_map();
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
}

static void *do_read(void *unused) {
    read_map();
    reach(1);
    return unused;
}

/* Two read; the one that writes then is ordered behind its own read only. */
static void write_after_one_reader(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, do_read, NULL);
    read_map();
    await(1);
    write_map();
}

/* ---- memory that changes hands --------------------------------------------------------------- */

static struct hooked_map *heap;

static void use_and_free(void) {
    heap = calloc(1, sizeof *heap);
    WRITE_BEGIN(heap);
    WRITE_END(heap);
    free(heap);
}

/* The allocator gives the same memory to another thread, and is not a lock. */
static void use_heap_again(void) {
    struct hooked_map *again = heap;
    memset(again, 0, sizeof *again);
    WRITE_BEGIN(again);
    WRITE_END(again);
}

static void *use_own_stack(void *unused) {
    struct hooked_map local = {.body = ""};
    WRITE_BEGIN(&local);
    WRITE_END(&local);
    return unused;
}

static void stack_changes_hands(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < 20; i++) {
        pthread_create(&thread, &attributes, use_own_stack, NULL);
        pause_ms(2);
    }
}

/* In the child of a fork the locks of the runtime's own are free. */
static void forked(void) {
    with_mutex();
    if (fork() == 0) {
        create_and_join();
        _exit(0);
    }
    with_mutex();
}

static const struct situation table[] = {
    {"nothing_bad", WRITES, write_map, write_map},
    {"read_then_write_bad", READ_AND_WRITE, read_map, write_map},
    {"write_then_read_bad", READ_AND_WRITE, write_map, read_map},
    {"iterate_then_write_bad", "concurrent map iteration and map write", iterate_map, write_map},
    {"read_then_destroy_bad", "map destroyed while in use", read_map, destroy_map},
    {"published_bad", READ_AND_WRITE, make_map, read_map},
    {"mutex_bad", WRITES, with_mutex, with_other},
    {"one_side_locks_bad", WRITES, with_mutex, write_map},
    {"unlocked_before_bad", WRITES, unlock_first, unlock_first},
    {"write_under_read_lock_bad", WRITES, write_under_read_lock, write_under_read_lock},
    {"semaphore_bad", WRITES, post_before, wait_then},
    {"not_joined_bad", WRITES, not_joined, NULL},
    {"annotated_bad", WRITES, write_map, take_note},
    {"two_readers_bad", READ_AND_WRITE, write_after_one_reader, NULL},
    {"reads_ok", NULL, read_map, read_map},
    {"mutex_ok", NULL, with_mutex, with_mutex},
    {"trylock_ok", NULL, with_trylock, with_trylock},
    {"rwlock_ok", NULL, with_rwlock, with_rwlock},
    {"rwlock_readers_ok", NULL, read_under_lock, with_rwlock},
    {"rwlock_writer_ok", NULL, with_rwlock, read_under_lock},
    {"spin_ok", NULL, with_spin, with_spin},
    {"mtx_ok", NULL, with_mtx, with_mtx},
    {"semaphore_ok", NULL, then_post, wait_then},
    {"once_ok", NULL, run_once, run_once},
    {"call_once_ok", NULL, run_call_once, run_call_once},
    {"annotated_ok", NULL, announce, take_note},
    {"join_ok", NULL, create_and_join, NULL},
    {"join_c11_ok", NULL, create_and_join_c11, NULL},
    {"many_threads_ok", NULL, after_many_threads, NULL},
    {"condition_ok", NULL, signalled, NULL},
    {"barrier_ok", NULL, stages, NULL},
    {"freed_ok", NULL, use_and_free, use_heap_again},
    {"stack_ok", NULL, stack_changes_hands, NULL},
    {"made_again_ok", NULL, write_map, make_map_again},
    {"fork_ok", NULL, forked, NULL},
};

int main(int count, char **arguments) {
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    sem_init(&semaphore, 0, 0);
    mtx_init(&mtx, mtx_plain);
    return run_situations(table, sizeof table / sizeof *table, count, arguments);
}
