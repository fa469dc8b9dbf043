/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef LOGQUEUE_H
#define LOGQUEUE_H

#include <pthread.h>
#include <stdbool.h>

struct log_message {
    struct log_message *next;
    int priority;
    char text[48];
};

/* A queue is used through its methods; memory and disk queues differ. */
struct log_queue {
    const struct log_queue_ops *ops;
    const char *persist_name;
};

struct log_queue_ops {
    long (*get_length)(struct log_queue *self);
    bool (*push_tail)(struct log_queue *self, struct log_message *msg);
    struct log_message *(*pop_head)(struct log_queue *self);
    void (*free_fn)(struct log_queue *self);
};

static inline long log_queue_get_length(struct log_queue *q) { return q->ops->get_length(q); }
static inline bool log_queue_push_tail(struct log_queue *q, struct log_message *m) {
    return q->ops->push_tail(q, m);
}
static inline struct log_message *log_queue_pop_head(struct log_queue *q) { return q->ops->pop_head(q); }
static inline void log_queue_free(struct log_queue *q) { q->ops->free_fn(q); }

struct log_queue *log_queue_fifo_new(const char *name, long limit);

#endif
