/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=iterator-invalidated, libs=uthash+pthread, note=a free in the body of HASH_ITER removes the saved
// next element, too
/*
 * Process table of a supervisor. Removing a process also removes its children from the same table. HASH_ITER
 * has the next element in hand, which may just have been freed as a child. The fix restarts after a removal.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>

struct proc {
    int pid;
    int parent;
    int exited;
    UT_hash_handle hh;
};

static struct proc *procs;
static pthread_mutex_t procs_lock = PTHREAD_MUTEX_INITIALIZER;

static void proc_add(int pid, int parent) {
    struct proc *p;
    pthread_mutex_lock(&procs_lock);
    HASH_FIND_INT(procs, &pid, p);
    if (!p && (p = calloc(1, sizeof(*p)))) {
        p->pid = pid;
        p->parent = parent;
        HASH_ADD_INT(procs, pid, p);
    }
    pthread_mutex_unlock(&procs_lock);
}

static void proc_exited(int pid) {
    struct proc *p;
    pthread_mutex_lock(&procs_lock);
    HASH_FIND_INT(procs, &pid, p);
    if (p)
        p->exited = 1;
    pthread_mutex_unlock(&procs_lock);
}

/* Takes the process and all its children out. */
static void proc_remove_tree(struct proc *p) {
    struct proc *child, *tmp;
    int pid = p->pid;

    HASH_DEL(procs, p); // BAD(iterator-invalidated)
    free(p); // BAD(iterator-invalidated)
    HASH_ITER(hh, procs, child, tmp)
        if (child->parent == pid) {
            HASH_DEL(procs, child); // BAD(iterator-invalidated)
            free(child); // BAD(iterator-invalidated)
        }
}

static int procs_reap(void) {
    struct proc *p, *next;
    int reaped = 0;

    pthread_mutex_lock(&procs_lock);
    HASH_ITER(hh, procs, p, next) { // BAD(iterator-invalidated)
        if (!p->exited)
            continue;
        proc_remove_tree(p); // BAD(iterator-invalidated)
        reaped++;
    }
    pthread_mutex_unlock(&procs_lock);
    return reaped;
}

static void *spawner_main(void *arg) {
    int base = *(int *)arg;
    for (int i = 0; i < 1000; i++) {
        proc_add(base + i % 50, base + i % 7);
        if (i % 6 == 0)
            proc_exited(base + (i * 3) % 50);
    }
    return NULL;
}

static void *reaper_main(void *arg) {
    long reaped = 0;
    (void)arg;
    for (int i = 0; i < 200; i++)
        reaped += procs_reap();
    printf("%s\n", reaped ? "reaped" : "nothing");
    return NULL;
}

int main(void) {
    pthread_t spawners[2], reaper;
    int bases[2] = {100, 500};
    struct proc *p, *tmp;

    if (pthread_create(&reaper, NULL, reaper_main, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&spawners[i], NULL, spawner_main, &bases[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(spawners[i], NULL);
    pthread_join(reaper, NULL);
    HASH_ITER(hh, procs, p, tmp) {
        HASH_DEL(procs, p);
        free(p);
    }
    return 0;
}
