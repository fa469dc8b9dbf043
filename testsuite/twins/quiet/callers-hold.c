/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=helpers without annotation whose callers all hold the
// lock; lock in another struct
/*
 * Correct: none of the helpers locks, none is named _locked, and every path from the public
 * functions to them holds the mutex of the owning store, two levels up.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* an unbalanced binary tree inside a store; the store has the mutex */
struct node {
    struct node *left, *right;
    int key, value;
};

struct tree {
    struct node *root;
    unsigned size;
};

struct store {
    pthread_mutex_t mutex;
    struct tree tree;
    unsigned long reads, writes;
};

static struct node **tree_locate(struct tree *t, int key) {
    struct node **link = &t->root;
    while (*link && (*link)->key != key)
        link = key < (*link)->key ? &(*link)->left : &(*link)->right;
    return link;
}

static bool tree_put(struct tree *t, int key, int value) {
    struct node **link = tree_locate(t, key);
    if (!*link) {
        *link = calloc(1, sizeof(**link));
        if (!*link)
            return false;
        (*link)->key = key;
        t->size++;
    }
    (*link)->value = value;
    return true;
}

static void tree_remove_smallest(struct tree *t) {
    struct node **link = &t->root, *victim;
    if (!*link)
        return;
    while ((*link)->left)
        link = &(*link)->left;
    victim = *link;
    *link = victim->right;
    free(victim);
    t->size--;
}

static void store_shrink(struct store *s, unsigned limit) {
    while (s->tree.size > limit)
        tree_remove_smallest(&s->tree);
}

static void count(unsigned long *counter) { (*counter)++; }

static bool store_set(struct store *s, int key, int value) {
    bool done;
    pthread_mutex_lock(&s->mutex);
    done = tree_put(&s->tree, key, value);
    store_shrink(s, 50);
    count(&s->writes);
    pthread_mutex_unlock(&s->mutex);
    return done;
}

static bool store_get(struct store *s, int key, int *value) {
    struct node *n;
    pthread_mutex_lock(&s->mutex);
    n = *tree_locate(&s->tree, key);
    if (n)
        *value = n->value;
    count(&s->reads);
    pthread_mutex_unlock(&s->mutex);
    return n != NULL;
}

static void *client_main(void *arg) {
    struct store *s = arg;
    int value = 0;
    for (int i = 0; i < 400; i++) {
        store_set(s, i * 37 % 101, i);
        if (store_get(s, i * 11 % 101, &value) && value < 0)
            return arg;
    }
    return NULL;
}

int main(void) {
    struct store *s = calloc(1, sizeof(*s));
    pthread_t clients[2];
    if (!s || pthread_mutex_init(&s->mutex, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, s) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    printf("%lu reads, %lu writes\n", s->reads, s->writes);
    store_shrink(s, 0);
    pthread_mutex_destroy(&s->mutex);
    free(s);
    return 0;
}
