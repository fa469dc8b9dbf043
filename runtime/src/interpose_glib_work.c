/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Work that GLib hands from one thread to another: thread pools, main contexts, tasks. The queues
 * are inside GLib and call each other there, so what is seen is where work is given away and where
 * it begins: a pool's function is wrapped, and so is the dispatch of the sources that callbacks
 * hang on. All main contexts count as one.
 */
#include <stdint.h>
#include <stdlib.h>

#include "interpose.h"

/* ---- thread pools ---------------------------------------------------------------------------- */

typedef void pool_function(void *item, void *argument);

/* What the program wanted to be called; lives as long as the pool may call it. */
struct pool {
    pool_function *function;
    void *argument;
    void *shown; /* the GThreadPool, once there is one */
};

static void run_pool(void *item, void *argument) {
    const struct pool *pool = argument;
    mapsan_acquire(pool);
    pool->function(item, pool->argument);
    mapsan_release(&pool->shown);
}

/* A GThreadPool begins with its function and that one's argument. */
struct shown_pool {
    pool_function *function;
    void *argument;
};

static const struct pool *ours(const struct shown_pool *shown) {
    return shown->function == run_pool ? shown->argument : NULL;
}

static struct pool *make_pool(pool_function *function, void *argument) {
    struct pool *pool = malloc(sizeof *pool);
    if (pool)
        *pool = (struct pool){.function = function, .argument = argument};
    return pool;
}

MAPSAN_INTERPOSE(void *, g_thread_pool_new, g_thread_pool_new,
                 (pool_function * function, void *argument, int threads, int exclusive,
                  void **error),
                 (function, argument, threads, exclusive, error), {
                     struct pool *pool = __mapsan_sync & (MAPSAN_SYNC_ORDER | MAPSAN_SYNC_TSAN)
                                             ? make_pool(function, argument)
                                             : NULL;
                     return pool ? next(run_pool, pool, threads, exclusive, error)
                                 : next(function, argument, threads, exclusive, error);
                 })
MAPSAN_INTERPOSE(void *, g_thread_pool_new_full, g_thread_pool_new_full,
                 (pool_function * function, void *argument, void *free_item, int threads,
                  int exclusive, void **error),
                 (function, argument, free_item, threads, exclusive, error), {
                     struct pool *pool = __mapsan_sync & (MAPSAN_SYNC_ORDER | MAPSAN_SYNC_TSAN)
                                             ? make_pool(function, argument)
                                             : NULL;
                     return pool ? next(run_pool, pool, free_item, threads, exclusive, error)
                                 : next(function, argument, free_item, threads, exclusive, error);
                 })
MAPSAN_INTERPOSE(int, g_thread_pool_push, g_thread_pool_push,
                 (struct shown_pool * shown, void *item, void **error), (shown, item, error), {
                     if (ours(shown))
                         mapsan_release(ours(shown));
                     return next(shown, item, error);
                 })
/* Having waited for the work, the caller comes after it. */
MAPSAN_INTERPOSE(void, g_thread_pool_free, g_thread_pool_free,
                 (struct shown_pool * shown, int immediate, int wait), (shown, immediate, wait), {
                     const struct pool *pool = ours(shown);
                     next(shown, immediate, wait);
                     if (pool && wait)
                         mapsan_acquire(&pool->shown);
                 })

/* ---- main contexts --------------------------------------------------------------------------- */

static const char contexts;

/* GLib's kinds of source: prepare, check, dispatch. */
typedef int dispatch_function(void *source, int (*callback)(void *), void *argument);
struct source_functions {
    void *prepare, *check;
    dispatch_function *dispatch;
};

static dispatch_function *next_idle, *next_timeout;

static int dispatch_idle(void *source, int (*callback)(void *), void *argument) {
    mapsan_acquire(&contexts);
    return next_idle(source, callback, argument);
}

static int dispatch_timeout(void *source, int (*callback)(void *), void *argument) {
    mapsan_acquire(&contexts);
    return next_timeout(source, callback, argument);
}

/* Both are variables of GLib's, which a source consults at each dispatch. */
static void wrap_dispatch(const char *name, dispatch_function *ours, dispatch_function **next) {
    struct source_functions *functions = dlsym(RTLD_DEFAULT, name);
    if (!functions || functions->dispatch == ours)
        return;
    *next = functions->dispatch;
    functions->dispatch = ours;
}

void mapsan_interpose_dispatch(void) {
    wrap_dispatch("g_idle_funcs", dispatch_idle, &next_idle);
    wrap_dispatch("g_timeout_funcs", dispatch_timeout, &next_timeout);
}

#define GIVES_WORK(type, name, parameters, arguments)                                              \
    MAPSAN_INTERPOSE(type, name, name, parameters, arguments, {                                    \
        mapsan_release(&contexts);                                                                 \
        return next arguments;                                                                     \
    })

GIVES_WORK(unsigned, g_idle_add, (void *function, void *argument), (function, argument))
GIVES_WORK(unsigned, g_idle_add_once, (void *function, void *argument), (function, argument))
GIVES_WORK(unsigned, g_idle_add_full, (int priority, void *function, void *argument, void *notify),
           (priority, function, argument, notify))
GIVES_WORK(unsigned, g_timeout_add, (unsigned interval, void *function, void *argument),
           (interval, function, argument))
GIVES_WORK(unsigned, g_timeout_add_once, (unsigned interval, void *function, void *argument),
           (interval, function, argument))
GIVES_WORK(unsigned, g_timeout_add_full,
           (int priority, unsigned interval, void *function, void *argument, void *notify),
           (priority, interval, function, argument, notify))
GIVES_WORK(unsigned, g_timeout_add_seconds, (unsigned interval, void *function, void *argument),
           (interval, function, argument))
GIVES_WORK(unsigned, g_timeout_add_seconds_full,
           (int priority, unsigned interval, void *function, void *argument, void *notify),
           (priority, interval, function, argument, notify))
GIVES_WORK(void, g_main_context_invoke, (void *context, void *function, void *argument),
           (context, function, argument))
GIVES_WORK(void, g_main_context_invoke_full,
           (void *context, int priority, void *function, void *argument, void *notify),
           (context, priority, function, argument, notify))
GIVES_WORK(unsigned, g_source_attach, (void *source, void *context), (source, context))
GIVES_WORK(void, g_main_context_wakeup, (void *context), (context))
GIVES_WORK(void, g_main_loop_quit, (void *loop), (loop))
MAPSAN_INTERPOSE(void, g_main_loop_run, g_main_loop_run, (void *loop), (loop), {
    next(loop);
    mapsan_acquire(&contexts);
})

/* ---- tasks ----------------------------------------------------------------------------------- */

GIVES_WORK(void, g_task_return_pointer, (void *task, void *result, void *notify),
           (task, result, notify))
GIVES_WORK(void, g_task_return_boolean, (void *task, int result), (task, result))
GIVES_WORK(void, g_task_return_int, (void *task, intptr_t result), (task, result))
GIVES_WORK(void, g_task_return_error, (void *task, void *error), (task, error))
GIVES_WORK(int, g_task_return_error_if_cancelled, (void *task), (task))
