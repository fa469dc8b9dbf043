/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef DIR_H
#define DIR_H
#include <stdbool.h>

struct dir;
struct dirent_node;
struct dir_iter {
    struct dir *dir;
    struct dirent_node *at;
};

struct dir *dir_new(void);
bool dir_add(struct dir *dir, const char *name, unsigned size);
void dir_iter_begin(struct dir *dir, struct dir_iter *iter); /* holds the read lock until _end */
const char *dir_iter_next(struct dir_iter *iter, unsigned *size);
void dir_iter_end(struct dir_iter *iter);
unsigned *dir_edit(struct dir *dir, const char *name); /* holds the write lock if not NULL */
void dir_edit_done(struct dir *dir);
void dir_free(struct dir *dir);
#endif
