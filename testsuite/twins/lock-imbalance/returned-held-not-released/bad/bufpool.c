/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "bufpool.h"

static struct buf bufs[BUFS];

void bufpool_init(void) {
    for (unsigned i = 0; i < BUFS; i++) {
        pthread_mutex_init(&bufs[i].latch, 0);
        bufs[i].block = i;
    }
}

void bufpool_done(void) {
    for (unsigned i = 0; i < BUFS; i++)
        pthread_mutex_destroy(&bufs[i].latch);
}

struct buf *buf_get(unsigned block) {
    struct buf *b = &bufs[block % BUFS];
    pthread_mutex_lock(&b->latch);
    if (!b->valid || b->block != block) {
        b->block = block;
        b->data[0] = '\0';
        b->valid = 1;
    }
    return b;
}

void buf_release(struct buf *b) { pthread_mutex_unlock(&b->latch); }
