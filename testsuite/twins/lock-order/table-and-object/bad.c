/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=pthread, note=table lock then object lock here, object lock then
// table lock there
/*
 * A volume manager locks the table and then a volume to list it, but a failing volume, with its
 * own lock held, takes the table's lock to unlink itself. Two threads that do both deadlock.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct volume {
    struct volume *next;
    pthread_mutex_t lock;
    unsigned id;
    bool failed;
    unsigned long errors;
};

static pthread_mutex_t volumes_lock = PTHREAD_MUTEX_INITIALIZER;
static struct volume *volumes;
static unsigned online;

static struct volume *volume_create(unsigned id) {
    struct volume *v = calloc(1, sizeof(*v));
    if (!v)
        return NULL;
    pthread_mutex_init(&v->lock, NULL);
    v->id = id;
    pthread_mutex_lock(&volumes_lock);
    v->next = volumes;
    volumes = v;
    online++;
    pthread_mutex_unlock(&volumes_lock);
    return v;
}

static unsigned long volumes_errors(void) {
    unsigned long sum = 0;
    pthread_mutex_lock(&volumes_lock);
    for (struct volume *v = volumes; v; v = v->next) {
        pthread_mutex_lock(&v->lock); // BAD(lock-order)
        sum += v->errors;
        pthread_mutex_unlock(&v->lock);
    }
    pthread_mutex_unlock(&volumes_lock);
    return sum;
}

static void volume_count_offline(void) {
    pthread_mutex_lock(&volumes_lock); // BAD(lock-order)
    online--;
    pthread_mutex_unlock(&volumes_lock);
}

static void volume_io_error(struct volume *v) {
    pthread_mutex_lock(&v->lock);
    v->errors++;
    if (v->errors > 10 && !v->failed) {
        v->failed = true;
        volume_count_offline(); // BAD(lock-order)
    }
    pthread_mutex_unlock(&v->lock);
}

static void *io_main(void *arg) {
    struct volume *v = arg;
    for (int i = 0; i < 5; i++)
        volume_io_error(v);
    return NULL;
}

static void *monitor_main(void *arg) {
    unsigned long *most = arg;
    for (int i = 0; i < 100; i++) {
        unsigned long errors = volumes_errors();
        if (errors > *most)
            *most = errors;
    }
    return NULL;
}

int main(void) {
    pthread_t io[2], monitor;
    unsigned long most = 0;
    for (unsigned i = 0; i < 2; i++) {
        struct volume *v = volume_create(i);
        if (!v || pthread_create(&io[i], NULL, io_main, v) != 0)
            return 1;
    }
    if (pthread_create(&monitor, NULL, monitor_main, &most) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(io[i], NULL);
    pthread_join(monitor, NULL);
    printf("%u online, %lu errors\n", online, most);
    while (volumes) {
        struct volume *v = volumes;
        volumes = v->next;
        pthread_mutex_destroy(&v->lock);
        free(v);
    }
    return 0;
}
