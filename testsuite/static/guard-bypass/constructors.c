/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What a function returns may be a new object or NULL, whichever of several returns it takes:
 * either way nobody else has it. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    char *name;
    struct entry *next;
    int uses;
};

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct entry *entries;

static struct entry *entry_new(const char *name) {
    struct entry *entry = calloc(1, sizeof *entry);
    do {
        if (!entry)
            break;
        entry->name = strdup(name);
        if (!entry->name)
            break;
        return entry;
    } while (0);
    free(entry);
    return NULL;
}

void entry_add_ok(const char *name) {
    pthread_rwlock_rdlock(&lock);
    struct entry *entry = entry_new(name);
    if (entry) {
        entry->uses = 5;
        entry->next = NULL;
    }
    pthread_rwlock_unlock(&lock);
    if (!entry)
        return;
    pthread_rwlock_wrlock(&lock);
    entry->next = entries;
    entries = entry;
    pthread_rwlock_unlock(&lock);
}

void entries_use_ok(void) {
    pthread_rwlock_wrlock(&lock);
    for (struct entry *entry = entries; entry; entry = entry->next)
        entry->uses++;
    pthread_rwlock_unlock(&lock);
}

void entries_age_ok(void) {
    pthread_rwlock_wrlock(&lock);
    for (struct entry *entry = entries; entry; entry = entry->next)
        entry->uses /= 2;
    pthread_rwlock_unlock(&lock);
}

void entries_reset_bad(void) {
    struct entry *entry = entries; // expected-warning {{without holding}} expected-note@* 1+{{}}
    for (; entry; entry = entry->next)
        entry->uses--;
}
