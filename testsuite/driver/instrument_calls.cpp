// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls of modelled functions from C++: some throw. With the models in instrument_model.yaml.
#include <cstdio>

struct map {
    int count;
};
struct big {
    long words[8];
};

extern "C" {
void my_visit(struct map *m, void (*callback)(int)) {
    for (int i = 0; i < m->count; i++)
        callback(i);
}
int my_insert(struct map *m, int value) { return m->count += value; }
struct big my_copy(struct big key, struct map *m) {
    key.words[0] += m->count;
    return key;
}
int my_act(struct map *m, int what) { return m->count + what; }
}

static map the_map;
static int (*const table[])(struct map *, int) = {my_insert, my_act};

static void fine(int) {}
static void throws(int) { throw 1; }
static int tail(map *m, int value) { [[clang::musttail]] return my_insert(m, value); }

struct closer {
    ~closer() { my_insert(&the_map, 1); }
};

int main(int argc, char **) {
    my_insert(&the_map, 2);
    my_visit(&the_map, fine);
    try {
        closer close;
        my_visit(&the_map, throws);
    } catch (int) {
        std::puts("caught");
    }
    try {
        my_visit(&the_map, argc ? throws : fine);
    } catch (...) {
        std::puts("caught");
    }
    big b = my_copy(big(), &the_map);
    std::printf("%ld %d %d\n", b.words[0], tail(&the_map, 1), table[0](&the_map, 1));
    my_act(&the_map, 0);
    my_act(&the_map, 1);
    my_act(&the_map, argc);
    my_act(&the_map, argc + 8);
    return 0;
}
