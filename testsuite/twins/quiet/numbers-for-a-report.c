/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=numbers read in several critical sections and printed or summed; nothing
// is decided by them
/*
 * Statistics of a mail server, read shard by shard, each under its lock, and printed. The sum may never have
 * been true at one moment, which is what statistics are. A threshold only decides whether to log a line.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define SHARDS 4

struct shard {
    pthread_mutex_t lock;
    unsigned long mails, bytes;
    unsigned largest;
};

static struct shard shards[SHARDS];
static atomic_uint log_lines;

static void log_line(const char *text, unsigned long number) {
    if (text[0] != '\0' && number != 0)
        atomic_fetch_add(&log_lines, 1);
}

static void shard_deliver(struct shard *s, unsigned size) {
    unsigned largest;
    pthread_mutex_lock(&s->lock);
    s->mails++;
    s->bytes += size;
    if (size > s->largest)
        s->largest = size;
    largest = s->largest;
    pthread_mutex_unlock(&s->lock);
    if (size == largest)
        log_line("largest mail so far", size);
}

static unsigned long shard_mails(struct shard *s) {
    pthread_mutex_lock(&s->lock);
    unsigned long mails = s->mails;
    pthread_mutex_unlock(&s->lock);
    return mails;
}

static unsigned long shard_bytes(struct shard *s) {
    pthread_mutex_lock(&s->lock);
    unsigned long bytes = s->bytes;
    pthread_mutex_unlock(&s->lock);
    return bytes;
}

static void report(void) {
    unsigned long mails = 0, bytes = 0;
    for (int i = 0; i < SHARDS; i++) {
        mails += shard_mails(&shards[i]);
        bytes += shard_bytes(&shards[i]);
    }
    if (mails > 100)
        log_line("average size", bytes / mails);
}

static void *delivery_main(void *arg) {
    unsigned seed = *(unsigned *)arg;
    for (int i = 0; i < 3000; i++) {
        seed = seed * 1103515245u + 12345u;
        shard_deliver(&shards[seed >> 30], (seed >> 8) & 0xffff);
        if (i % 500 == 0)
            report();
    }
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    unsigned seeds[3] = {1, 2, 3};
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_init(&shards[i].lock, NULL);
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, delivery_main, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    report();
    printf("%s\n", atomic_load(&log_lines) ? "logged" : "silent");
    return 0;
}
