/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=uv, note=the loop's after-work callback edits the table that pool
// threads use under a mutex
/*
 * A build server on libuv hashes files in the work pool. Workers look results up and add them under
 * cache_mutex. The after-work callback, on the loop's thread, prunes the same array without it: the
 * author took "only one loop" for "only one thread".
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define CACHE_MAX 64

struct digest {
    char path[32];
    uint32_t sum;
    unsigned used;
};

static uv_mutex_t cache_mutex;
static struct digest cache[CACHE_MAX];
static size_t cache_len;

struct job {
    uv_work_t req;
    char path[32];
    uint32_t sum;
    int hit;
};

static uint32_t compute(const char *path) {
    uint32_t h = 2166136261u;
    for (int round = 0; round < 200; round++)
        for (const char *p = path; *p; p++)
            h = (h ^ (unsigned char)*p) * 16777619u;
    return h;
}

static struct digest *cache_find(const char *path) {
    for (size_t i = 0; i < cache_len; i++)
        if (strcmp(cache[i].path, path) == 0)
            return &cache[i];
    return NULL;
}

static void on_work(uv_work_t *req) {
    struct job *job = req->data;
    struct digest *d;

    uv_mutex_lock(&cache_mutex);
    d = cache_find(job->path);
    if (d) {
        d->used++;
        job->sum = d->sum;
        job->hit = 1;
    }
    uv_mutex_unlock(&cache_mutex);
    if (job->hit)
        return;

    job->sum = compute(job->path);

    uv_mutex_lock(&cache_mutex);
    if (!cache_find(job->path) && cache_len < CACHE_MAX) {
        d = &cache[cache_len++];
        memcpy(d->path, job->path, sizeof(d->path));
        d->sum = job->sum;
        d->used = 1;
    }
    uv_mutex_unlock(&cache_mutex);
}

static void cache_prune(void) {
    size_t kept = 0;
    for (size_t i = 0; i < cache_len; i++)
        if (cache[i].used > 1) {
            cache[i].used /= 2;
            cache[kept++] = cache[i];
        }
    cache_len = kept;
}

static unsigned jobs_done, jobs_hit;

static void after_work(uv_work_t *req, int status) {
    struct job *job = req->data;

    if (status == 0) {
        jobs_done++;
        jobs_hit += job->hit ? 1 : 0;
    }
    if (jobs_done % 32 == 0) {
        uv_mutex_lock(&cache_mutex);
        cache_prune();
        uv_mutex_unlock(&cache_mutex);
    }
    free(job);
}

int main(void) {
    uv_loop_t *loop = uv_default_loop();

    if (uv_mutex_init(&cache_mutex) != 0)
        return 1;
    for (int i = 0; i < 400; i++) {
        struct job *job = calloc(1, sizeof(*job));
        if (!job)
            return 1;
        snprintf(job->path, sizeof(job->path), "src/unit%d.c", i * 7 % 90);
        job->req.data = job;
        if (uv_queue_work(loop, &job->req, on_work, after_work) != 0)
            return 1;
    }
    uv_run(loop, UV_RUN_DEFAULT);
    printf("%u done, %u known\n", jobs_done, jobs_hit);
    uv_loop_close(loop);
    uv_mutex_destroy(&cache_mutex);
    return 0;
}
