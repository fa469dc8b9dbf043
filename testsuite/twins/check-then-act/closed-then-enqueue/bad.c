/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=closing flag tested in its own critical section; the
// request lands in a queue that nobody drains any more
/*
 * Connection of an RPC library. rpc_send() asks rpc_is_open(), encodes, and queues under the lock.
 * rpc_close() sets the flag and fails all that is queued. A request that was asked before and queued
 * after is never answered.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct rpc_pdu {
    struct rpc_pdu *next;
    unsigned xid;
    unsigned char data[64];
};

struct rpc_context {
    pthread_mutex_t rpc_mutex;
    bool is_open;
    unsigned next_xid;
    struct rpc_pdu *outqueue;
    unsigned failed;
};

static void rpc_init(struct rpc_context *rpc) {
    pthread_mutex_init(&rpc->rpc_mutex, NULL);
    rpc->is_open = true;
    rpc->next_xid = 1;
    rpc->outqueue = NULL;
    rpc->failed = 0;
}

static bool rpc_is_open(struct rpc_context *rpc) {
    pthread_mutex_lock(&rpc->rpc_mutex);
    bool open = rpc->is_open;
    pthread_mutex_unlock(&rpc->rpc_mutex);
    return open;
}

static struct rpc_pdu *rpc_encode(unsigned procedure) {
    struct rpc_pdu *pdu = calloc(1, sizeof(*pdu));
    if (pdu)
        for (size_t i = 0; i < sizeof(pdu->data); i++)
            pdu->data[i] = (unsigned char)(procedure * i);
    return pdu;
}

static int rpc_send(struct rpc_context *rpc, unsigned procedure) {
    struct rpc_pdu *pdu;

    if (!rpc_is_open(rpc))
        return -1;
    pdu = rpc_encode(procedure);
    if (!pdu)
        return -1;
    pthread_mutex_lock(&rpc->rpc_mutex);
    pdu->xid = rpc->next_xid++;
    pdu->next = rpc->outqueue;
    rpc->outqueue = pdu; // BAD(check-then-act)
    pthread_mutex_unlock(&rpc->rpc_mutex);
    return 0;
}

static struct rpc_pdu *rpc_take(struct rpc_context *rpc) {
    pthread_mutex_lock(&rpc->rpc_mutex);
    struct rpc_pdu *pdu = rpc->outqueue;
    if (pdu)
        rpc->outqueue = pdu->next;
    pthread_mutex_unlock(&rpc->rpc_mutex);
    return pdu;
}

static void rpc_close(struct rpc_context *rpc) {
    struct rpc_pdu *queue;

    pthread_mutex_lock(&rpc->rpc_mutex);
    rpc->is_open = false;
    queue = rpc->outqueue;
    rpc->outqueue = NULL;
    for (struct rpc_pdu *pdu = queue; pdu; pdu = pdu->next)
        rpc->failed++;
    pthread_mutex_unlock(&rpc->rpc_mutex);
    while (queue) {
        struct rpc_pdu *next = queue->next;
        free(queue);
        queue = next;
    }
}

static struct rpc_context rpc;

static void *caller(void *arg) {
    unsigned procedure = *(unsigned *)arg;
    unsigned long sent = 0;
    while (sent < 3000 && rpc_send(&rpc, procedure) == 0)
        sent++;
    return (void *)sent;
}

static void *service(void *arg) {
    struct rpc_pdu *pdu;
    (void)arg;
    for (int i = 0; i < 2000; i++)
        if ((pdu = rpc_take(&rpc)))
            free(pdu);
    rpc_close(&rpc);
    return NULL;
}

int main(void) {
    pthread_t callers[2], net;
    unsigned procedures[2] = {4, 9};

    rpc_init(&rpc);
    if (pthread_create(&net, NULL, service, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&callers[i], NULL, caller, &procedures[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(callers[i], NULL);
    pthread_join(net, NULL);
    printf("%u failed\n", rpc.failed);
    pthread_mutex_destroy(&rpc.rpc_mutex);
    return 0;
}
