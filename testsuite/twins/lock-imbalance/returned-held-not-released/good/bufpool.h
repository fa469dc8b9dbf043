/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef BUFPOOL_H
#define BUFPOOL_H

#include <pthread.h>

struct buf {
    pthread_mutex_t latch;
    unsigned block;
    unsigned version;
    int valid;
    char data[64];
};

#define BUFS 8

void bufpool_init(void);
void bufpool_done(void);
/* Returns the buffer with its latch held; buf_release() gives it back. */
struct buf *buf_get(unsigned block);
void buf_release(struct buf *b);

int block_append(unsigned block, const char *text);
int block_checksum(unsigned block);

#endif
