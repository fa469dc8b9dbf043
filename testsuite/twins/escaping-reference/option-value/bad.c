/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=uthash+pthread, note=option getter returns the stored string,
// the setter frees it
/*
 * Options of a printing daemon. option_get() returns the string that the table holds. option_set(),
 * called by the administration thread, frees it for a new one while a worker still parses it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct option {
    char *name;
    char *value;
    UT_hash_handle hh;
};

static struct option *options;
static pthread_mutex_t options_mutex = PTHREAD_MUTEX_INITIALIZER;

static int option_set(const char *name, const char *value) {
    struct option *o;
    char *copy = strdup(value), *old = NULL;
    int status = -1;

    if (!copy)
        return -1;
    pthread_mutex_lock(&options_mutex);
    HASH_FIND_STR(options, name, o);
    if (!o) {
        o = calloc(1, sizeof(*o));
        if (!o || !(o->name = strdup(name))) {
            free(o);
            old = copy;
            goto out;
        }
        HASH_ADD_KEYPTR(hh, options, o->name, strlen(o->name), o);
    }
    old = o->value;
    o->value = copy;
    status = 0;
out:
    pthread_mutex_unlock(&options_mutex);
    free(old);
    return status;
}

static const char *option_get(const char *name, const char *fallback) {
    struct option *o;
    const char *value = fallback;

    pthread_mutex_lock(&options_mutex);
    HASH_FIND_STR(options, name, o);
    if (o)
        value = o->value;
    pthread_mutex_unlock(&options_mutex);
    return value; // BAD(escaping-reference)
}

static long option_get_number(const char *name, long fallback) {
    const char *value = option_get(name, NULL);
    return value ? strtol(value, NULL, 10) : fallback; // BAD(escaping-reference)
}

static void *administration(void *arg) {
    (void)arg;
    for (int i = 0; i < 2000; i++) {
        char value[16];
        snprintf(value, sizeof(value), "%d", i % 1000 + 100);
        option_set(i % 2 ? "Copies" : "Resolution", value);
    }
    return NULL;
}

static void *printer(void *arg) {
    long pages = 0;
    (void)arg;
    for (int i = 0; i < 2000; i++)
        pages += option_get_number("Copies", 1) * option_get_number("Resolution", 300) % 7;
    printf("%ld pages\n", pages);
    return NULL;
}

int main(void) {
    pthread_t admin, printers[2];
    struct option *o, *tmp;

    if (pthread_create(&admin, NULL, administration, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&printers[i], NULL, printer, NULL) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(printers[i], NULL);
    pthread_join(admin, NULL);
    HASH_ITER(hh, options, o, tmp) {
        HASH_DEL(options, o);
        free(o->name);
        free(o->value);
        free(o);
    }
    return 0;
}
