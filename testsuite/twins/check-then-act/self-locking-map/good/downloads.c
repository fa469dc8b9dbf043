/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "tsmap.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static struct tsmap *active;
static atomic_ulong started, finished;

static bool download_begin(const char *url, long size) {
    if (!tsmap_put_if_absent(active, url, size))
        return false;
    atomic_fetch_add(&started, 1);
    return true;
}

static void download_end(const char *url) {
    if (tsmap_remove(active, url))
        atomic_fetch_add(&finished, 1);
}

static void *downloader_main(void *arg) {
    char url[48];
    (void)arg;
    for (int i = 0; i < 300; i++) {
        snprintf(url, sizeof(url), "http://mirror/%d.deb", i % 9);
        if (download_begin(url, 4096 + i))
            download_end(url);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    active = tsmap_new();
    if (!active)
        return 1;
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, downloader_main, NULL) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    printf("%lu started, %lu finished, %zu left\n", atomic_load(&started), atomic_load(&finished),
           tsmap_size(active));
    tsmap_free(active);
    return 0;
}
