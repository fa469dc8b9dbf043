/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=raw-internals, libs=uthash+pthread, note=key field of a linked element assigned in
// place
/*
 * A presence service renames a user by assigning to the key field of an element that is linked
 * in a uthash table. The element stays in the chain of its old key, and lookups of either name
 * go wrong from then on. Here the element is taken out, renamed and added again.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct user {
    int uid; /* the key */
    int status;
    unsigned renames;
    UT_hash_handle hh;
};

static pthread_mutex_t users_lock = PTHREAD_MUTEX_INITIALIZER;
static struct user *users;

static struct user *user_find_locked(int uid) {
    struct user *u;
    HASH_FIND_INT(users, &uid, u);
    return u;
}

static bool user_login(int uid) {
    bool done = false;
    pthread_mutex_lock(&users_lock);
    if (!user_find_locked(uid)) {
        struct user *u = calloc(1, sizeof(*u));
        if (u) {
            u->uid = uid;
            u->status = 1;
            HASH_ADD_INT(users, uid, u);
            done = true;
        }
    }
    pthread_mutex_unlock(&users_lock);
    return done;
}

static bool user_renumber(int from, int to) {
    bool done = false;
    pthread_mutex_lock(&users_lock);
    struct user *u = user_find_locked(from);
    if (u && !user_find_locked(to)) {
        HASH_DEL(users, u);
        u->uid = to;
        HASH_ADD_INT(users, uid, u);
        u->renames++;
        done = true;
    }
    pthread_mutex_unlock(&users_lock);
    return done;
}

static void user_logout(int uid) {
    struct user *u;
    pthread_mutex_lock(&users_lock);
    u = user_find_locked(uid);
    if (u)
        HASH_DEL(users, u);
    pthread_mutex_unlock(&users_lock);
    free(u);
}

static void *session_main(void *arg) {
    int base = *(int *)arg;
    for (int i = 0; i < 200; i++) {
        user_login(base + i % 20);
        user_renumber(base + i % 20, base + 500 + i % 20);
        if (i % 3 == 0)
            user_logout(base + 500 + i % 20);
    }
    return NULL;
}

int main(void) {
    pthread_t sessions[2];
    int bases[2] = {1000, 1005};
    struct user *u, *next;
    unsigned renames = 0;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&sessions[i], NULL, session_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(sessions[i], NULL);
    HASH_ITER(hh, users, u, next) {
        renames += u->renames;
        HASH_DEL(users, u);
        free(u);
    }
    printf("%u renames\n", renames);
    return 0;
}
