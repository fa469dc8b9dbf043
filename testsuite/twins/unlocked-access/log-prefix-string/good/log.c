/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=pthread, note=a string in a static is freed and replaced while another
// thread formats it
/*
 * Logging module used by every thread. The line counter is atomic, the author thought of threads; the prefix,
 * a string that the control thread replaces, has nothing.
 */
#include "log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *log_prefix;
static atomic_uint lines;
static atomic_size_t bytes;
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;

void log_set_prefix(const char *prefix) {
    char *copy = strdup(prefix);
    char *old;
    pthread_mutex_lock(&log_mutex);
    old = log_prefix;
    log_prefix = copy;
    pthread_mutex_unlock(&log_mutex);
    free(old);
}

void log_write(const char *text) {
    char line[128];
    pthread_mutex_lock(&log_mutex);
    int n = snprintf(line, sizeof(line), "%s: %s", log_prefix ? log_prefix : "", text);
    pthread_mutex_unlock(&log_mutex);
    atomic_fetch_add(&lines, 1);
    if (n > 0)
        atomic_fetch_add(&bytes, (size_t)n);
}

unsigned log_lines(void) { return atomic_load(&lines); }

/* The last thing the program does. */
void log_close(void) {
    printf("%u lines, %s\n", log_lines(), atomic_load(&bytes) ? "some text" : "no text");
    free(log_prefix);
    log_prefix = NULL;
}
