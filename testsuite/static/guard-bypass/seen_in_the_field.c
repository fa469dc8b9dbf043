/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Shapes of correct code in real programs that counting alone would take for a bypass, each beside the
 * bug that looks like it. */
#include <glib.h>
#include <pthread.h>
#include <stdlib.h>

/* A table that is made and filled under the lock the first time, and only read from then on. */
G_LOCK_DEFINE_STATIC(names);
static GHashTable *names;

static void names_ready(void) {
    G_LOCK(names);
    if (!names) {
        names = g_hash_table_new(g_str_hash, g_str_equal);
        g_hash_table_insert(names, "one", "1");
        g_hash_table_insert(names, "two", "2");
    }
    G_UNLOCK(names);
}

void names_each_ok(GHFunc visit) {
    names_ready();
    g_hash_table_foreach(names, visit, NULL);
}

const char *name_get_ok(const char *name) {
    names_ready();
    return g_hash_table_lookup(names, name);
}

/* Two directions with a lock each, and one helper that is told which of them its caller holds. */
struct direction {
    pthread_mutex_t mutex;
    int queued;
};
struct session {
    struct direction in, out;
};
enum { OUT, IN };

static void enqueue(struct session *s, int which) {
    if (which == OUT)
        s->out.queued++;
    else
        s->in.queued++;
}

void send_ok(struct session *s) {
    pthread_mutex_lock(&s->out.mutex);
    enqueue(s, OUT);
    s->out.queued++;
    pthread_mutex_unlock(&s->out.mutex);
}

void receive_ok(struct session *s) {
    pthread_mutex_lock(&s->in.mutex);
    enqueue(s, IN);
    s->in.queued++;
    pthread_mutex_unlock(&s->in.mutex);
}

int pending_ok(struct session *s) {
    pthread_mutex_lock(&s->in.mutex);
    int queued = s->in.queued;
    pthread_mutex_unlock(&s->in.mutex);
    pthread_mutex_lock(&s->out.mutex);
    queued += s->out.queued;
    pthread_mutex_unlock(&s->out.mutex);
    return queued;
}

/* An element is filled before it is put where others find it, and is the caller's own once it is out. */
struct packet {
    struct packet *next;
    int to_send;
};
static pthread_mutex_t packets_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct packet *packets;

void packet_queue_ok(struct packet *p, int size) {
    p->to_send = size;
    p->next = NULL;
    pthread_mutex_lock(&packets_mutex);
    p->next = packets;
    packets = p;
    pthread_mutex_unlock(&packets_mutex);
}

struct packet *packet_take_ok(void) {
    pthread_mutex_lock(&packets_mutex);
    struct packet *p = packets;
    if (p)
        packets = p->next;
    pthread_mutex_unlock(&packets_mutex);
    if (p)
        p->next = NULL;
    return p;
}

int packets_any_bad(void) {
    return packets != NULL && packets->to_send > 0; // expected-warning {{read of `packets` without holding `packets_mutex`}} expected-note@* {{held, in}}
}

/* A lock in a header's record may be held by callers in other files; one that only this file can name
 * may not. */
struct account {
    pthread_mutex_t lock;
    long balance, moves;
};

void deposit_ok(struct account *a, long sum) {
    pthread_mutex_lock(&a->lock);
    a->balance += sum;
    a->moves++;
    pthread_mutex_unlock(&a->lock);
}

void withdraw_ok(struct account *a, long sum) {
    pthread_mutex_lock(&a->lock);
    a->balance -= sum;
    a->moves++;
    pthread_mutex_unlock(&a->lock);
}

/* Correct where it is called with the lock, which only a name can say here. */
long balance_locked_ok(const struct account *a) { return a->balance; }

long balance_bad(const struct account *a) {
    return a->balance; // expected-warning {{read of `a->balance` without holding `a->lock`}} expected-note@* {{held, in}}
}

/* A pool with a variant without lock, for pools that belong to one thread. */
struct pool {
    pthread_mutex_t lock;
    int freed;
};

static void do_pool_put(struct pool *p) { p->freed++; }

void pool_put_ok(struct pool *p) {
    pthread_mutex_lock(&p->lock);
    do_pool_put(p);
    pthread_mutex_unlock(&p->lock);
}

int pool_size_ok(struct pool *p) {
    pthread_mutex_lock(&p->lock);
    int freed = p->freed;
    pthread_mutex_unlock(&p->lock);
    return freed;
}

void worker_one_ok(struct pool *mine) { do_pool_put(mine); }
void worker_two_ok(struct pool *mine) { do_pool_put(mine); }
