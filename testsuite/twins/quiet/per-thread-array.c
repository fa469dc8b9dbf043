/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=each thread has its slot of a shared array; main sums
// after the join
/*
 * Correct: the workers share an array of tables but each uses only the one that was given to it;
 * main merges them after all are joined.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS 4
#define WORDS 64

struct tally {
    char word[16];
    unsigned count;
};

struct worker {
    pthread_t thread;
    unsigned index;
    struct tally tallies[WORDS]; /* own to the thread until the join */
    unsigned used, dropped;
};

static struct worker workers[WORKERS];
static struct tally total[WORDS];
static unsigned total_used;

static struct tally *tally_find(struct tally *tallies, unsigned *used, const char *word) {
    for (unsigned i = 0; i < *used; i++)
        if (strcmp(tallies[i].word, word) == 0)
            return &tallies[i];
    if (*used == WORDS)
        return NULL;
    struct tally *t = &tallies[(*used)++];
    memset(t, 0, sizeof(*t));
    snprintf(t->word, sizeof(t->word), "%s", word);
    return t;
}

static void worker_count(struct worker *w, const char *word) {
    struct tally *t = tally_find(w->tallies, &w->used, word);
    if (t)
        t->count++;
    else
        w->dropped++;
}

static void *worker_main(void *arg) {
    struct worker *w = arg;
    char word[16];
    for (unsigned i = 0; i < 300; i++) {
        snprintf(word, sizeof(word), "w%u", (i * (w->index + 1)) % 40);
        worker_count(w, word);
    }
    return NULL;
}

static void merge(const struct worker *w) {
    for (unsigned i = 0; i < w->used; i++) {
        struct tally *t = tally_find(total, &total_used, w->tallies[i].word);
        if (t)
            t->count += w->tallies[i].count;
    }
}

int main(void) {
    unsigned started = 0, sum = 0;
    for (unsigned i = 0; i < WORKERS; i++) {
        workers[i].index = i;
        if (pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]) != 0)
            break;
        started++;
    }
    for (unsigned i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    for (unsigned i = 0; i < started; i++) {
        merge(&workers[i]);
        workers[i].used = 0;
    }
    for (unsigned i = 0; i < total_used; i++)
        sum += total[i].count;
    printf("%u words, %u occurrences\n", total_used, sum);
    return started == WORKERS ? EXIT_SUCCESS : EXIT_FAILURE;
}
