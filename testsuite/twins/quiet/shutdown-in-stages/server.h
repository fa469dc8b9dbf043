/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef SERVER_H
#define SERVER_H

#include <pthread.h>
#include <stdbool.h>

struct conn {
    struct conn *next;
    int id;
    unsigned served;
};

struct server {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct conn *waiting;
    struct conn *finished;
    bool accepting;
    unsigned active;
    pthread_t workers[2];
};

struct server *server_start(void);
bool server_accept(struct server *s, int id);
unsigned server_shutdown(struct server *s);

#endif
