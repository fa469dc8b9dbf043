/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=recursive lock taken again by callees; optional lock of a list
/*
 * Scene graph of a drawing program. Nodes share one recursive lock, public functions call each other with
 * it held. The undo list has an optional lock: a list that belongs to one thread has none.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct undo_list {
    pthread_mutex_t *lock; /* NULL when private */
    int actions[32];
    unsigned count;
};

static void undo_push(struct undo_list *u, int action) {
    if (u->lock)
        pthread_mutex_lock(u->lock);
    u->actions[u->count++ % 32] = action;
    if (u->lock)
        pthread_mutex_unlock(u->lock);
}

static unsigned undo_count(struct undo_list *u) {
    unsigned n;
    if (u->lock)
        pthread_mutex_lock(u->lock);
    n = u->count;
    if (u->lock)
        pthread_mutex_unlock(u->lock);
    return n;
}

struct node {
    struct node *children, *sibling;
    int x, y;
};

static pthread_mutex_t scene_lock;
static pthread_mutex_t undo_lock = PTHREAD_MUTEX_INITIALIZER;
static struct node root;
static unsigned scene_nodes;
static struct undo_list shared_undo = {.lock = &undo_lock};

static void scene_enter(void) { pthread_mutex_lock(&scene_lock); }
static void scene_leave(void) { pthread_mutex_unlock(&scene_lock); }

static int node_move(struct node *n, int dx, int dy) {
    int moved = 1;
    scene_enter();
    n->x += dx;
    n->y += dy;
    for (struct node *c = n->children; c; c = c->sibling)
        moved += node_move(c, dx, dy);
    scene_leave();
    return moved;
}

static struct node *node_add(struct node *parent) {
    struct node *n = calloc(1, sizeof(*n));
    if (!n)
        return NULL;
    scene_enter();
    n->sibling = parent->children;
    parent->children = n;
    scene_nodes++;
    if (scene_nodes % 4 == 0)
        node_move(parent, 1, 1);
    scene_leave();
    return n;
}

static int scene_sum(struct node *n) {
    scene_enter();
    int sum = n->x + n->y;
    for (struct node *c = n->children; c; c = c->sibling)
        sum += scene_sum(c);
    scene_leave();
    return sum;
}

static void *tool_main(void *arg) {
    struct undo_list mine = {.lock = NULL};
    int step = *(int *)arg, sum = 0;
    for (int i = 0; i < 40; i++) {
        struct node *n = node_add(&root);
        if (!n)
            break;
        node_add(n);
        node_move(&root, step, -step);
        undo_push(&mine, i);
        undo_push(&shared_undo, i);
        sum += scene_sum(&root);
    }
    printf("%d %u\n", sum, undo_count(&mine));
    return NULL;
}

static void free_children(struct node *n) {
    while (n->children) {
        struct node *c = n->children;
        n->children = c->sibling;
        free_children(c);
        free(c);
    }
}

int main(void) {
    pthread_mutexattr_t attr;
    pthread_t tools[2];
    int steps[2] = {1, 2};

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&scene_lock, &attr);
    pthread_mutexattr_destroy(&attr);
    for (int i = 0; i < 2; i++)
        if (pthread_create(&tools[i], NULL, tool_main, &steps[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(tools[i], NULL);
    printf("%u nodes, %u undo\n", scene_nodes, undo_count(&shared_undo));
    free_children(&root);
    return 0;
}
