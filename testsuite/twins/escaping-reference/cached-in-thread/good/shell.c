/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=escaping-reference, libs=pthread, note=a session keeps in a field what the table may free
/*
 * Terminal server: each session looks its user up once and keeps the pointer in the session. The lookup
 * takes no reference, so the removal of the user frees what the sessions hold. The fix counts in
 * user_get() and gives back at the end of the session.
 */
#include "users.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct session {
    pthread_t thread;
    int uid;
    struct user *user;
    unsigned long keys;
};

static int session_login(struct session *s) {
    s->user = user_get(s->uid);
    return s->user != NULL;
}

static void session_type(struct session *s) {
    s->keys += strlen(s->user->shell);
}

static void session_logout(struct session *s) {
    user_put(s->user);
    s->user = NULL;
}

static void *session_main(void *arg) {
    struct session *s = arg;
    for (int i = 0; i < 1000; i++) {
        if (!session_login(s))
            continue;
        for (int k = 0; k < 5; k++)
            session_type(s);
        session_logout(s);
    }
    return NULL;
}

static void *admin_main(void *arg) {
    (void)arg;
    for (int i = 0; i < 3000; i++) {
        user_add(i % 4, i % 3 ? "/bin/sh" : "/usr/bin/fish");
        if (i % 2)
            user_remove((i + 1) % 4);
    }
    return NULL;
}

int main(void) {
    static struct session sessions[2] = {{.uid = 1}, {.uid = 2}};
    pthread_t admin;

    if (pthread_create(&admin, NULL, admin_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&sessions[i].thread, NULL, session_main, &sessions[i]) != 0)
            return 1;
    pthread_join(admin, NULL);
    for (int i = 0; i < 2; i++) {
        pthread_join(sessions[i].thread, NULL);
        printf("%lu keys\n", sessions[i].keys);
    }
    for (int uid = 0; uid < 4; uid++)
        user_remove(uid);
    return 0;
}
