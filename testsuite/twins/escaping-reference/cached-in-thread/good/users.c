/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "users.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t users_lock = PTHREAD_MUTEX_INITIALIZER;
static struct user *users;

static struct user **user_link(int uid) {
    struct user **link = &users;
    while (*link && (*link)->uid != uid)
        link = &(*link)->next;
    return link;
}

static void user_put_locked(struct user *u) {
    if (--u->refs == 0)
        free(u);
}

struct user *user_get(int uid) {
    pthread_mutex_lock(&users_lock);
    struct user *u = *user_link(uid);
    if (u)
        u->refs++;
    pthread_mutex_unlock(&users_lock);
    return u;
}

void user_put(struct user *u) {
    pthread_mutex_lock(&users_lock);
    user_put_locked(u);
    pthread_mutex_unlock(&users_lock);
}

int user_add(int uid, const char *shell) {
    struct user *u = calloc(1, sizeof(*u)), **link;
    if (!u)
        return -1;
    u->uid = uid;
    u->refs = 1;
    snprintf(u->shell, sizeof(u->shell), "%s", shell);
    pthread_mutex_lock(&users_lock);
    link = user_link(uid);
    if (*link) {
        user_put_locked(u);
        u = NULL;
    } else {
        *link = u;
    }
    pthread_mutex_unlock(&users_lock);
    return u != NULL;
}

int user_remove(int uid) {
    pthread_mutex_lock(&users_lock);
    struct user **link = user_link(uid), *u = *link;
    if (u) {
        *link = u->next;
        user_put_locked(u);
    }
    pthread_mutex_unlock(&users_lock);
    return u != NULL;
}
