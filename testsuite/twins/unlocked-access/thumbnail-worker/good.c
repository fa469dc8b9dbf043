/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=uv, note=libuv work callback against the loop thread; the fix
// needs no lock
/*
 * A viewer renders thumbnails with libuv's worker threads. The work callback, which runs on a
 * pool thread, links the result into the cache that the loop thread reads without a lock. Here
 * the result travels in the request and the after-work callback, on the loop thread, links it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* the part of uv.h that is used */
typedef struct uv_loop_s uv_loop_t;
typedef struct uv_work_s uv_work_t;
typedef void (*uv_work_cb)(uv_work_t *req);
typedef void (*uv_after_work_cb)(uv_work_t *req, int status);
typedef enum { UV_RUN_DEFAULT = 0, UV_RUN_ONCE, UV_RUN_NOWAIT } uv_run_mode;
struct uv_work_s {
    void *data;
    void *internal[15];
};
extern uv_loop_t *uv_default_loop(void);
extern int uv_queue_work(uv_loop_t *loop, uv_work_t *req, uv_work_cb work, uv_after_work_cb done);
extern int uv_run(uv_loop_t *loop, uv_run_mode mode);

#define CACHE_BUCKETS 32

struct thumbnail {
    struct thumbnail *next;
    unsigned id;
    unsigned char pixels[64];
};

struct thumbnail_job {
    uv_work_t req;
    unsigned id;
    struct thumbnail *result;
};

static struct thumbnail *cache[CACHE_BUCKETS];
static unsigned pending;

static struct thumbnail *cache_find(unsigned id) {
    for (struct thumbnail *t = cache[id % CACHE_BUCKETS]; t; t = t->next)
        if (t->id == id)
            return t;
    return NULL;
}

static void cache_link(struct thumbnail *t) {
    struct thumbnail **head = &cache[t->id % CACHE_BUCKETS];
    t->next = *head;
    *head = t;
}

static void render_work(uv_work_t *req) {
    struct thumbnail_job *job = req->data;
    struct thumbnail *t = calloc(1, sizeof(*t));
    if (!t)
        return;
    t->id = job->id;
    memset(t->pixels, (int)(job->id & 0xff), sizeof(t->pixels));
    job->result = t;
}

static void render_done(uv_work_t *req, int status) {
    struct thumbnail_job *job = req->data;
    pending--;
    if (status != 0 || !job->result)
        fprintf(stderr, "thumbnail %u failed\n", job->id);
    else
        cache_link(job->result);
    free(job);
}

static int thumbnail_request(unsigned id) {
    struct thumbnail_job *job;
    if (cache_find(id))
        return 1;
    job = calloc(1, sizeof(*job));
    if (!job)
        return -1;
    job->id = id;
    job->req.data = job;
    if (uv_queue_work(uv_default_loop(), &job->req, render_work, render_done) != 0) {
        free(job);
        return -1;
    }
    pending++;
    return 0;
}

int main(void) {
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned id = 0; id < 20; id++)
            thumbnail_request(id);
        uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    }
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    printf("%u pending\n", pending);
    return 0;
}
