/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=uthash+pthread, note=read lock released, write lock taken, everything looked
// up again
/*
 * Group cache that upgrades by release and second look: what was found under the read lock is not used
 * under the write lock, and a generation counter tells whether a second look is needed at all.
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

static struct {
    pthread_rwlock_t lock;
    struct group *table;
    unsigned generation;
} groups = {.lock = PTHREAD_RWLOCK_INITIALIZER};

static int resolve(int gid) { return gid * 7 % 31; }

static int group_members(int gid) {
    struct group *g, *fresh;
    unsigned seen;
    int members = -1;

    pthread_rwlock_rdlock(&groups.lock);
    HASH_FIND_INT(groups.table, &gid, g);
    if (g)
        members = g->members;
    seen = groups.generation;
    pthread_rwlock_unlock(&groups.lock);
    if (members >= 0)
        return members;

    fresh = calloc(1, sizeof(*fresh));
    if (!fresh)
        return -1;
    fresh->gid = gid;
    fresh->members = resolve(gid);

    pthread_rwlock_wrlock(&groups.lock);
    g = NULL;
    if (groups.generation != seen)
        HASH_FIND_INT(groups.table, &gid, g);
    if (!g) {
        HASH_ADD_INT(groups.table, gid, fresh);
        groups.generation++;
        g = fresh;
        fresh = NULL;
    }
    members = g->members;
    pthread_rwlock_unlock(&groups.lock);
    free(fresh);
    return members;
}

static void group_forget(int gid) {
    struct group *g;
    pthread_rwlock_wrlock(&groups.lock);
    HASH_FIND_INT(groups.table, &gid, g);
    if (g) {
        HASH_DEL(groups.table, g);
        groups.generation++;
    }
    pthread_rwlock_unlock(&groups.lock);
    free(g);
}

static void *session(void *arg) {
    int gid = *(int *)arg;
    long sum = 0;
    for (int i = 0; i < 3000; i++) {
        sum += group_members((gid + i) % 50);
        if (i % 20 == 0)
            group_forget(i % 50);
    }
    return (void *)sum;
}

int main(void) {
    pthread_t threads[3];
    int gids[3] = {0, 9, 27};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, session, &gids[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++) {
        void *sum;
        pthread_join(threads[i], &sum);
        printf("%ld\n", (long)sum);
    }
    for (int gid = 0; gid < 50; gid++)
        group_forget(gid);
    return 0;
}
