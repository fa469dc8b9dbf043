/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=pthread, note=expiry task of a proxy trims a shared table
// without a lock; every thread runs every task
/*
 * Stick table of a proxy: connections are counted per source. Each worker thread runs its own loop
 * over a table of task functions; since the proxy became multi-threaded, the expiry task and the
 * counting task meet on the table.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct stksess {
    uint32_t src;
    uint32_t expire;
    uint32_t conn_cnt;
    struct stksess *next;
};

struct stktable {
    const char *id;
    uint32_t size;
    uint32_t current;
    struct stksess *keys[32];
};

struct thread_ctx {
    pthread_t pth;
    uint32_t tick;
    uint32_t seed;
    struct stktable *table;
};

static struct stktable st_src = {
    .id = "st_src",
    .size = 200,
};

static struct stksess *stktable_get(struct stktable *t, uint32_t src, uint32_t now) {
    struct stksess **head = &t->keys[src % 32], *ts;

    for (ts = *head; ts; ts = ts->next) // BAD(unlocked-access)
        if (ts->src == src)
            return ts;
    if (t->current >= t->size) // BAD(unlocked-access)
        return NULL;
    ts = calloc(1, sizeof(*ts));
    if (!ts)
        return NULL;
    ts->src = src;
    ts->expire = now + 50;
    ts->next = *head;
    *head = ts; // BAD(unlocked-access)
    t->current++; // BAD(unlocked-access)
    return ts;
}

static void task_track(struct thread_ctx *ctx) {
    ctx->seed = ctx->seed * 1664525u + 1013904223u;
    struct stksess *ts = stktable_get(ctx->table, ctx->seed >> 22, ctx->tick); // BAD(unlocked-access)
    if (ts) {
        ts->conn_cnt++; // BAD(unlocked-access)
        ts->expire = ctx->tick + 50; // BAD(unlocked-access)
    }
}

static void task_expire(struct thread_ctx *ctx) {
    struct stktable *t = ctx->table;

    if (ctx->tick % 16)
        return;
    for (int i = 0; i < 32; i++)
        for (struct stksess **link = &t->keys[i], *ts; (ts = *link);) { // BAD(unlocked-access)
            if (ts->expire > ctx->tick) { // BAD(unlocked-access)
                link = &ts->next;
                continue;
            }
            *link = ts->next; // BAD(unlocked-access)
            t->current--; // BAD(unlocked-access)
            free(ts);
        }
}

static void (*const per_thread_tasks[])(struct thread_ctx *) = {task_track, task_expire};

static void *run_poll_loop(void *data) {
    struct thread_ctx *ctx = data;
    for (ctx->tick = 0; ctx->tick < 4000; ctx->tick++)
        for (size_t i = 0; i < sizeof(per_thread_tasks) / sizeof(per_thread_tasks[0]); i++)
            per_thread_tasks[i](ctx);
    return NULL;
}

int main(void) {
    static struct thread_ctx ha_thread[4];
    int nbthread = 4;

    for (int i = 0; i < nbthread; i++) {
        ha_thread[i].seed = (uint32_t)i * 7919u;
        ha_thread[i].table = &st_src;
        if (pthread_create(&ha_thread[i].pth, NULL, run_poll_loop, &ha_thread[i]) != 0)
            return 1;
    }
    for (int i = 0; i < nbthread; i++)
        pthread_join(ha_thread[i].pth, NULL);
    printf("%s: %u entries\n", st_src.id, st_src.current);
    for (int i = 0; i < 32; i++)
        while (st_src.keys[i]) {
            struct stksess *ts = st_src.keys[i];
            st_src.keys[i] = ts->next;
            free(ts);
        }
    return 0;
}
