/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "server.h"

#include <stdio.h>

static void *listener_main(void *arg) {
    struct server *s = arg;
    long accepted = 0;
    for (int id = 0; id < 1000; id++)
        accepted += server_accept(s, id);
    return (void *)accepted;
}

int main(void) {
    for (int round = 0; round < 3; round++) {
        struct server *s = server_start();
        pthread_t listener;
        void *accepted;
        if (!s || pthread_create(&listener, NULL, listener_main, s) != 0)
            return 1;
        pthread_join(listener, &accepted);
        printf("%ld accepted, %u served\n", (long)accepted, server_shutdown(s));
    }
    return 0;
}
