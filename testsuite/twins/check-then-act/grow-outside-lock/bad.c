/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=capacity read under the lock, array replaced
// later
/*
 * A symbol index grows its array: it reads the capacity under the lock, allocates outside, and
 * installs the larger array in a second section without looking whether the array has grown or
 * filled meanwhile. Entries added in between are lost, or the array shrinks below the count.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct symbol_index {
    pthread_mutex_t mutex;
    unsigned *offsets;
    unsigned count, capacity;
    unsigned growths;
};

static bool index_reserve(struct symbol_index *x) {
    unsigned *larger, *old;
    unsigned wanted;

    pthread_mutex_lock(&x->mutex);
    if (x->count < x->capacity) {
        pthread_mutex_unlock(&x->mutex);
        return true;
    }
    wanted = x->capacity * 2;
    pthread_mutex_unlock(&x->mutex);

    larger = calloc(wanted, sizeof(*larger));
    if (!larger)
        return false;

    pthread_mutex_lock(&x->mutex);
    memcpy(larger, x->offsets, x->count * sizeof(*larger));
    old = x->offsets;
    x->offsets = larger; // BAD(check-then-act)
    x->capacity = wanted; // BAD(check-then-act)
    x->growths++;
    pthread_mutex_unlock(&x->mutex);
    free(old);
    return true;
}

static bool index_append(struct symbol_index *x, unsigned offset) {
    for (;;) {
        bool placed = false;
        pthread_mutex_lock(&x->mutex);
        if (x->count < x->capacity) {
            x->offsets[x->count++] = offset;
            placed = true;
        }
        pthread_mutex_unlock(&x->mutex);
        if (placed)
            return true;
        if (!index_reserve(x))
            return false;
    }
}

static unsigned long index_sum(struct symbol_index *x) {
    unsigned long sum = 0;
    pthread_mutex_lock(&x->mutex);
    for (unsigned i = 0; i < x->count; i++)
        sum += x->offsets[i];
    pthread_mutex_unlock(&x->mutex);
    return sum;
}

static struct symbol_index symbols;

static void *parser_main(void *arg) {
    unsigned base = *(unsigned *)arg;
    for (unsigned i = 0; i < 500; i++)
        if (!index_append(&symbols, base + i))
            break;
    return NULL;
}

int main(void) {
    pthread_t parsers[2];
    unsigned bases[2] = {0, 10000};
    int parser_count = 1;
    pthread_mutex_init(&symbols.mutex, NULL);
    symbols.capacity = 4;
    symbols.offsets = calloc(symbols.capacity, sizeof(*symbols.offsets));
    if (!symbols.offsets)
        return 1;
    for (int i = 0; i < parser_count; i++)
        if (pthread_create(&parsers[i], NULL, parser_main, &bases[i]) != 0)
            return 1;
    printf("%lu so far\n", index_sum(&symbols));
    for (int i = 0; i < parser_count; i++)
        pthread_join(parsers[i], NULL);
    printf("%u symbols, %u growths\n", symbols.count, symbols.growths);
    free(symbols.offsets);
    pthread_mutex_destroy(&symbols.mutex);
    return 0;
}
