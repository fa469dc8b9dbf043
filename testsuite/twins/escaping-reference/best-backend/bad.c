/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=pthread, note=the best entry is chosen under the lock and used after it,
// without a reference
/*
 * Load balancer: pick_backend() chooses the least loaded one under the lock and returns it; the reload removes
 * and frees backends. The fixed pick counts a reference that the request gives back.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct backend {
    struct backend *next;
    unsigned port;
    unsigned load;
} backend_t;

static pthread_mutex_t backends_lock = PTHREAD_MUTEX_INITIALIZER;
static backend_t *backends;

static int backend_add(unsigned port) {
    backend_t *b = calloc(1, sizeof(*b));
    if (!b)
        return -1;
    b->port = port;
    pthread_mutex_lock(&backends_lock);
    b->next = backends;
    backends = b;
    pthread_mutex_unlock(&backends_lock);
    return 0;
}

static int backend_remove(unsigned port) {
    backend_t **link, *b;
    pthread_mutex_lock(&backends_lock);
    for (link = &backends; (b = *link); link = &b->next)
        if (b->port == port) {
            *link = b->next;
            break;
        }
    pthread_mutex_unlock(&backends_lock);
    free(b);
    return b != NULL;
}

static backend_t *pick_backend(void) {
    backend_t *best = NULL;
    pthread_mutex_lock(&backends_lock);
    for (backend_t *b = backends; b; b = b->next)
        if (!best || b->load < best->load)
            best = b;
    pthread_mutex_unlock(&backends_lock);
    return best; // BAD(escaping-reference)
}

static unsigned forward(unsigned request) {
    backend_t *b = pick_backend();
    unsigned port;

    if (!b)
        return 0;
    port = b->port + request % 2; // BAD(escaping-reference,guard-bypass,unlocked-access)
    pthread_mutex_lock(&backends_lock);
    b->load++; // BAD(escaping-reference,check-then-act)
    pthread_mutex_unlock(&backends_lock);
    return port;
}

static void *request_main(void *arg) {
    unsigned sum = *(unsigned *)arg;
    for (unsigned i = 0; i < 3000; i++)
        sum += forward(i);
    return (void *)(size_t)sum;
}

static void *reload_main(void *arg) {
    (void)arg;
    for (unsigned i = 0; i < 1000; i++) {
        backend_add(8000 + i % 6);
        backend_remove(8000 + (i + 3) % 6);
    }
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
    for (unsigned port = 8000; port < 8006; port++)
        while (backend_remove(port))
            ;
    printf("done\n");
    return 0;
}
