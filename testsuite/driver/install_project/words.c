/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Uses an installed map, tells an installed runtime about its writes (if it is linked), and has one
 * unlocked access for the installed plugin to find.
 */
#include <mapsan/maps/hmap.h>
#include <mapsan/mapsan.h>
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct hmap *words;
static struct mapsan_tag words_tag;

static void count(uint64_t word) {
    uint64_t times = 0;
    pthread_mutex_lock(&lock);
    hmap_get(words, &word, &times);
    times++;
    MAPSAN_WRITE_BEGIN(words, &words_tag, "words");
    hmap_put(words, &word, &times);
    MAPSAN_WRITE_END(&words_tag);
    pthread_mutex_unlock(&lock);
}

static void *count_all(void *unused) {
    for (uint64_t word = 0; word < 1000; word++)
        count(word % 100);
    return unused;
}

static void forget(uint64_t word) { hmap_remove(words, &word); }

int main(int argc, char **argv) {
    (void)argv;
    struct mapsan_map_type type = mapsan_map_type_bytes(sizeof(uint64_t), sizeof(uint64_t), 8);
    pthread_t counter;

    words = hmap_new(&type, NULL);
    if (words == NULL || pthread_create(&counter, NULL, count_all, NULL) != 0)
        return 1;
    count(100);
    if (argc > 1)
        forget(100); /* while the counter may run: the bug. Not done in the test. */
    pthread_join(counter, NULL);
    printf("%d\n", (int)hmap_len(words));
    hmap_free(words);
    return 0;
}
