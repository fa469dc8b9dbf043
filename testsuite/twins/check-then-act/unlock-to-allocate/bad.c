/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=lock given back to allocate in the middle of an insert;
// the search before it no longer holds
/*
 * Vnode cache. vnode_get() searches, gives the lock back because the allocation may sleep, takes it again
 * and links the new vnode without searching again.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define VHASH 32

typedef struct vnode {
    struct vnode *v_next;
    uint64_t v_fid;
    unsigned v_usecount;
} vnode_t;

typedef struct {
    pthread_mutex_t vh_lock;
    vnode_t *vh_table[VHASH];
    unsigned vh_count;
} vhash_t;

#define VHASH_ENTER(vh) pthread_mutex_lock(&(vh)->vh_lock)
#define VHASH_EXIT(vh) pthread_mutex_unlock(&(vh)->vh_lock)

static vhash_t vhash = {.vh_lock = PTHREAD_MUTEX_INITIALIZER};

static vnode_t *vhash_search(vhash_t *vh, uint64_t fid) {
    for (vnode_t *vp = vh->vh_table[fid % VHASH]; vp != NULL; vp = vp->v_next)
        if (vp->v_fid == fid)
            return vp;
    return NULL;
}

static vnode_t *vnode_get(vhash_t *vh, uint64_t fid) {
    vnode_t *vp, *newvp;

    VHASH_ENTER(vh);
    vp = vhash_search(vh, fid);
    if (vp == NULL) {
        VHASH_EXIT(vh);
        newvp = calloc(1, sizeof(*newvp));
        if (newvp == NULL)
            return NULL;
        newvp->v_fid = fid;
        VHASH_ENTER(vh);
        newvp->v_next = vh->vh_table[fid % VHASH];
        vh->vh_table[fid % VHASH] = newvp; // BAD(check-then-act)
        vh->vh_count++; // BAD(check-then-act)
        vp = newvp;
    }
    vp->v_usecount++;
    VHASH_EXIT(vh);
    return vp;
}

static void vnode_put(vhash_t *vh, vnode_t *vp) {
    VHASH_ENTER(vh);
    if (--vp->v_usecount == 0) {
        vnode_t **link = &vh->vh_table[vp->v_fid % VHASH];
        while (*link != vp)
            link = &(*link)->v_next;
        *link = vp->v_next;
        vh->vh_count--;
        free(vp);
    }
    VHASH_EXIT(vh);
}

static unsigned vhash_count(vhash_t *vh) {
    VHASH_ENTER(vh);
    unsigned count = vh->vh_count;
    VHASH_EXIT(vh);
    return count;
}

static void *walk_main(void *arg) {
    uint64_t fid = *(uint64_t *)arg, sum = 0;
    for (int i = 0; i < 3000; i++) {
        vnode_t *dir = vnode_get(&vhash, fid % 7), *vp = vnode_get(&vhash, fid * 31 % 61);
        fid += 3;
        if (vp) {
            sum += vp->v_fid;
            vnode_put(&vhash, vp);
        }
        if (dir)
            vnode_put(&vhash, dir);
    }
    printf("%llu\n", (unsigned long long)sum);
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    uint64_t fids[3] = {1, 2, 3};
    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, walk_main, &fids[i]) != 0)
            return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    return (int)vhash_count(&vhash);
}
