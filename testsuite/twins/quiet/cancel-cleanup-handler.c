/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=the lock is given back by a cleanup handler when the thread is cancelled
/*
 * A watcher thread waits on a condition and is cancelled at shutdown. The wait takes the lock again on
 * cancellation; the handler that pthread_cleanup_push() installed gives it back, and the same handler ends
 * the normal way out.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct change {
    struct change *next;
    unsigned file;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct change *changes;
    unsigned long seen;
} watch = {.lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER};

static void unlock_watch(void *arg) { pthread_mutex_unlock(arg); }

static struct change *next_change(void) {
    struct change *c;
    pthread_mutex_lock(&watch.lock);
    pthread_cleanup_push(unlock_watch, &watch.lock);
    while (!watch.changes)
        pthread_cond_wait(&watch.more, &watch.lock);
    c = watch.changes;
    watch.changes = c->next;
    watch.seen++;
    pthread_cleanup_pop(1);
    return c;
}

static void *watcher_main(void *arg) {
    unsigned sum = 0;
    (void)arg;
    for (;;) {
        struct change *c = next_change();
        sum += c->file;
        free(c);
        if (sum > 1u << 30)
            sum = 0;
    }
    return NULL;
}

static int announce(unsigned file) {
    struct change *c = malloc(sizeof(*c));
    if (!c)
        return -1;
    c->file = file;
    pthread_mutex_lock(&watch.lock);
    c->next = watch.changes;
    watch.changes = c;
    pthread_cond_signal(&watch.more);
    pthread_mutex_unlock(&watch.lock);
    return 0;
}

int main(void) {
    pthread_t watcher;
    if (pthread_create(&watcher, NULL, watcher_main, NULL) != 0)
        return 1;
    for (unsigned i = 0; i < 2000; i++)
        if (announce(i) != 0)
            return 1;
    pthread_cancel(watcher);
    pthread_join(watcher, NULL);
    printf("%s\n", watch.seen <= 2000 ? "plausible" : "too many");
    while (watch.changes) {
        struct change *c = watch.changes;
        watch.changes = c->next;
        free(c);
    }
    return 0;
}
