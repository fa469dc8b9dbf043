/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=break out of a loop over locked rows with the row locked
/*
 * Fragment tracker of an IDS: the sweep locks each row in turn and stops early when it has freed
 * enough. The break leaves the last row locked.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct tracker {
    struct tracker *next;
    unsigned id;
    unsigned timeout;
};

struct row {
    pthread_mutex_t m;
    struct tracker *head;
};

#define ROWS 16
#define DRLOCK_LOCK(r) pthread_mutex_lock(&(r)->m)
#define DRLOCK_UNLOCK(r) pthread_mutex_unlock(&(r)->m)

static struct row defrag_hash[ROWS];

static int tracker_touch(unsigned id, unsigned now) {
    struct row *r = &defrag_hash[id % ROWS];
    struct tracker *t;

    DRLOCK_LOCK(r);
    for (t = r->head; t; t = t->next)
        if (t->id == id)
            break;
    if (!t) {
        t = calloc(1, sizeof(*t));
        if (!t) {
            DRLOCK_UNLOCK(r);
            return -1;
        }
        t->id = id;
        t->next = r->head;
        r->head = t;
    }
    t->timeout = now + 40;
    DRLOCK_UNLOCK(r);
    return 0;
}

static unsigned row_timeout(struct row *r, unsigned now) {
    unsigned n = 0;
    for (struct tracker **link = &r->head, *t; (t = *link);) {
        if (t->timeout > now) {
            link = &t->next;
            continue;
        }
        *link = t->next;
        free(t);
        n++;
    }
    return n;
}

static unsigned defrag_sweep(unsigned now, unsigned enough) {
    unsigned freed = 0;

    for (int i = 0; i < ROWS; i++) {
        struct row *r = &defrag_hash[i];
        if (pthread_mutex_trylock(&r->m) != 0)
            continue;
        freed += row_timeout(r, now);
        DRLOCK_UNLOCK(r);
        if (freed >= enough)
            break;
    }
    return freed;
}

static void *decoder(void *arg) {
    unsigned id = *(unsigned *)arg;
    for (unsigned now = 0; now < 3000; now++) {
        id = id * 1103515245u + 12345u;
        if (tracker_touch(id >> 23, now) != 0)
            break;
        if (now % 50 == 0)
            defrag_sweep(now, 1000);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[2];
    unsigned ids[2] = {5, 9};

    for (int i = 0; i < ROWS; i++)
        pthread_mutex_init(&defrag_hash[i].m, NULL);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, decoder, &ids[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("%u swept at the end\n", defrag_sweep(~0u, ~0u));
    for (int i = 0; i < ROWS; i++)
        pthread_mutex_destroy(&defrag_hash[i].m);
    return 0;
}
