/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A lock that ends while it is held; a frame that ends while a thread works on it. */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>

struct buffer {
    pthread_mutex_t lock;
    int refs;
    struct buffer *next;
};

void buffer_unref_bad(struct buffer *b) {
    pthread_mutex_lock(&b->lock); // expected-note {{it is taken here}}
    if (--b->refs == 0)
        free(b); // expected-warning {{free() frees the object that `b->lock` is in while that lock is held}}
    pthread_mutex_unlock(&b->lock); // expected-note {{it is given back here, when it is gone}}
}

void buffer_unref_ok(struct buffer *b) {
    pthread_mutex_lock(&b->lock);
    bool last = --b->refs == 0;
    pthread_mutex_unlock(&b->lock);
    if (last) {
        pthread_mutex_destroy(&b->lock);
        free(b);
    }
}

void buffer_drop_all_ok(struct buffer *first) {
    while (first) {
        struct buffer *next = first->next;
        pthread_mutex_lock(&first->lock);
        first->refs = 0;
        pthread_mutex_unlock(&first->lock);
        free(first);
        first = next;
    }
}

static void buffer_lock(struct buffer *b) { pthread_mutex_lock(&b->lock); }

static void buffer_unlock(struct buffer *b) { pthread_mutex_unlock(&b->lock); }

void buffer_close_bad(struct buffer *b) {
    buffer_lock(b); // expected-note {{it is taken here}}
    pthread_mutex_destroy(&b->lock); // expected-warning {{`b->lock` is destroyed here by pthread_mutex_destroy() while it is held}}
    free(b);
}

void buffer_close_ok(struct buffer *b) {
    buffer_lock(b);
    b->refs = 0;
    buffer_unlock(b);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

struct job {
    int number;
    sem_t taken;
};

static void *job_main(void *data) {
    struct job *job = data;
    int number = job->number; // expected-note {{the thread uses it here, in job_main()}}
    sem_post(&job->taken);
    return number ? data : NULL;
}

int job_start_bad(int number) {
    struct job job = {.number = number};
    pthread_t thread;
    return pthread_create(&thread, NULL, job_main, &job); // expected-warning {{a thread is given `job`, a local of job_start_bad(), which returns without waiting for the thread}}
}

int job_start_ok(int number) {
    struct job job = {.number = number};
    pthread_t thread;
    sem_init(&job.taken, 0, 0);
    if (pthread_create(&thread, NULL, job_main, &job) != 0)
        return -1;
    while (sem_wait(&job.taken) != 0)
        ;
    return 0;
}

int job_run_ok(int number) {
    struct job job = {.number = number};
    pthread_t thread;
    if (pthread_create(&thread, NULL, job_main, &job) != 0)
        return -1;
    return pthread_join(thread, NULL);
}

int job_heap_ok(int number) {
    struct job *job = calloc(1, sizeof *job);
    pthread_t thread;
    job->number = number;
    return pthread_create(&thread, NULL, job_main, job);
}
