/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=shared dictionary filled before the threads, unchanged while they
// run, extended after the join; each thread collects into a dictionary of its own
/*
 * Spell checker: one dictionary for all, read without a lock because nobody changes it while the workers
 * run. Unknown words go to the worker's own dictionary, and from there into the shared one by main after
 * the join. Then a second generation of workers reads what was added.
 */
#include "dict.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 3 };

static struct dict *shared;

struct worker {
    pthread_t thread;
    unsigned seed;
    struct dict *unknown;
    unsigned known;
};

static void *worker_main(void *arg) {
    struct worker *w = arg;
    for (int i = 0; i < 500; i++) {
        char word[16];
        w->seed = w->seed * 69069u + 1;
        snprintf(word, sizeof(word), "w%u", w->seed >> 24);
        if (dict_contains(shared, word))
            w->known++;
        else if (dict_add(w->unknown, word) < 0)
            break;
    }
    return NULL;
}

static int run_generation(struct worker *workers) {
    for (int i = 0; i < WORKERS; i++) {
        workers[i].unknown = dict_new();
        if (!workers[i].unknown || pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]) != 0)
            return -1;
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i].thread, NULL);
    return 0;
}

static void learn(struct worker *workers) {
    char word[16];
    for (unsigned n = 0; n < 256; n++) {
        snprintf(word, sizeof(word), "w%u", n);
        for (int i = 0; i < WORKERS; i++)
            if (dict_contains(workers[i].unknown, word))
                dict_add(shared, word);
    }
    for (int i = 0; i < WORKERS; i++)
        dict_free(workers[i].unknown);
}

int main(void) {
    static struct worker workers[WORKERS];
    char word[16];

    shared = dict_new();
    if (!shared)
        return 1;
    for (unsigned i = 0; i < 100; i++) {
        snprintf(word, sizeof(word), "w%u", i * 2);
        if (dict_add(shared, word) < 0)
            return 1;
    }
    for (int generation = 0; generation < 2; generation++) {
        for (unsigned i = 0; i < WORKERS; i++)
            workers[i].seed = i + 10u * (unsigned)generation;
        if (run_generation(workers) != 0)
            return 1;
        learn(workers);
        printf("%u words\n", dict_size(shared));
    }
    dict_free(shared);
    return 0;
}
