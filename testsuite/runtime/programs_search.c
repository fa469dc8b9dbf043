/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The maps of <search.h>: the one hash table of the program, hash tables of one's own, and trees.
 */
#define _GNU_SOURCE
#include "programs_scenarios.h"
#include <search.h>
#include <stdint.h>
#include <stdlib.h>

enum { KEYS = 64 };

static char names[KEYS][8];
static struct hsearch_data table;
static void *tree;

static void prepare_names(void) {
    for (int i = 0; i < KEYS; i++)
        snprintf(names[i], sizeof names[i], "k%d", i);
}

static void enter(int round) { hsearch((ENTRY){.key = names[round % KEYS]}, ENTER); }

static void look(int round) { hsearch((ENTRY){.key = names[round % KEYS]}, FIND); }

static void prepare_global(void) {
    prepare_names();
    hcreate(4 * KEYS);
    for (int i = 0; i < KEYS; i++)
        enter(i);
}

static void enter_r(int round) {
    ENTRY *found;
    hsearch_r((ENTRY){.key = names[round % KEYS]}, ENTER, &found, &table);
}

static void look_r(int round) {
    ENTRY *found;
    ACTION action = round < 0 ? ENTER : FIND;
    hsearch_r((ENTRY){.key = names[round % KEYS]}, action, &found, &table);
}

static void prepare_own(void) {
    prepare_names();
    hcreate_r(4 * KEYS, &table);
    for (int i = 0; i < KEYS; i++)
        enter_r(i);
}

static int compare(const void *a, const void *b) { return strcmp(a, b); }

static void add(int round) { tsearch(names[round % KEYS], &tree, compare); }

static void find(int round) { tfind(names[round % KEYS], &tree, compare); }

static void visit(const void *node, VISIT which, int depth) {
    (void)node;
    (void)which;
    (void)depth;
}

static void walk(int round) {
    (void)round;
    twalk(tree, visit);
}

/* A walk whose callback changes the tree. */
static void visit_and_delete(const void *node, VISIT which, int depth) {
    (void)depth;
    if (which == leaf)
        tdelete(*(char *const *)node, &tree, compare);
}

static void delete_in_walk(int round) {
    (void)round;
    twalk(tree, visit_and_delete);
}

static void prepare_tree(void) {
    prepare_names();
    for (int i = 0; i < KEYS; i++)
        add(i);
}

static const struct scenario scenarios[] = {
    {"hsearch-write-write", "concurrent map writes", prepare_global, enter, enter},
    {"hsearch-read-write", "concurrent map read and map write", prepare_global, look, enter},
    {"hsearch-read-read", NULL, prepare_global, look, look},
    {"hsearch_r-write-write", "concurrent map writes", prepare_own, enter_r, enter_r},
    {"hsearch_r-read-write", "concurrent map read and map write", prepare_own, look_r, enter_r},
    {"hsearch_r-read-read", NULL, prepare_own, look_r, look_r},
    {"tsearch-write-write", "concurrent map writes", prepare_tree, add, add},
    {"tsearch-read-write", "concurrent map read and map write", prepare_tree, find, add},
    {"tsearch-walk-write", "concurrent map iteration and map write", prepare_tree, walk, add},
    {"tsearch-delete-in-walk", "map modified while iterating", prepare_tree, delete_in_walk, NULL},
    {"tsearch-read-walk", NULL, prepare_tree, find, walk},
    {0},
};

int main(int argc, char **argv) { return scenario_main(argc, argv, scenarios); }
