/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=unsafe-publication, libs=pthread, note=a new configuration is made current before it is parsed into
/*
 * A proxy reloads its configuration: the new object is stored in the global, under the lock that readers take, and
 * its fields are filled after the unlock. Readers use a counted reference and read the fields without a lock.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct config {
    atomic_int refs;
    int workers;
    int timeout;
    char root[32];
};

static struct config *active;
static pthread_mutex_t active_lock = PTHREAD_MUTEX_INITIALIZER;

static void config_unref(struct config *c) {
    if (c && atomic_fetch_sub(&c->refs, 1) == 1)
        free(c);
}

static struct config *config_get(void) {
    pthread_mutex_lock(&active_lock);
    struct config *c = active;
    if (c)
        atomic_fetch_add(&c->refs, 1);
    pthread_mutex_unlock(&active_lock);
    return c;
}

static struct config *config_install(struct config *c) {
    pthread_mutex_lock(&active_lock);
    struct config *old = active;
    active = c;
    pthread_mutex_unlock(&active_lock);
    return old;
}

static void config_parse(struct config *c, int generation) {
    c->workers = generation % 8 + 1;
    c->timeout = 10 + generation % 50;
    snprintf(c->root, sizeof(c->root), "/srv/www/%d", generation);
}

static int config_reload(int generation) {
    struct config *c = calloc(1, sizeof(*c));
    if (!c)
        return -1;
    atomic_init(&c->refs, 1);
    config_parse(c, generation);
    config_unref(config_install(c));
    return 0;
}

static void *request_main(void *arg) {
    unsigned long sum = *(unsigned *)arg;
    for (int i = 0; i < 5000; i++) {
        struct config *c = config_get();
        if (!c)
            continue;
        sum += (unsigned long)(c->timeout / (c->workers ? c->workers : 1)) + strlen(c->root);
        config_unref(c);
    }
    return (void *)sum;
}

static void *reload_main(void *arg) {
    (void)arg;
    for (int i = 0; i < 500; i++)
        if (config_reload(i) != 0)
            break;
    return NULL;
}

int main(void) {
    pthread_t requests[2], reload;
    unsigned seeds[2] = {1, 2};
    if (pthread_create(&reload, NULL, reload_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&requests[i], NULL, request_main, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(requests[i], NULL);
    pthread_join(reload, NULL);
    config_unref(config_install(NULL));
    printf("done\n");
    return 0;
}
