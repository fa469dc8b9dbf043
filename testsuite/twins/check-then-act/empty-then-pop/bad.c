/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=nolock variants exist; the locking pair is used
// for test and pop
/*
 * A work queue has locking functions and _nolock variants. The worker asks queue_is_empty and
 * then calls queue_pop_first, which assumes that there is an element: another worker may have
 * taken the last one between the two calls.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define QUEUE_LOCK(q) pthread_mutex_lock(&(q)->mutex)
#define QUEUE_UNLOCK(q) pthread_mutex_unlock(&(q)->mutex)

struct task {
    struct task *next;
    unsigned cost;
};

struct queue {
    pthread_mutex_t mutex;
    struct task *first;
    unsigned length;
};

static bool queue_is_empty_nolock(const struct queue *q) { return q->length == 0; }

static struct task *queue_pop_first_nolock(struct queue *q) {
    struct task *task = q->first;
    q->first = task->next;
    q->length--;
    return task;
}

static bool queue_is_empty(struct queue *q) {
    QUEUE_LOCK(q);
    bool empty = queue_is_empty_nolock(q);
    QUEUE_UNLOCK(q);
    return empty;
}

static struct task *queue_pop_first(struct queue *q) {
    QUEUE_LOCK(q);
    struct task *task = queue_pop_first_nolock(q);
    QUEUE_UNLOCK(q);
    return task;
}

static bool queue_push(struct queue *q, unsigned cost) {
    struct task *task = malloc(sizeof(*task));
    if (!task)
        return false;
    task->cost = cost;
    QUEUE_LOCK(q);
    task->next = q->first;
    q->first = task;
    q->length++;
    QUEUE_UNLOCK(q);
    return true;
}

static struct task *worker_next(struct queue *q) {
    if (queue_is_empty(q))
        return NULL;
    return queue_pop_first(q); // BAD(check-then-act)
}

static void *worker_main(void *arg) {
    struct queue *q = arg;
    struct task *task;
    size_t cost = 0;
    while ((task = worker_next(q)) != NULL) {
        cost += task->cost;
        if (task->cost > 90)
            queue_push(q, task->cost / 2);
        free(task);
    }
    return (void *)cost;
}

int main(void) {
    static struct queue queue = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_t workers[3];
    int worker_count = 1;
    for (unsigned i = 0; i < 300; i++)
        if (!queue_push(&queue, i % 100))
            return 1;
    for (int i = 0; i < worker_count; i++)
        if (pthread_create(&workers[i], NULL, worker_main, &queue) != 0)
            return 1;
    for (int i = 0; i < worker_count; i++) {
        void *cost;
        pthread_join(workers[i], &cost);
        printf("worker %d: %zu\n", i, (size_t)cost);
    }
    return 0;
}
