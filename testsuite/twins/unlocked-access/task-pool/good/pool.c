/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=pthread, note=home-made thread pool, function pointers in
// task objects, several files
/*
 * A link checker runs its checks on a home-made pool: tasks carry a function pointer and its
 * argument, and the pool's threads call them. The check appends to a shared result list, which
 * nobody guards. Here the list has a mutex.
 */
#include "pool.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#define MAX_THREADS 8

struct task {
    struct task *next;
    task_fn run;
    void *argument;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct task *tasks;
    bool finishing;
    int thread_count;
    pthread_t threads[MAX_THREADS];
};

static void *pool_thread(void *data) {
    struct pool *pool = data;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        struct task *task = pool->tasks;
        if (task) {
            pool->tasks = task->next;
            pthread_mutex_unlock(&pool->lock);
            task->run(task->argument);
            free(task);
            pthread_mutex_lock(&pool->lock);
        } else if (pool->finishing) {
            break;
        } else {
            pthread_cond_wait(&pool->work, &pool->lock);
        }
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

struct pool *pool_create(int threads) {
    struct pool *pool = calloc(1, sizeof(*pool));
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    for (; pool->thread_count < threads && pool->thread_count < MAX_THREADS; pool->thread_count++)
        if (pthread_create(&pool->threads[pool->thread_count], NULL, pool_thread, pool) != 0)
            break;
    return pool;
}

int pool_submit(struct pool *pool, task_fn run, void *argument) {
    struct task *task = malloc(sizeof(*task));
    if (!task)
        return -1;
    task->run = run;
    task->argument = argument;
    pthread_mutex_lock(&pool->lock);
    task->next = pool->tasks;
    pool->tasks = task;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

void pool_finish(struct pool *pool) {
    pthread_mutex_lock(&pool->lock);
    pool->finishing = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}
