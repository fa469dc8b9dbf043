/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef USERS_H
#define USERS_H

struct user {
    struct user *next;
    int refs; /* guarded by the users lock */
    int uid;
    char shell[24];
};

struct user *user_get(int uid);
void user_put(struct user *u);
int user_add(int uid, const char *shell);
int user_remove(int uid);

#endif
