/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=write-under-read-lock, libs=pthread, note=the lock's wrapper takes a mode, and a writer asks
// for the shared one
/*
 * Catalogue of a database: one wrapper takes the dictionary lock in the mode that it is given. The function
 * that records a table's row estimate asks for the shared mode, as the planner does that it was copied from.
 */
#include "dlock.h"

#include <stdio.h>
#include <string.h>

#define TABLES 16

struct table_def {
    char name[16];
    unsigned long rows;
    unsigned version;
};

static struct dict_lock dict_lock;
static struct table_def tables[TABLES];
static unsigned table_count;

static struct table_def *table_find(const char *name) {
    for (unsigned i = 0; i < table_count; i++)
        if (strcmp(tables[i].name, name) == 0)
            return &tables[i];
    return NULL;
}

static int table_create(const char *name) {
    int created = 0;
    dict_lock_acquire(&dict_lock, LM_EXCLUSIVE);
    if (!table_find(name) && table_count < TABLES) {
        struct table_def *t = &tables[table_count++];
        snprintf(t->name, sizeof(t->name), "%s", name);
        t->rows = 0;
        t->version = 1;
        created = 1;
    }
    dict_lock_release(&dict_lock);
    return created;
}

static unsigned long table_rows(const char *name) {
    unsigned long rows = 0;
    dict_lock_acquire(&dict_lock, LM_SHARED);
    struct table_def *t = table_find(name);
    if (t)
        rows = t->rows;
    dict_lock_release(&dict_lock);
    return rows;
}

static void table_truncate(const char *name) {
    dict_lock_acquire(&dict_lock, LM_EXCLUSIVE);
    struct table_def *t = table_find(name);
    if (t) {
        t->rows = 0;
        t->version++;
    }
    dict_lock_release(&dict_lock);
}

static void table_analyzed(const char *name, unsigned long rows) {
    dict_lock_acquire(&dict_lock, LM_EXCLUSIVE);
    struct table_def *t = table_find(name);
    if (t) {
        t->rows = (t->rows + rows) / 2;
        t->version++;
    }
    dict_lock_release(&dict_lock);
}

static void *session_main(void *arg) {
    unsigned long rows = *(unsigned long *)arg;
    for (int i = 0; i < 2000; i++) {
        char name[16];
        snprintf(name, sizeof(name), "orders_%d", i % 10);
        if (!table_create(name))
            table_analyzed(name, rows + table_rows(name));
        if (i % 300 == 299)
            table_truncate(name);
    }
    return NULL;
}

int main(void) {
    pthread_t sessions[3];
    unsigned long rows[3] = {10, 20, 30};
    dict_lock_init(&dict_lock);
    for (int i = 0; i < 3; i++)
        if (pthread_create(&sessions[i], NULL, session_main, &rows[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(sessions[i], NULL);
    printf("%u tables\n", table_count);
    return 0;
}
