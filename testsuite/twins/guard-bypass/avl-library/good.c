/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=library without main: the guard is what its own
// functions do, lock behind an accessor
/*
 * A name-to-number library keeps an AVL tree behind a lock that an accessor returns. Every
 * public function locks, except names_max, which was added later and walks the tree as it is.
 * Here names_max locks too.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

int names_add(const char *name, int number);
int names_find(const char *name, int *number);
int names_max(void);
void names_reset(void);

struct avl {
    struct avl *left, *right;
    int height;
    int number;
    char name[32];
};

static struct avl *names_root;
static unsigned names_size;
static const unsigned names_limit = 10000;

static pthread_mutex_t *names_lock(void) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    return &lock;
}

static int height(const struct avl *n) { return n ? n->height : 0; }

static void update(struct avl *n) {
    int l = height(n->left), r = height(n->right);
    n->height = 1 + (l > r ? l : r);
}

static struct avl *rotate_right(struct avl *n) {
    struct avl *top = n->left;
    n->left = top->right;
    top->right = n;
    update(n);
    update(top);
    return top;
}

static struct avl *rotate_left(struct avl *n) {
    struct avl *top = n->right;
    n->right = top->left;
    top->left = n;
    update(n);
    update(top);
    return top;
}

static struct avl *balance(struct avl *n) {
    update(n);
    if (height(n->left) > height(n->right) + 1) {
        if (height(n->left->left) < height(n->left->right))
            n->left = rotate_left(n->left);
        return rotate_right(n);
    }
    if (height(n->right) > height(n->left) + 1) {
        if (height(n->right->right) < height(n->right->left))
            n->right = rotate_right(n->right);
        return rotate_left(n);
    }
    return n;
}

static struct avl *insert(struct avl *root, struct avl *node) {
    if (!root)
        return node;
    if (strcmp(node->name, root->name) < 0)
        root->left = insert(root->left, node);
    else
        root->right = insert(root->right, node);
    return balance(root);
}

static struct avl *find(struct avl *n, const char *name) {
    int order;
    while (n && (order = strcmp(name, n->name)) != 0)
        n = order < 0 ? n->left : n->right;
    return n;
}

static int max_number(const struct avl *n) {
    int best = -1, other;
    if (!n)
        return best;
    best = n->number;
    if ((other = max_number(n->left)) > best)
        best = other;
    if ((other = max_number(n->right)) > best)
        best = other;
    return best;
}

static void drop(struct avl *n) {
    if (!n)
        return;
    drop(n->left);
    drop(n->right);
    free(n);
}

int names_add(const char *name, int number) {
    int status = 0;
    struct avl *node;
    if (strlen(name) >= sizeof(node->name))
        return ENAMETOOLONG;
    node = calloc(1, sizeof(*node));
    if (!node)
        return ENOMEM;
    strcpy(node->name, name);
    node->number = number;
    node->height = 1;
    pthread_mutex_lock(names_lock());
    if (find(names_root, name)) {
        status = EEXIST;
    } else if (names_size >= names_limit) {
        status = ENOSPC;
    } else {
        names_root = insert(names_root, node);
        names_size++;
        node = NULL;
    }
    pthread_mutex_unlock(names_lock());
    free(node);
    return status;
}

int names_find(const char *name, int *number) {
    pthread_mutex_lock(names_lock());
    struct avl *n = find(names_root, name);
    if (n)
        *number = n->number;
    pthread_mutex_unlock(names_lock());
    return n ? 0 : ENOENT;
}

int names_max(void) {
    pthread_mutex_lock(names_lock());
    int best = max_number(names_root);
    pthread_mutex_unlock(names_lock());
    return best;
}

void names_reset(void) {
    struct avl *all;
    pthread_mutex_lock(names_lock());
    all = names_root;
    names_root = NULL;
    names_size = 0;
    pthread_mutex_unlock(names_lock());
    drop(all);
}
