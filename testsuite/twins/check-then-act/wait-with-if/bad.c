/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=condition tested with if, not while, around the
// wait
/*
 * A print queue's consumer waits with `if`: after the wait, which gives the lock back and takes
 * it again, the queue may be empty again because another consumer was quicker.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct job {
    struct job *next;
    int pages;
};

struct spool {
    pthread_mutex_t mutex;
    pthread_cond_t more;
    struct job *head, **tail;
    unsigned length;
    bool closed;
    unsigned pages_printed;
};

static void spool_init(struct spool *s) {
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->more, NULL);
    s->head = NULL;
    s->tail = &s->head;
    s->length = s->pages_printed = 0;
    s->closed = false;
}

static bool spool_submit(struct spool *s, int pages) {
    struct job *job = calloc(1, sizeof(*job));
    if (!job)
        return false;
    job->pages = pages;
    pthread_mutex_lock(&s->mutex);
    *s->tail = job;
    s->tail = &job->next;
    s->length++;
    pthread_cond_signal(&s->more);
    pthread_mutex_unlock(&s->mutex);
    return true;
}

static void spool_close(struct spool *s) {
    pthread_mutex_lock(&s->mutex);
    s->closed = true;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->mutex);
}

static struct job *spool_take(struct spool *s) {
    struct job *job;
    pthread_mutex_lock(&s->mutex);
    if (s->length == 0 && !s->closed)
        pthread_cond_wait(&s->more, &s->mutex); // BAD(check-then-act)
    if (s->closed && s->length == 0) {
        pthread_mutex_unlock(&s->mutex);
        return NULL;
    }
    job = s->head;
    s->head = job->next; // BAD(check-then-act)
    if (!s->head)
        s->tail = &s->head;
    s->length--; // BAD(check-then-act)
    pthread_mutex_unlock(&s->mutex);
    return job;
}

static void spool_account(struct spool *s, unsigned pages) {
    pthread_mutex_lock(&s->mutex);
    s->pages_printed += pages;
    pthread_mutex_unlock(&s->mutex);
}

static void *printer_main(void *arg) {
    struct spool *s = arg;
    struct job *job;
    while ((job = spool_take(s)) != NULL) {
        spool_account(s, (unsigned)job->pages);
        free(job);
    }
    return NULL;
}

int main(void) {
    struct spool spool;
    pthread_t printers[2];
    int printer_count = 1;
    spool_init(&spool);
    for (int i = 0; i < printer_count; i++)
        if (pthread_create(&printers[i], NULL, printer_main, &spool) != 0)
            return 1;
    for (int i = 0; i < 300; i++)
        if (!spool_submit(&spool, 1 + i % 4))
            break;
    spool_close(&spool);
    for (int i = 0; i < printer_count; i++)
        pthread_join(printers[i], NULL);
    printf("%u pages\n", spool.pages_printed);
    pthread_cond_destroy(&spool.more);
    pthread_mutex_destroy(&spool.mutex);
    return 0;
}
