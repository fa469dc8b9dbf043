/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "pool.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct broken {
    struct broken *next;
    char url[64];
    int status;
};

struct link {
    char url[64];
};

static struct broken *broken_links;
static unsigned broken_count;
static atomic_uint checked;

static int fetch(const char *url) { return strlen(url) % 4 == 0 ? 404 : 200; }

static void report_broken(const char *url, int status) {
    struct broken *b = calloc(1, sizeof(*b));
    if (!b)
        return;
    snprintf(b->url, sizeof(b->url), "%s", url);
    b->status = status;
    b->next = broken_links; // BAD(unlocked-access)
    broken_links = b; // BAD(unlocked-access)
    broken_count++; // BAD(unlocked-access)
}

static void check_link(void *argument) {
    struct link *link = argument;
    int status = fetch(link->url);
    if (status >= 400)
        report_broken(link->url, status);
    atomic_fetch_add(&checked, 1);
    free(link);
}

int main(void) {
    struct pool *pool = pool_create(4);
    if (!pool)
        return 1;
    for (int i = 0; i < 200; i++) {
        struct link *link = malloc(sizeof(*link));
        if (!link)
            break;
        snprintf(link->url, sizeof(link->url), "http://host/%d", i * i);
        if (pool_submit(pool, check_link, link) != 0)
            free(link);
    }
    pool_finish(pool);
    printf("%u checked, %u broken\n", atomic_load(&checked), broken_count);
    while (broken_links) {
        struct broken *b = broken_links;
        broken_links = b->next;
        free(b);
    }
    return 0;
}
