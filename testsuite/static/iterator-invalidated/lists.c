/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Loops over linked lists and uthash tables that free elements. */
#include <stdlib.h>
#include <uthash.h>

struct node {
    struct node *next;
    int key, age;
    UT_hash_handle hh;
};

static struct node *head, *table;

static void node_free(struct node *n) {
    head = n->next;
    free(n);
}

static void node_unref(struct node *n) {
    if (--n->age == 0)
        free(n);
}

void free_all_bad(void) {
    for (struct node *n = head; n; n = n->next)
        free(n); // expected-warning {{`n` is freed here, and the loop then goes on from it}} expected-note@* {{the next element is read from `n` here}}
}

void helper_bad(int age) {
    struct node *n = head;
    while (n) {
        if (n->age > age)
            node_free(n); // expected-warning {{`n` is freed here}} expected-note@* {{read from `n` here}}
        n = n->next;
    }
}

void table_bad(int age) {
    for (struct node *n = table; n; n = n->hh.next)
        if (n->age > age) {
            HASH_DEL(table, n);
            free(n); // expected-warning {{`n` is freed here}} expected-note@* {{read from `n` here}}
        }
}

void next_in_hand_ok(void) {
    struct node *next;
    for (struct node *n = head; n; n = next) {
        next = n->next;
        free(n);
    }
}

void table_ok(int age) {
    struct node *n, *next;
    HASH_ITER(hh, table, n, next)
        if (n->age > age) {
            HASH_DEL(table, n);
            free(n);
        }
}

void break_ok(int key) {
    for (struct node *n = head; n; n = n->next)
        if (n->key == key) {
            node_free(n);
            break;
        }
}

void head_ok(void) {
    while (head) {
        struct node *n = head;
        head = n->next;
        free(n);
    }
}

void restart_ok(int key) {
    struct node *n = head;
    while (n) {
        if (n->key == key) {
            node_free(n);
            n = head;
            continue;
        }
        n = n->next;
    }
}

void references_ok(void) {
    for (struct node *n = head; n; n = n->next)
        node_unref(n);
}
