/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "intern.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct interp {
    pthread_t thread;
    int number;
    unsigned long steps;
    const symbol_t *last;
};

static void interp_eval(struct interp *in, const char *word) {
    const symbol_t *s = symbol_intern(word);
    if (s && s != in->last)
        in->steps++;
    in->last = s;
}

static void *interp_main(void *arg) {
    struct interp *in = arg;
    char word[24];
    for (int i = 0; i < 1000; i++) {
        snprintf(word, sizeof(word), "local_%d", (i * (in->number + 3)) % 211);
        interp_eval(in, word);
    }
    return NULL;
}

int main(void) {
    enum { INTERPS = 3 };
    struct interp *interps = calloc(INTERPS, sizeof(*interps));
    if (!interps)
        return 1;
    for (int i = 0; i < INTERPS; i++) {
        interps[i].number = i;
        if (pthread_create(&interps[i].thread, NULL, interp_main, &interps[i]) != 0)
            return 1;
    }
    for (int i = 0; i < INTERPS; i++) {
        pthread_join(interps[i].thread, NULL);
        printf("%d: %lu steps\n", i, interps[i].steps);
    }
    printf("%u symbols\n", symbol_count());
    symbols_release();
    free(interps);
    return 0;
}
