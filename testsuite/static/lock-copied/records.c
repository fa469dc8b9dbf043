/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Records with a lock somewhere inside, copied in all the ways that C has. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct queue {
    pthread_mutex_t lock;
    int length;
};

struct conn {
    int fd;
    struct queue queue;
};

struct settings {
    int timeout;
};

struct server {
    struct settings settings;
    pthread_rwlock_t lock;
};

static struct conn current;
static struct server server;
static const struct conn no_conn = {-1, {PTHREAD_MUTEX_INITIALIZER, 0}};
static struct conn template = {-1, {PTHREAD_MUTEX_INITIALIZER, 8}};

void queue_push_ok(struct queue *q) {
    pthread_mutex_lock(&q->lock);
    q->length++;
    pthread_mutex_unlock(&q->lock);
}

void conn_push_ok(void) {
    queue_push_ok(&current.queue);
}

int server_timeout_ok(struct server *s) {
    pthread_rwlock_rdlock(&s->lock);
    int timeout = s->settings.timeout;
    pthread_rwlock_unlock(&s->lock);
    return timeout;
}

void conn_assign_bad(struct conn *to, struct conn *from) {
    *to = *from; // expected-warning {{`*from` is copied with the lock in it: `struct conn` contains `queue`, which contains `lock`, a pthread_mutex_t}} expected-note@* {{such a `lock` is taken here}}
}

void conn_save_bad(struct conn *to) {
    *to = current; // expected-warning {{`current` is copied with the lock}} expected-note@* {{taken here}}
}

struct queue queue_snapshot_bad(struct queue *q) {
    struct queue copy = *q; // expected-warning {{`struct queue` contains `lock`}} expected-note@* {{taken here}}
    return copy;
}

struct queue queue_get_bad(struct queue *q) {
    return *q; // expected-warning {{`*q` is copied with the lock}} expected-note@* {{taken here}}
}

static int length_of(struct queue q) {
    return q.length;
}

int queue_length_bad(struct conn *c) {
    return length_of(c->queue); // expected-warning {{`c->queue` is copied with the lock}} expected-note@* {{taken here}}
}

void server_duplicate_bad(struct server *to, const struct server *from) {
    memcpy(to, from, sizeof *to); // expected-warning {{`*from` is copied with the lock in it}} expected-note@* {{taken here}}
}

void conn_reset_ok(struct conn *c) {
    *c = no_conn;
}

void conn_from_template_ok(struct conn *c) {
    *c = template;
}

void conn_literal_ok(struct conn *c) {
    *c = (struct conn){.fd = 3, .queue = {.lock = PTHREAD_MUTEX_INITIALIZER}};
}

void conn_clear_ok(struct conn *c) {
    memset(c, 0, sizeof *c);
    pthread_mutex_init(&c->queue.lock, NULL);
}

void conn_duplicate_ok(struct conn *to, const struct conn *from) {
    *to = *from;
    pthread_mutex_init(&to->queue.lock, NULL);
}

struct queue queue_make_ok(int length) {
    struct queue q = {.lock = PTHREAD_MUTEX_INITIALIZER, .length = length};
    return q;
}

void queue_made_ok(struct queue *q) {
    *q = queue_make_ok(4);
}

struct settings server_settings_ok(struct server *s) {
    pthread_rwlock_rdlock(&s->lock);
    struct settings copy = s->settings;
    pthread_rwlock_unlock(&s->lock);
    return copy;
}

struct queue *queue_grow_ok(int length) {
    struct queue *fresh = calloc(1, sizeof *fresh);
    struct queue first = {.length = length};
    if (fresh)
        *fresh = first;
    return fresh;
}

void server_name_ok(struct server *to, const struct server *from, char *bytes) {
    memcpy(&to->settings, &from->settings, sizeof to->settings);
    memcpy(bytes, from, sizeof *from);
}

int server_wide_ok(void) {
    return server_timeout_ok(&server);
}
