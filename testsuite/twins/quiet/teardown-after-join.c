/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=uthash+pthread, note=no lock needed before the first start and after
// the last join
/*
 * Correct: the job table is used under its lock while the workers live. Before they start and
 * after all of them are joined, main uses it without the lock.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

#define WORKERS 3

struct job {
    int id;
    int state;
    UT_hash_handle hh;
};

struct scheduler {
    pthread_mutex_t mutex;
    struct job *jobs;
    unsigned finished;
    pthread_t workers[WORKERS];
    int started;
};

static int scheduler_load(struct scheduler *s, int count) {
    for (int id = 0; id < count; id++) {
        struct job *j = calloc(1, sizeof(*j));
        if (!j)
            return -1;
        j->id = id;
        HASH_ADD_INT(s->jobs, id, j);
    }
    return 0;
}

static struct job *scheduler_next_locked(struct scheduler *s) {
    struct job *j, *next;
    HASH_ITER(hh, s->jobs, j, next)
    if (j->state == 0)
        return j;
    return NULL;
}

static void *worker_main(void *arg) {
    struct scheduler *s = arg;
    for (;;) {
        struct job *j;
        pthread_mutex_lock(&s->mutex);
        j = scheduler_next_locked(s);
        if (!j) {
            pthread_mutex_unlock(&s->mutex);
            return NULL;
        }
        j->state = 1;
        s->finished++;
        pthread_mutex_unlock(&s->mutex);
    }
}

static int scheduler_start(struct scheduler *s) {
    for (; s->started < WORKERS; s->started++)
        if (pthread_create(&s->workers[s->started], NULL, worker_main, s) != 0)
            return -1;
    return 0;
}

static void scheduler_stop(struct scheduler *s) {
    struct job *j, *next;
    while (s->started > 0)
        pthread_join(s->workers[--s->started], NULL);
    HASH_ITER(hh, s->jobs, j, next) {
        HASH_DEL(s->jobs, j);
        free(j);
    }
    pthread_mutex_destroy(&s->mutex);
}

int main(void) {
    struct scheduler *s = calloc(1, sizeof(*s));
    int status = 0;
    if (!s || pthread_mutex_init(&s->mutex, NULL) != 0)
        return 1;
    if (scheduler_load(s, 100) != 0 || scheduler_start(s) != 0)
        status = 1;
    scheduler_stop(s);
    printf("%u finished\n", s->finished);
    free(s);
    return status;
}
