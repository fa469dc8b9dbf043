/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A thread that could get to the data only in theory: through a pointer that may hold one of several
 * functions, or down a long way on which some flag forbids it. Beside them, a table of operations that
 * a library does call on many threads at once. */
#include <pthread.h>

static long stat_keys, stat_clients, stat_reads;

struct type {
    void (*read)(int flags);
};

static void read_plain(int flags) { stat_keys += flags; }
static void read_secure(int flags) { stat_reads += flags; }

static struct type plain = {read_plain}, secure = {read_secure};

static void step_six(int flags) {
    if (flags & 1)
        stat_clients++;
}
static void step_five(int flags) { step_six(flags); }
static void step_four(int flags) { step_five(flags); }
static void step_three(int flags) { step_four(flags); }
static void step_two(int flags) { step_three(flags); }
static void step_one(int flags) { step_two(flags); }
static void step_zero(int flags) { step_one(flags); }

static void serve(struct type *type, int flags) {
    type->read(flags);
    step_zero(flags);
}

static void *io_main(void *type) {
    serve(type, 2);
    return type;
}

static long counted;

static void *count_bad(void *unused) {
    counted++; // expected-warning {{`counted` is modified here while another thread may change it, with no lock in common}} expected-note@* 1+{{}}
    return unused;
}

int main(int argc, char **argv) {
    pthread_t io[2], counter[2];
    (void)argv;
    pthread_create(&io[0], 0, io_main, argc > 1 ? &secure : &plain);
    pthread_create(&counter[0], 0, count_bad, 0);
    pthread_create(&counter[1], 0, count_bad, 0);
    serve(&plain, argc);
    return (int)(stat_keys + stat_clients + stat_reads);
}
