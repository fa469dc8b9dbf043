/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unlocked-access, libs=pthread, note=search.h tree with the root in a global
/*
 * A spell checker's threads collect unknown words in a tree of tsearch(3), whose root is a
 * global. tsearch both looks up and inserts, and no lock is taken.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <search.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    char text[24];
    unsigned count;
};

static void *words; /* root of the tree */
static atomic_ulong looked_at;

static int word_compare(const void *a, const void *b) {
    const struct word *left = a, *right = b;
    return strcmp(left->text, right->text);
}

static int is_known(const char *text) { return strlen(text) % 3 == 0; }

static int word_unknown(const char *text) {
    struct word *fresh = calloc(1, sizeof(*fresh));
    void *node;
    if (!fresh)
        return -1;
    snprintf(fresh->text, sizeof(fresh->text), "%s", text);
    node = tsearch(fresh, &words, word_compare); // BAD(unlocked-access)
    if (!node) {
        free(fresh);
        return -1;
    }
    struct word *word = *(struct word **)node;
    word->count++; // BAD(unlocked-access)
    if (word != fresh)
        free(fresh);
    return 0;
}

static void check_text(const char *prefix, int count) {
    char text[24];
    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof(text), "%s%d", prefix, i % 37);
        atomic_fetch_add(&looked_at, 1);
        if (!is_known(text) && word_unknown(text) != 0)
            return;
    }
}

static void *speller_main(void *arg) {
    check_text(arg, 300);
    return NULL;
}

static void word_print(const void *node, VISIT order, int level) {
    const struct word *word = *(struct word *const *)node;
    (void)level;
    if ((order == postorder || order == leaf) && word->count > 20)
        printf("%s %u\n", word->text, word->count);
}

int main(void) {
    pthread_t spellers[2];
    static char prefixes[2][8] = {"teh", "adn"};
    int started = 0;
    for (; started < 2; started++)
        if (pthread_create(&spellers[started], NULL, speller_main, prefixes[started]) != 0)
            break;
    for (int i = 0; i < started; i++)
        pthread_join(spellers[i], NULL);
    twalk(words, word_print);
    printf("%lu words\n", atomic_load(&looked_at));
    tdestroy(words, free);
    return 0;
}
