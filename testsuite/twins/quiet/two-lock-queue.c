/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=queue with a lock for each end; a dummy node keeps them apart
/*
 * Queue of Michael and Scott with two locks: enqueuers share the tail's lock, dequeuers the head's. The only
 * word that both sides touch, the `next` of the last node, is atomic.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct node {
    _Atomic(struct node *) next;
    unsigned value;
};

struct queue {
    pthread_mutex_t head_lock;
    struct node *head; /* the dummy */
    unsigned taken;
    pthread_mutex_t tail_lock;
    struct node *tail;
    unsigned put;
};

static struct node *node_new(unsigned value) {
    struct node *n = malloc(sizeof(*n));
    if (!n)
        abort();
    atomic_init(&n->next, NULL);
    n->value = value;
    return n;
}

static void queue_init(struct queue *q) {
    q->head = q->tail = node_new(0);
    q->taken = q->put = 0;
    pthread_mutex_init(&q->head_lock, NULL);
    pthread_mutex_init(&q->tail_lock, NULL);
}

static void queue_put(struct queue *q, unsigned value) {
    struct node *n = node_new(value);
    pthread_mutex_lock(&q->tail_lock);
    atomic_store_explicit(&q->tail->next, n, memory_order_release);
    q->tail = n;
    q->put++;
    pthread_mutex_unlock(&q->tail_lock);
}

static int queue_take(struct queue *q, unsigned *value) {
    struct node *dummy, *first;
    pthread_mutex_lock(&q->head_lock);
    dummy = q->head;
    first = atomic_load_explicit(&dummy->next, memory_order_acquire);
    if (!first) {
        pthread_mutex_unlock(&q->head_lock);
        return 0;
    }
    *value = first->value;
    q->head = first;
    q->taken++;
    pthread_mutex_unlock(&q->head_lock);
    free(dummy);
    return 1;
}

static struct queue queue;

static void *producer_main(void *arg) {
    unsigned base = *(unsigned *)arg;
    for (unsigned i = 0; i < 2000; i++)
        queue_put(&queue, base + i);
    return NULL;
}

static void *consumer_main(void *arg) {
    unsigned long *sum = arg;
    for (unsigned got = 0, value; got < 2000;)
        if (queue_take(&queue, &value)) {
            *sum += value;
            got++;
        }
    return NULL;
}

int main(void) {
    pthread_t producers[2], consumers[2];
    unsigned bases[2] = {0, 5000};
    unsigned long sums[2] = {0, 0};

    queue_init(&queue);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&producers[i], NULL, producer_main, &bases[i]) ||
            pthread_create(&consumers[i], NULL, consumer_main, &sums[i]))
            return 1;
    for (int i = 0; i < 2; i++) {
        pthread_join(producers[i], NULL);
        pthread_join(consumers[i], NULL);
    }
    printf("%lu, %u put, %u taken\n", sums[0] + sums[1], queue.put, queue.taken);
    free(queue.head);
    return 0;
}
