/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=pending flag tested in one critical section and set
// in another: a work item is queued twice
/*
 * Deferred work of a block cache. flush_schedule() asks with the item's own helper whether it is
 * pending, then links it into the pool's list: linked twice, the list runs into a circle.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct work {
    struct work *next;
    bool pending;
    void (*fn)(struct work *);
};

struct workqueue {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct work *head, **tail;
    bool stop;
    pthread_t thread;
};

static struct workqueue wq;

static bool work_pending(struct workqueue *q, struct work *w) {
    bool pending;
    pthread_mutex_lock(&q->lock);
    pending = w->pending;
    pthread_mutex_unlock(&q->lock);
    return pending;
}

static void work_insert(struct workqueue *q, struct work *w) {
    w->pending = true;
    w->next = NULL;
    *q->tail = w; // BAD(check-then-act)
    q->tail = &w->next;
    pthread_cond_signal(&q->more);
}

static bool schedule_work(struct workqueue *q, struct work *w) {
    if (work_pending(q, w))
        return false;
    pthread_mutex_lock(&q->lock);
    work_insert(q, w); // BAD(check-then-act)
    pthread_mutex_unlock(&q->lock);
    return true;
}

static void *workqueue_main(void *arg) {
    struct workqueue *q = arg;

    pthread_mutex_lock(&q->lock);
    for (;;) {
        struct work *w;
        while (!q->head && !q->stop)
            pthread_cond_wait(&q->more, &q->lock);
        w = q->head;
        if (!w)
            break;
        q->head = w->next;
        if (!q->head)
            q->tail = &q->head;
        w->pending = false;
        pthread_mutex_unlock(&q->lock);
        w->fn(w);
        pthread_mutex_lock(&q->lock);
    }
    pthread_mutex_unlock(&q->lock);
    return NULL;
}

static int workqueue_start(struct workqueue *q) {
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->more, NULL);
    q->tail = &q->head;
    return pthread_create(&q->thread, NULL, workqueue_main, q);
}

static void workqueue_stop(struct workqueue *q) {
    pthread_mutex_lock(&q->lock);
    q->stop = true;
    pthread_cond_signal(&q->more);
    pthread_mutex_unlock(&q->lock);
    pthread_join(q->thread, NULL);
}

struct volume {
    struct work flush;
    unsigned flushed; /* by the work thread alone; read after it ended */
};

static void volume_flush(struct work *w) {
    struct volume *v = (struct volume *)w;
    v->flushed++;
}

static struct volume volumes[4];

static void *writer(void *arg) {
    unsigned start = *(unsigned *)arg;
    unsigned long queued = 0;
    for (unsigned i = 0; i < 3000; i++)
        queued += schedule_work(&wq, &volumes[(start + i) % 4].flush);
    return (void *)queued;
}

int main(void) {
    pthread_t writers[2];
    unsigned starts[2] = {0, 1};

    for (int i = 0; i < 4; i++)
        volumes[i].flush.fn = volume_flush;
    if (workqueue_start(&wq) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&writers[i], NULL, writer, &starts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(writers[i], NULL);
    workqueue_stop(&wq);
    for (int i = 0; i < 4; i++)
        printf("volume %d flushed %u times\n", i, volumes[i].flushed);
    return 0;
}
