/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=quota asked in one locked call and charged in another
/*
 * Upload quota of a mail store. quota_allows() and quota_charge() each lock; the two together let two
 * deliveries through where there was room for one. The fix is one call that asks and charges.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USERS 8

struct quota {
    char user[16];
    size_t used;
    size_t limit;
    unsigned rejected;
};

struct quota_root {
    pthread_mutex_t mutex;
    struct quota quotas[USERS];
    unsigned count;
};

static struct quota_root *quota_root_create(void) {
    struct quota_root *root = calloc(1, sizeof(*root));
    if (root)
        pthread_mutex_init(&root->mutex, NULL);
    return root;
}

static void quota_root_lock(struct quota_root *root) { pthread_mutex_lock(&root->mutex); }
static void quota_root_unlock(struct quota_root *root) { pthread_mutex_unlock(&root->mutex); }

static struct quota *quota_find_locked(struct quota_root *root, const char *user) {
    for (unsigned i = 0; i < root->count; i++)
        if (strcmp(root->quotas[i].user, user) == 0)
            return &root->quotas[i];
    if (root->count == USERS)
        return NULL;
    struct quota *q = &root->quotas[root->count++];
    snprintf(q->user, sizeof(q->user), "%s", user);
    q->limit = 4096;
    return q;
}

static bool quota_reserve(struct quota_root *root, const char *user, size_t size) {
    bool ok = false;
    quota_root_lock(root);
    struct quota *q = quota_find_locked(root, user);
    if (q) {
        ok = q->used + size <= q->limit;
        if (ok)
            q->used += size;
        else
            q->rejected++;
    }
    quota_root_unlock(root);
    return ok;
}

static void quota_refund(struct quota_root *root, const char *user, size_t size) {
    quota_root_lock(root);
    struct quota *q = quota_find_locked(root, user);
    if (q)
        q->used = q->used > size ? q->used - size : 0;
    quota_root_unlock(root);
}

static int deliver(struct quota_root *root, const char *user, size_t size) {
    if (!quota_reserve(root, user, size))
        return -1;
    return 0;
}

static struct quota_root *root;

static void *lmtp_client(void *arg) {
    const char *user = arg;
    long delivered = 0;
    for (size_t i = 0; i < 2000; i++) {
        if (deliver(root, user, i % 700) == 0)
            delivered++;
        else
            quota_refund(root, user, 2048);
    }
    return (void *)delivered;
}

int main(void) {
    static char users[3][8] = {"anna", "boris", "anna"};
    pthread_t threads[3];

    root = quota_root_create();
    if (!root)
        return 1;
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, lmtp_client, users[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *delivered;
        pthread_join(threads[i], &delivered);
        printf("%s: %ld\n", users[i], (long)delivered);
    }
    pthread_mutex_destroy(&root->mutex);
    free(root);
    return 0;
}
