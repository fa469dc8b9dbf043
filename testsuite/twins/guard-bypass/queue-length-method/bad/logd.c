/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "logqueue.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static atomic_bool stopping;
static atomic_ulong dropped, written;

static void *source_main(void *arg) {
    struct log_queue *q = arg;
    for (int i = 0; i < 3000; i++) {
        struct log_message *msg = malloc(sizeof(*msg));
        if (!msg)
            break;
        msg->priority = i % 8;
        snprintf(msg->text, sizeof(msg->text), "message %d", i);
        if (!log_queue_push_tail(q, msg)) {
            atomic_fetch_add(&dropped, 1);
            free(msg);
        }
    }
    return NULL;
}

static void *writer_main(void *arg) {
    struct log_queue *q = arg;
    for (;;) {
        struct log_message *msg = log_queue_pop_head(q);
        if (!msg) {
            if (atomic_load(&stopping))
                return NULL;
            continue;
        }
        atomic_fetch_add(&written, 1);
        free(msg);
    }
}

static void *stats_main(void *arg) {
    struct log_queue *q = arg;
    struct timespec pause = {0, 300000};
    long highest = 0;
    while (!atomic_load(&stopping)) {
        long length = log_queue_get_length(q);
        if (length > highest)
            highest = length;
        nanosleep(&pause, NULL);
    }
    printf("%s: at most %ld queued\n", q->persist_name, highest);
    return NULL;
}

int main(void) {
    struct log_queue *q = log_queue_fifo_new("d_network", 256);
    pthread_t source, writer, stats;

    if (pthread_create(&writer, NULL, writer_main, q) || pthread_create(&stats, NULL, stats_main, q) ||
        pthread_create(&source, NULL, source_main, q))
        return 1;
    pthread_join(source, NULL);
    atomic_store(&stopping, true);
    pthread_join(writer, NULL);
    pthread_join(stats, NULL);
    printf("%lu dropped\n", atomic_load(&dropped));
    log_queue_free(q);
    return 0;
}
