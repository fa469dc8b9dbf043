/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef FS_H
#define FS_H

#include <pthread.h>

struct fs_inode {
    pthread_mutex_t i_lock;
    unsigned ino;
    unsigned dirty;
    struct fs_inode *i_next; /* on the journal's list */
};

#define INODE_LOCK(i) fs_mutex_lock(&(i)->i_lock)
#define INODE_UNLOCK(i) fs_mutex_unlock(&(i)->i_lock)

void fs_mutex_lock(pthread_mutex_t *m);
void fs_mutex_unlock(pthread_mutex_t *m);

void journal_add(struct fs_inode *inode);
unsigned journal_commit(void);

void inode_init(struct fs_inode *inode, unsigned ino);
void inode_write(struct fs_inode *inode);
unsigned inode_clean(struct fs_inode *inode);

#endif
