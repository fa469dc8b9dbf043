/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=pthread, note=pointer to a slot of an array that realloc
// moves
/*
 * A name table keeps its entries in an array that grows with realloc. intern() returns a pointer
 * to the slot after giving the lock back; the next intern() by another thread may move the
 * array.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name_entry {
    unsigned hash;
    unsigned uses;
    char text[20];
};

static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static struct name_entry *names;
static size_t name_count, name_capacity;

static unsigned hash_of(const char *text) {
    unsigned h = 0;
    while (*text)
        h = h * 65599 + (unsigned char)*text++;
    return h;
}

static struct name_entry *slot_for_locked(const char *text) {
    unsigned h = hash_of(text);
    for (size_t i = 0; i < name_count; i++)
        if (names[i].hash == h && strcmp(names[i].text, text) == 0)
            return &names[i];
    if (name_count == name_capacity) {
        size_t larger = name_capacity ? name_capacity * 2 : 8;
        struct name_entry *moved = realloc(names, larger * sizeof(*moved));
        if (!moved)
            return NULL;
        names = moved;
        name_capacity = larger;
    }
    struct name_entry *e = &names[name_count++];
    memset(e, 0, sizeof(*e));
    e->hash = h;
    snprintf(e->text, sizeof(e->text), "%s", text);
    return e;
}

static struct name_entry *name_intern(const char *text) {
    struct name_entry *e;
    pthread_mutex_lock(&names_lock);
    e = slot_for_locked(text);
    if (e)
        e->uses++;
    pthread_mutex_unlock(&names_lock);
    return e; // BAD(escaping-reference)
}

static unsigned names_total(void) {
    unsigned total = 0;
    pthread_mutex_lock(&names_lock);
    for (size_t i = 0; i < name_count; i++)
        total += names[i].uses;
    pthread_mutex_unlock(&names_lock);
    return total;
}

static void *indexer_main(void *arg) {
    const char *prefix = arg;
    char text[20];
    size_t popular = 0;
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof(text), "%s%d", prefix, i % 60);
        struct name_entry *e = name_intern(text);
        if (e && e->uses > 3) // BAD(escaping-reference,unlocked-access,guard-bypass)
            popular++;
    }
    return (void *)popular;
}

int main(void) {
    pthread_t indexers[2];
    int indexer_count = 1;
    static char prefixes[2][2] = {"x", "y"};
    for (int i = 0; i < indexer_count; i++)
        if (pthread_create(&indexers[i], NULL, indexer_main, prefixes[i]) != 0)
            return 1;
    printf("%u uses so far\n", names_total());
    for (int i = 0; i < indexer_count; i++)
        pthread_join(indexers[i], NULL);
    printf("%zu names\n", name_count);
    free(names);
    return 0;
}
