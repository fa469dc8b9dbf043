/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=the length method of a queue reads its counters
// without the queue's lock
/*
 * Output queue of a log daemon behind a table of methods. Sources push, a writer pops, both under the
 * lock. The length method, called by the statistics thread, adds two counters of the queue bare.
 */
#include "logqueue.h"

#include <stdlib.h>

struct log_queue_fifo {
    struct log_queue super;
    pthread_mutex_t lock;
    struct log_message *wait_head, *wait_tail; /* what sources brought */
    struct log_message *output_head;           /* what the writer has claimed */
    long wait_len, output_len;
    long limit;
};

static long log_queue_fifo_get_length(struct log_queue *s) {
    struct log_queue_fifo *self = (struct log_queue_fifo *)s;

    pthread_mutex_lock(&self->lock);
    long length = self->wait_len + self->output_len;
    pthread_mutex_unlock(&self->lock);
    return length;
}

static bool log_queue_fifo_push_tail(struct log_queue *s, struct log_message *msg) {
    struct log_queue_fifo *self = (struct log_queue_fifo *)s;
    bool taken = false;

    msg->next = NULL;
    pthread_mutex_lock(&self->lock);
    if (self->wait_len < self->limit) {
        if (self->wait_tail)
            self->wait_tail->next = msg;
        else
            self->wait_head = msg;
        self->wait_tail = msg;
        self->wait_len++;
        taken = true;
    }
    pthread_mutex_unlock(&self->lock);
    return taken;
}

static struct log_message *log_queue_fifo_pop_head(struct log_queue *s) {
    struct log_queue_fifo *self = (struct log_queue_fifo *)s;
    struct log_message *msg;

    pthread_mutex_lock(&self->lock);
    if (!self->output_head) {
        self->output_head = self->wait_head;
        self->output_len = self->wait_len;
        self->wait_head = self->wait_tail = NULL;
        self->wait_len = 0;
    }
    msg = self->output_head;
    if (msg) {
        self->output_head = msg->next;
        self->output_len--;
    }
    pthread_mutex_unlock(&self->lock);
    return msg;
}

static void free_messages(struct log_message *msg) {
    while (msg) {
        struct log_message *next = msg->next;
        free(msg);
        msg = next;
    }
}

static void log_queue_fifo_free(struct log_queue *s) {
    struct log_queue_fifo *self = (struct log_queue_fifo *)s;
    free_messages(self->wait_head);
    free_messages(self->output_head);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static const struct log_queue_ops fifo_ops = {
    .get_length = log_queue_fifo_get_length,
    .push_tail = log_queue_fifo_push_tail,
    .pop_head = log_queue_fifo_pop_head,
    .free_fn = log_queue_fifo_free,
};

struct log_queue *log_queue_fifo_new(const char *name, long limit) {
    struct log_queue_fifo *self = calloc(1, sizeof(*self));
    if (!self)
        abort();
    self->super.ops = &fifo_ops;
    self->super.persist_name = name;
    self->limit = limit;
    pthread_mutex_init(&self->lock, NULL);
    return &self->super;
}
