/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=destroy-in-use, libs=pthread, note=a detached thread works on its starter's stack
/*
 * A file indexer starts a detached thread for each folder and hands it a struct on its own stack. The
 * function returns while the thread still reads the struct.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

struct scan {
    const char *folder;
    unsigned depth;
};

static pthread_mutex_t total_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned total;

static void add_total(unsigned found) {
    pthread_mutex_lock(&total_lock);
    total += found;
    pthread_mutex_unlock(&total_lock);
}

static void *scan_main(void *arg) {
    struct scan *scan = arg;
    unsigned found = 0;
    for (const char *c = scan->folder; *c; c++)
        found += *c == '/';
    add_total(found * scan->depth);
    return NULL;
}

static int scan_start(const char *folder, unsigned depth) {
    struct scan scan = {.folder = folder, .depth = depth};
    pthread_t thread;
    if (pthread_create(&thread, NULL, scan_main, &scan) != 0) // BAD(destroy-in-use)
        return -1;
    pthread_detach(thread);
    return 0;
}

int main(int argc, char **argv) {
    unsigned now;
    for (int i = 0; i < argc; i++)
        if (scan_start(argv[i], (unsigned)i + 1) != 0)
            return 1;
    usleep(10000);
    pthread_mutex_lock(&total_lock);
    now = total;
    pthread_mutex_unlock(&total_lock);
    printf("%u so far\n", now);
    return 0;
}
