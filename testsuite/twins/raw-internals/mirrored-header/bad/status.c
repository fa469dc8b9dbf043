/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "intmap.h"
#include <pthread.h>
#include <stdio.h>

/* as in intmap.c */
struct intmap_header {
    size_t count;
    size_t capacity;
};

static struct intmap *scores;

static size_t status_count(void) {
    const struct intmap_header *header = (const struct intmap_header *)scores; // BAD(raw-internals)
    return header->count; // BAD(raw-internals,guard-bypass,unlocked-access)
}

static void *game_main(void *arg) {
    unsigned base = *(unsigned *)arg;
    long best;
    for (unsigned i = 0; i < 200; i++) {
        if (!intmap_get(scores, base + i % 30, &best))
            best = 0;
        if (!intmap_set(scores, base + i % 30, best + (long)i))
            break;
    }
    return NULL;
}

static void *status_main(void *arg) {
    size_t most = 0;
    (void)arg;
    for (int i = 0; i < 100; i++) {
        size_t count = status_count();
        if (count > most)
            most = count;
    }
    return (void *)most;
}

int main(void) {
    pthread_t games[2], status;
    unsigned bases[2] = {0, 20};
    void *most;
    scores = intmap_create(128);
    if (!scores)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&games[i], NULL, game_main, &bases[i]) != 0)
            return 1;
    if (pthread_create(&status, NULL, status_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(games[i], NULL);
    pthread_join(status, &most);
    printf("%zu scores\n", (size_t)most);
    intmap_destroy(scores);
    return 0;
}
