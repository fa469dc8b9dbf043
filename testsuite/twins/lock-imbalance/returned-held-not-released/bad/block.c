/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=a buffer that came latched is not released when it
// has no room
/*
 * Buffer pool of a small database: buf_get() returns the buffer with its latch held. block_append()
 * forgets to release it when the text does not fit.
 */
#include "bufpool.h"

#include <stdio.h>
#include <string.h>

int block_append(unsigned block, const char *text) {
    struct buf *b = buf_get(block);
    size_t used = strlen(b->data), more = strlen(text);

    if (used + more >= sizeof(b->data))
        return -1; // BAD(lock-imbalance)
    memcpy(b->data + used, text, more + 1);
    b->version++;
    buf_release(b);
    return 0;
}

int block_checksum(unsigned block) {
    struct buf *b = buf_get(block);
    int sum = (int)b->version;
    for (const char *p = b->data; *p; p++)
        sum = sum * 31 + *p;
    buf_release(b);
    return sum;
}

static void *session_main(void *arg) {
    const char *text = arg;
    int sum = 0;
    for (unsigned i = 0; i < 32; i++) {
        block_append(i % 12, text);
        sum ^= block_checksum(i % 12);
    }
    printf("%08x\n", (unsigned)sum);
    return NULL;
}

int main(void) {
    pthread_t sessions[2];
    static char texts[2][4] = {"ab", "xyz"};
    bufpool_init();
    for (int i = 0; i < 2; i++)
        if (pthread_create(&sessions[i], NULL, session_main, texts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(sessions[i], NULL);
    bufpool_done();
    return 0;
}
