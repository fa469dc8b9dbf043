/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=a barrier separates the phase that writes from the phase that reads
/*
 * Relaxation on a grid: in each step every thread writes its own rows of one buffer and reads its neighbours'
 * rows of the other; a barrier after each step changes the two. One thread gathers the residue between two
 * barriers.
 */
#include <pthread.h>
#include <stdio.h>

#define ROWS 24
#define COLUMNS 16
#define THREADS 3
#define STEPS 40

static double grid[2][ROWS + 2][COLUMNS];
static double residue[THREADS];
static double total_residue;
static unsigned rounds;
static pthread_barrier_t barrier;

static double relax_rows(int from, int to, int source) {
    double change = 0;
    for (int r = from; r < to; r++)
        for (int c = 0; c < COLUMNS; c++) {
            double old = grid[source][r][c];
            double fresh = (grid[source][r - 1][c] + grid[source][r + 1][c] + 2 * old) / 4;
            grid[!source][r][c] = fresh;
            change += fresh > old ? fresh - old : old - fresh;
        }
    return change;
}

static void *solver_main(void *arg) {
    int number = *(int *)arg;
    int from = 1 + number * ROWS / THREADS, to = 1 + (number + 1) * ROWS / THREADS;

    for (int step = 0; step < STEPS; step++) {
        residue[number] = relax_rows(from, to, step % 2);
        int chosen = pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
        if (chosen) {
            total_residue = 0;
            for (int i = 0; i < THREADS; i++)
                total_residue += residue[i];
            rounds++;
        }
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    int numbers[THREADS];

    for (int c = 0; c < COLUMNS; c++)
        grid[0][0][c] = grid[1][0][c] = 100;
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, solver_main, &numbers[i]) != 0)
            return 1;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
    printf("%u rounds, residue %.3f\n", rounds, total_residue);
    return 0;
}
