/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "session.h"

#include <stdatomic.h>
#include <stdio.h>

static session_t sessions[4];
static atomic_bool stop;

static void *io_main(void *arg) {
    unsigned seed = *(unsigned *)arg;
    for (unsigned i = 0; i < 4000; i++) {
        session_t *s = &sessions[(seed + i) % 4];
        session_open(s);
        if (session_send(s, i % 100))
            session_receive(s, i % 50);
        if (i % 97 == 0)
            session_fail(s, i);
    }
    return NULL;
}

static void *supervisor_main(void *arg) {
    unsigned long up = 0, errors = 0, reaped = 0;
    (void)arg;
    while (!atomic_load(&stop))
        for (int i = 0; i < 4; i++) {
            up += session_is_up(&sessions[i]);
            errors += session_error(&sessions[i]) != 0;
            reaped += session_reap(&sessions[i]);
        }
    printf("%s %s %s\n", up ? "up" : "-", errors ? "errors" : "-", reaped ? "reaped" : "-");
    return NULL;
}

int main(void) {
    pthread_t io[2], supervisor;
    unsigned seeds[2] = {0, 1};
    for (int i = 0; i < 4; i++)
        session_init(&sessions[i]);
    if (pthread_create(&supervisor, NULL, supervisor_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&io[i], NULL, io_main, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(io[i], NULL);
    atomic_store(&stop, true);
    pthread_join(supervisor, NULL);
    for (int i = 0; i < 4; i++)
        session_done(&sessions[i]);
    return 0;
}
