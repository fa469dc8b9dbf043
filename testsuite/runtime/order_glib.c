/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * mode=hb, by what GLib offers: its mutex is a futex of its own, its queues call each other inside.
 */
#include <glib.h>

#include "order.h"

#define WRITES "concurrent map writes"

static GMutex mutex, other;
static GRecMutex recursive;
static GRWLock rwlock;
static GCond condition;
static GOnce once = G_ONCE_INIT;
static gsize initialised;
static gint bits;
static gboolean ready;

#define BRACKETED(name, before, after)                                                             \
    static void name(void) {                                                                       \
        before;                                                                                    \
        write_map();                                                                               \
        after;                                                                                     \
    }

BRACKETED(with_mutex, g_mutex_lock(&mutex), g_mutex_unlock(&mutex))
BRACKETED(with_other, g_mutex_lock(&other), g_mutex_unlock(&other))
BRACKETED(with_trylock, (void)g_mutex_trylock(&mutex), g_mutex_unlock(&mutex))
BRACKETED(with_recursive, g_rec_mutex_lock(&recursive), g_rec_mutex_unlock(&recursive))
BRACKETED(with_rwlock, g_rw_lock_writer_lock(&rwlock), g_rw_lock_writer_unlock(&rwlock))
BRACKETED(write_under_read_lock, g_rw_lock_reader_lock(&rwlock), g_rw_lock_reader_unlock(&rwlock))
BRACKETED(with_bit, g_bit_lock(&bits, 3), g_bit_unlock(&bits, 3))

static gpointer make(gpointer unused) {
    write_map();
    return unused;
}

/* The functions, not the macros: these look at the state by an atomic operation first, which is
 * seen in what mapsan-clang compiled; see order_atomic.c. */
static void run_once(void) {
    g_once_impl(&once, make, &map);
    read_map();
}

static void run_once_init(void) {
    if ((g_once_init_enter)(&initialised)) {
        write_map();
        (g_once_init_leave)(&initialised, 1);
    }
    read_map();
}

static void create_and_join(void) {
    write_map();
    g_thread_join(g_thread_new("writer", make, NULL));
    write_map();
}

static gpointer wait_for_signal(gpointer unused) {
    g_mutex_lock(&mutex);
    while (!ready)
        g_cond_wait(&condition, &mutex);
    g_mutex_unlock(&mutex);
    write_map();
    return unused;
}

static void signalled(void) {
    GThread *thread = g_thread_new("waiter", wait_for_signal, NULL);
    pause_ms(20);
    write_map();
    g_mutex_lock(&mutex);
    ready = TRUE;
    g_cond_signal(&condition);
    g_mutex_unlock(&mutex);
    g_thread_join(thread);
}

static gpointer write_next(gpointer queue) {
    struct hooked_map *next = g_async_queue_pop(queue);
    WRITE_BEGIN(next);
    WRITE_END(next);
    return queue;
}

/* The map goes to another thread and is used by that alone. */
static void handed_over(void) {
    GAsyncQueue *queue = g_async_queue_new();
    GThread *thread = g_thread_new("consumer", write_next, queue);
    write_map();
    g_async_queue_push(queue, &map);
    g_thread_join(thread);
    g_async_queue_unref(queue);
}

static void work(gpointer item, gpointer unused) {
    struct hooked_map *given = item;
    (void)unused;
    WRITE_BEGIN(given);
    WRITE_END(given);
}

static void work_alone(gpointer item, gpointer unused) {
    (void)item, (void)unused;
    write_map();
    pause_ms(1);
}

/* Each item is used by the pusher, then by one worker, and after the pool by the pusher again. */
static void given_to_pool(void) {
    static struct hooked_map items[200];
    GThreadPool *pool = g_thread_pool_new(work, NULL, 4, FALSE, NULL);
    for (int i = 0; i < 200; i++) {
        work(&items[i], NULL);
        g_thread_pool_push(pool, &items[i], NULL);
    }
    g_thread_pool_free(pool, FALSE, TRUE);
    for (int i = 0; i < 200; i++)
        work(&items[i], NULL);
}

/* One map for all workers, and nothing between them. */
static void shared_in_pool(void) {
    GThreadPool *pool = g_thread_pool_new(work_alone, NULL, 4, TRUE, NULL);
    for (int i = 0; i < 40; i++)
        g_thread_pool_push(pool, &map, NULL);
    g_thread_pool_free(pool, FALSE, TRUE);
}

static gboolean on_idle(gpointer loop) {
    write_map();
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

static gpointer ask_for_idle(gpointer loop) {
    write_map();
    g_idle_add(on_idle, loop);
    return NULL;
}

static void called_back(void) {
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    GThread *thread = g_thread_new("asker", ask_for_idle, loop);
    g_main_loop_run(loop);
    write_map();
    g_thread_join(thread);
}

static const struct situation table[] = {
    {"nothing_bad", WRITES, write_map, write_map},
    {"mutex_bad", WRITES, with_mutex, with_other},
    {"write_under_read_lock_bad", WRITES, write_under_read_lock, write_under_read_lock},
    {"shared_in_pool_bad", WRITES, shared_in_pool, NULL},
    {"mutex_ok", NULL, with_mutex, with_mutex},
    {"trylock_ok", NULL, with_trylock, with_trylock},
    {"recursive_ok", NULL, with_recursive, with_recursive},
    {"rwlock_ok", NULL, with_rwlock, with_rwlock},
    {"bit_ok", NULL, with_bit, with_bit},
    {"once_ok", NULL, run_once, run_once},
    {"once_init_ok", NULL, run_once_init, run_once_init},
    {"join_ok", NULL, create_and_join, NULL},
    {"condition_ok", NULL, signalled, NULL},
    {"queue_ok", NULL, handed_over, NULL},
    {"pool_ok", NULL, given_to_pool, NULL},
    {"idle_ok", NULL, called_back, NULL},
};

int main(int count, char **arguments) {
    return run_situations(table, sizeof table / sizeof *table, count, arguments);
}
