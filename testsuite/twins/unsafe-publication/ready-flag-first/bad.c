/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=pthread, note=a plain flag announces a table that is still
// being filled
/*
 * Locale data of a text library, loaded by whoever comes first in a background thread. Readers skip the
 * lock once the flag says that the table is there; the loader sets the flag, plain, before the table is
 * complete. The fix stores an atomic flag with release order, last.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES 64

struct entry {
    char key[16];
    int value;
};

static struct entry locale_table[ENTRIES];
static unsigned locale_count;
static bool locale_ready;

static void *locale_load(void *arg) {
    const char *prefix = arg;

    locale_ready = true; // BAD(unsafe-publication,unlocked-access)
    for (unsigned i = 0; i < ENTRIES; i++) {
        struct entry *e = &locale_table[i];
        snprintf(e->key, sizeof(e->key), "%s%u", prefix, i); // BAD(unsafe-publication,unlocked-access)
        e->value = (int)(i * i); // BAD(unsafe-publication,unlocked-access)
        locale_count = i + 1; // BAD(unsafe-publication,unlocked-access)
    }
    return NULL;
}

static int locale_get(const char *key) {
    if (!locale_ready) // BAD(unsafe-publication,unlocked-access)
        return -1;
    for (unsigned i = 0; i < locale_count; i++) // BAD(unsafe-publication,unlocked-access)
        if (strcmp(locale_table[i].key, key) == 0) // BAD(unsafe-publication,unlocked-access)
            return locale_table[i].value; // BAD(unsafe-publication,unlocked-access)
    return -1;
}

static void *format_main(void *arg) {
    unsigned step = *(unsigned *)arg, known = 0;
    for (unsigned i = 0; i < 5000; i++) {
        char key[16];
        snprintf(key, sizeof(key), "de%u", i * step % 80);
        known += locale_get(key) >= 0;
    }
    printf("%u known\n", known);
    return NULL;
}

int main(void) {
    pthread_t loader, readers[2];
    unsigned steps[2] = {1, 3};
    static char prefix[] = "de";

    for (int i = 0; i < 2; i++)
        if (pthread_create(&readers[i], NULL, format_main, &steps[i]) != 0)
            return 1;
    if (pthread_create(&loader, NULL, locale_load, prefix) != 0)
        return 1;
    pthread_join(loader, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(readers[i], NULL);
    return 0;
}
