/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "dir.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static unsigned long usage(struct dir *dir, const char *prefix) {
    struct dir_iter iter;
    const char *name;
    unsigned size;
    unsigned long sum = 0;
    dir_iter_begin(dir, &iter);
    while ((name = dir_iter_next(&iter, &size)) != NULL)
        if (strncmp(name, prefix, strlen(prefix)) == 0)
            sum += size;
    dir_iter_end(&iter);
    return sum;
}

static bool grow(struct dir *dir, const char *name, unsigned bytes) {
    unsigned *size = dir_edit(dir, name);
    if (!size)
        return false;
    *size += bytes;
    dir_edit_done(dir);
    return true;
}

static void *writer_main(void *arg) {
    struct dir *dir = arg;
    char name[24];
    for (unsigned i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "file%u", i % 25);
        if (!grow(dir, name, 10))
            dir_add(dir, name, 1);
    }
    return NULL;
}

static void *reader_main(void *arg) {
    unsigned long most = 0;
    for (int i = 0; i < 100; i++) {
        unsigned long now = usage(arg, "file1");
        if (now > most)
            most = now;
    }
    return (void *)most;
}

int main(void) {
    struct dir *dir = dir_new();
    pthread_t writers[2], reader;
    void *most;
    if (!dir)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&writers[i], NULL, writer_main, dir) != 0)
            return 1;
    if (pthread_create(&reader, NULL, reader_main, dir) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(writers[i], NULL);
    pthread_join(reader, &most);
    printf("%lu bytes\n", (unsigned long)most);
    dir_free(dir);
    return 0;
}
