/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=uv, note=state that only the loop's thread touches, beside state under a mutex
/*
 * A libuv program: requests and their table belong to the loop's thread and have no lock; work requests
 * carry copies into the pool and results back in the request itself, which the loop owns again in the
 * after-work callback. Only the shared counters are under the mutex.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#define SLOTS 16

struct request {
    uv_work_t work;
    int slot;
    unsigned input;
    unsigned output;
};

static struct request *table[SLOTS]; /* loop thread only */
static unsigned started, finished;   /* loop thread only */
static uv_timer_t timer;

static uv_mutex_t totals_mutex;
static unsigned long total_work, total_rounds;

static void start_more(uv_loop_t *loop);

static void do_work(uv_work_t *w) {
    struct request *r = w->data;
    unsigned x = r->input, rounds = 0;
    while (x != 1 && rounds < 500) {
        x = x % 2 ? 3 * x + 1 : x / 2;
        rounds++;
    }
    r->output = rounds;
    uv_mutex_lock(&totals_mutex);
    total_work++;
    total_rounds += rounds;
    uv_mutex_unlock(&totals_mutex);
}

static void after_work(uv_work_t *w, int status) {
    struct request *r = w->data;
    uv_loop_t *loop = w->loop;
    if (status == 0 && r->output > 0)
        finished++;
    table[r->slot] = NULL;
    free(r);
    start_more(loop);
}

static void start_more(uv_loop_t *loop) {
    for (int i = 0; i < SLOTS && started < 300; i++) {
        if (table[i])
            continue;
        struct request *r = calloc(1, sizeof(*r));
        if (!r)
            return;
        r->slot = i;
        r->input = ++started + 1;
        r->work.data = r;
        table[i] = r;
        if (uv_queue_work(loop, &r->work, do_work, after_work) != 0) {
            table[i] = NULL;
            free(r);
        }
    }
}

static void on_timer(uv_timer_t *handle) {
    unsigned busy = 0;
    unsigned long work;
    for (int i = 0; i < SLOTS; i++)
        busy += table[i] != NULL;
    uv_mutex_lock(&totals_mutex);
    work = total_work;
    uv_mutex_unlock(&totals_mutex);
    if (busy == 0 && started == 300 && work == 300)
        uv_timer_stop(handle);
}

int main(void) {
    uv_loop_t *loop = uv_default_loop();

    if (uv_mutex_init(&totals_mutex) != 0)
        return 1;
    uv_timer_init(loop, &timer);
    uv_timer_start(&timer, on_timer, 1, 1);
    start_more(loop);
    uv_run(loop, UV_RUN_DEFAULT);
    printf("%u finished, %lu rounds\n", finished, total_rounds);
    uv_mutex_destroy(&totals_mutex);
    return 0;
}
