/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * A program without hooks of its own loads a library that has them: two threads write its map at
 * once (late_bad) or one after the other, with the library unloaded in between (late_ok). The
 * library lies beside the program.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void late_function(void (*during)(void));
static late_function *late_write;
static int inside;

static void *load(const char *program) {
    char path[4096];
    snprintf(path, sizeof path, "%s_library.so", program);
    void *library = dlopen(path, RTLD_NOW);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    late_write = (late_function *)dlsym(library, "late_write");
    return library;
}

static void nothing(void) {}

static void stay(void) {
    __atomic_store_n(&inside, 1, __ATOMIC_RELEASE);
    usleep(300000);
}

static void *write_meanwhile(void *unused) {
    while (!__atomic_load_n(&inside, __ATOMIC_ACQUIRE))
        usleep(100);
    late_write(nothing);
    return unused;
}

int main(int count, char **arguments) {
    pthread_t thread;
    if (count == 2)
        return puts("late_bad|concurrent map writes\nlate_ok|") < 0;
    void *library = load(arguments[0]);
    if (strcmp(arguments[1], "late_bad") == 0) {
        pthread_create(&thread, NULL, write_meanwhile, NULL);
        late_write(stay);
    } else {
        inside = 1;
        for (int i = 0; i < 20; i++) {
            late_write(nothing);
            dlclose(library);
            library = load(arguments[0]);
            pthread_create(&thread, NULL, write_meanwhile, NULL);
            pthread_join(thread, NULL);
        }
        return 0;
    }
    pthread_join(thread, NULL);
    return 0;
}
