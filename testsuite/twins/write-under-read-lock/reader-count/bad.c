/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=pthread, note=home-made reader/writer lock from a mutex
// and a counter
/*
 * A dictionary server wrote its own reader/writer lock: a reader count under a mutex. Looking up
 * a missing word inserts a placeholder while only the read side is held.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shared_lock {
    pthread_mutex_t gate;
    pthread_cond_t changed;
    int readers; /* -1: a writer */
};

static void lock_start_read(struct shared_lock *l) {
    pthread_mutex_lock(&l->gate);
    while (l->readers < 0)
        pthread_cond_wait(&l->changed, &l->gate);
    l->readers++;
    pthread_mutex_unlock(&l->gate);
}

static void lock_end_read(struct shared_lock *l) {
    pthread_mutex_lock(&l->gate);
    if (--l->readers == 0)
        pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->gate);
}

static void lock_start_write(struct shared_lock *l) {
    pthread_mutex_lock(&l->gate);
    while (l->readers != 0)
        pthread_cond_wait(&l->changed, &l->gate);
    l->readers = -1;
    pthread_mutex_unlock(&l->gate);
}

static void lock_end_write(struct shared_lock *l) {
    pthread_mutex_lock(&l->gate);
    l->readers = 0;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->gate);
}

struct word {
    struct word *next;
    char text[24];
    int definitions;
};

static struct shared_lock words_lock = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
static struct word *words[64];

static struct word **word_bucket(const char *text) {
    unsigned h = 0;
    while (*text)
        h = h * 131 + (unsigned char)*text++;
    return &words[h % 64];
}

static struct word *word_find(const char *text) {
    struct word *w = *word_bucket(text);
    while (w && strcmp(w->text, text) != 0)
        w = w->next;
    return w;
}

static bool word_insert(const char *text, int definitions) {
    struct word **bucket = word_bucket(text);
    struct word *w = calloc(1, sizeof(*w));
    if (!w)
        return false;
    snprintf(w->text, sizeof(w->text), "%s", text);
    w->definitions = definitions;
    w->next = *bucket;
    *bucket = w;
    return true;
}

static int dictionary_define(const char *text) {
    int definitions = 0;
    lock_start_read(&words_lock);
    struct word *w = word_find(text);
    if (w)
        definitions = w->definitions;
    else
        word_insert(text, 0); // BAD(write-under-read-lock)
    lock_end_read(&words_lock);
    return definitions;
}

static void dictionary_add(const char *text) {
    lock_start_write(&words_lock);
    struct word *w = word_find(text);
    if (w)
        w->definitions++;
    else
        word_insert(text, 1);
    lock_end_write(&words_lock);
}

static void *editor_main(void *arg) {
    const char *prefix = arg;
    char text[24];
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof(text), "%s%d", prefix, i % 30);
        dictionary_add(text);
    }
    return NULL;
}

static void *lookup_main(void *arg) {
    const char *prefix = arg;
    char text[24];
    size_t known = 0;
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof(text), "%s%d", prefix, i % 45);
        known += dictionary_define(text) > 0;
    }
    return (void *)known;
}

int main(void) {
    pthread_t editor, lookups[2];
    static char prefix[] = "word";
    if (pthread_create(&editor, NULL, editor_main, prefix) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&lookups[i], NULL, lookup_main, prefix) != 0)
            return 1;
    pthread_join(editor, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(lookups[i], NULL);
    for (int b = 0; b < 64; b++) {
        while (words[b]) {
            struct word *w = words[b];
            words[b] = w->next;
            free(w);
        }
    }
    return 0;
}
