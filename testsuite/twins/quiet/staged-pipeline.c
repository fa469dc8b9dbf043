/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=each stage starts after the former one is joined; barrier
// between phases
/*
 * Correct: the loader threads are joined before the solver threads start, and the solver's two
 * phases are separated by a barrier: in the first each writes its own rows, in the second all
 * read.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define ROWS 64
#define THREADS 4

static double matrix[ROWS][ROWS]; /* loaders write their rows; then read-only */
static double row_sum[ROWS];      /* phase 1: own rows; phase 2: read by all */
static double result[THREADS];
static pthread_barrier_t phase;
static unsigned loaded_rows; /* under loaded_lock while the loaders run */
static pthread_mutex_t loaded_lock = PTHREAD_MUTEX_INITIALIZER;

struct range {
    unsigned index, first, last;
};

static void *loader_main(void *arg) {
    const struct range *range = arg;
    for (unsigned r = range->first; r < range->last; r++) {
        for (unsigned c = 0; c < ROWS; c++)
            matrix[r][c] = (double)(r * c % 7);
        pthread_mutex_lock(&loaded_lock);
        loaded_rows++;
        pthread_mutex_unlock(&loaded_lock);
    }
    return NULL;
}

static void *solver_main(void *arg) {
    const struct range *range = arg;
    double sum = 0;
    for (unsigned r = range->first; r < range->last; r++) {
        row_sum[r] = 0;
        for (unsigned c = 0; c < ROWS; c++)
            row_sum[r] += matrix[r][c];
    }
    pthread_barrier_wait(&phase);
    for (unsigned r = 0; r < ROWS; r++)
        sum += row_sum[r] * (double)(range->index + 1);
    result[range->index] = sum;
    return NULL;
}

static int run_stage(void *(*stage)(void *), struct range *ranges) {
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, stage, &ranges[i]) != 0)
            return -1;
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return 0;
}

int main(void) {
    struct range ranges[THREADS];
    double sum = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        ranges[i].index = i;
        ranges[i].first = i * ROWS / THREADS;
        ranges[i].last = (i + 1) * ROWS / THREADS;
    }
    if (pthread_barrier_init(&phase, NULL, THREADS) != 0)
        return EXIT_FAILURE;
    if (run_stage(loader_main, ranges) != 0)
        return EXIT_FAILURE;
    if (loaded_rows != ROWS) {
        fprintf(stderr, "%u rows only\n", loaded_rows);
        return EXIT_FAILURE;
    }
    matrix[0][0] += 1; /* between the stages there is one thread */
    if (run_stage(solver_main, ranges) != 0)
        return EXIT_FAILURE;
    for (unsigned i = 0; i < THREADS; i++)
        sum += result[i];
    printf("%.1f\n", sum);
    pthread_barrier_destroy(&phase);
    return EXIT_SUCCESS;
}
