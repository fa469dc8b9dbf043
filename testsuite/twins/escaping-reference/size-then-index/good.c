/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=pthread, note=the array and its length are copied under the lock,
// walked after it while another thread reallocates
/*
 * Descriptor list of a poll loop. The loop copies pointer and count under the lock, then polls the entries
 * without it; a thread that registers a descriptor reallocates the array. The fix copies the entries.
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct poller {
    pthread_mutex_t guard;
    struct pollfd *fds;
    size_t count, room;
};

static struct poller poller = {.guard = PTHREAD_MUTEX_INITIALIZER};
static atomic_bool quit;

static int poller_register(struct poller *p, int fd, short events) {
    int status = -1;

    pthread_mutex_lock(&p->guard);
    if (p->count == p->room) {
        size_t room = p->room ? 2 * p->room : 2;
        struct pollfd *fds = realloc(p->fds, room * sizeof(*fds));
        if (!fds)
            goto out;
        p->fds = fds;
        p->room = room;
    }
    p->fds[p->count].fd = fd;
    p->fds[p->count].events = events;
    p->fds[p->count++].revents = 0;
    status = 0;
out:
    pthread_mutex_unlock(&p->guard);
    return status;
}

static void poller_clear(struct poller *p) {
    struct pollfd *old;
    pthread_mutex_lock(&p->guard);
    old = p->fds;
    p->fds = NULL;
    p->count = p->room = 0;
    pthread_mutex_unlock(&p->guard);
    free(old);
}

static int poller_wait(struct poller *p) {
    struct pollfd *fds;
    size_t count;
    int ready = 0;

    pthread_mutex_lock(&p->guard);
    count = p->count;
    fds = count ? malloc(count * sizeof(*fds)) : NULL;
    if (fds)
        memcpy(fds, p->fds, count * sizeof(*fds));
    else
        count = 0;
    pthread_mutex_unlock(&p->guard);

    for (size_t i = 0; i < count; i++)
        if (fds[i].events & POLLIN)
            ready++;
    free(fds);
    return ready;
}

static void *loop_main(void *arg) {
    unsigned long ready = 0;
    (void)arg;
    while (!atomic_load(&quit))
        ready += (unsigned long)poller_wait(&poller);
    return (void *)ready;
}

static void *register_main(void *arg) {
    (void)arg;
    for (int i = 0; i < 2000; i++) {
        if (poller_register(&poller, i % 100, i % 2 ? POLLIN : POLLOUT) != 0)
            break;
        if (i % 64 == 63)
            poller_clear(&poller);
    }
    return NULL;
}

int main(void) {
    pthread_t loop, registrar;
    void *ready;
    if (pthread_create(&loop, NULL, loop_main, NULL) || pthread_create(&registrar, NULL, register_main, NULL))
        return 1;
    pthread_join(registrar, NULL);
    atomic_store(&quit, 1);
    pthread_join(loop, &ready);
    printf("%s\n", ready ? "ready" : "nothing");
    poller_clear(&poller);
    return 0;
}
