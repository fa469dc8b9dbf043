/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A macro map of the user's own whose expansions are left in every way: each bracket must close.
 * With the models in instrument_model.yaml.
 */
#include <stdio.h>

struct map {
    int count;
};

#define MAP_PUT(map, value, full)                                                                  \
    do {                                                                                           \
        if ((map)->count >= (value))                                                               \
            full;                                                                                  \
        (map)->count++;                                                                            \
    } while (0)
#define MAP_GET(map) ((map)->count)
#define MAP_EACH(map, i) for (i = 0; i < (map)->count; i++)
#define MAP_TWO(a, b) ((a)->count = (b)->count)

static struct map m, other;
static int computed;

static struct map *the_map(void) {
    computed++;
    return &m;
}

static int by_return(void) {
    MAP_PUT(&m, 1, return 1);
    MAP_PUT(&m, 1, return 2);
    return 3;
}

static int by_goto(void) {
    MAP_PUT(&m, 0, goto full);
    return 0;
full:
    return 4;
}

static int by_loop(void) {
    int rounds = 0;
    for (int i = 0; i < 10; i++) {
        rounds++;
        MAP_PUT(&m, i, if (i < 5) continue; else break);
    }
    return rounds;
}

int main(void) {
    int i;
    int a = by_return(), b = by_goto(), c = by_loop();
    printf("%d %d %d\n", a, b, c);
    int inner = MAP_GET(&m) + ({
                    int n = 0;
                    MAP_EACH(&m, i) n++;
                    n;
                });
    printf("%d %d\n", inner, MAP_TWO(&other, &m));
    /* Evaluated once by the macro: once it is. */
    int once = MAP_GET(the_map());
    printf("%d %d\n", once, computed);
    struct map *p = &m;
    printf("%d %d\n", MAP_GET(p++), p == &m + 1);
    return 0;
}
