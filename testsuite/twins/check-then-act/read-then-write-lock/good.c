/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=uthash+pthread, note=read lock given back, write lock taken,
// no second look
/*
 * A group cache answers from a uthash table under the read lock. On a miss it takes the write
 * lock and adds the entry, but another thread may have added it between the two locks: uthash
 * then holds the key twice. Here it looks again under the write lock.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct group {
    int gid;
    int members;
    UT_hash_handle hh;
};

static pthread_rwlock_t groups_rwlock = PTHREAD_RWLOCK_INITIALIZER;
static struct group *groups;

static int query_directory(int gid) { return gid * 3 % 17; }

static int group_members(int gid) {
    struct group *g;
    int members;

    pthread_rwlock_rdlock(&groups_rwlock);
    HASH_FIND_INT(groups, &gid, g);
    members = g ? g->members : -1;
    pthread_rwlock_unlock(&groups_rwlock);
    if (members >= 0)
        return members;

    pthread_rwlock_wrlock(&groups_rwlock);
    HASH_FIND_INT(groups, &gid, g);
    if (g) {
        members = g->members;
        goto unlock;
    }
    members = query_directory(gid);
    g = malloc(sizeof(*g));
    if (!g)
        goto unlock;
    g->gid = gid;
    g->members = members;
    HASH_ADD_INT(groups, gid, g);
unlock:
    pthread_rwlock_unlock(&groups_rwlock);
    return members;
}

static unsigned groups_count(void) {
    pthread_rwlock_rdlock(&groups_rwlock);
    unsigned count = HASH_COUNT(groups);
    pthread_rwlock_unlock(&groups_rwlock);
    return count;
}

static void groups_flush(void) {
    struct group *g, *next, *all;
    pthread_rwlock_wrlock(&groups_rwlock);
    all = groups;
    groups = NULL;
    pthread_rwlock_unlock(&groups_rwlock);
    HASH_ITER(hh, all, g, next) {
        HASH_DEL(all, g);
        free(g);
    }
}

static void *lookup_main(void *arg) {
    int stride = *(int *)arg;
    size_t sum = 0;
    for (int i = 0; i < 400; i++) {
        sum += (size_t)group_members(i * stride % 50);
        if (i % 150 == 149)
            groups_flush();
    }
    return (void *)sum;
}

int main(void) {
    pthread_t threads[3];
    int strides[3] = {1, 3, 7};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, lookup_main, &strides[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *sum;
        pthread_join(threads[i], &sum);
        printf("%zu\n", (size_t)sum);
    }
    printf("%u groups cached\n", groups_count());
    groups_flush();
    return 0;
}
