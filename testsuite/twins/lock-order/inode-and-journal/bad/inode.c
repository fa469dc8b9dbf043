/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "fs.h"

void inode_init(struct fs_inode *inode, unsigned ino) {
    pthread_mutex_init(&inode->i_lock, NULL);
    inode->ino = ino;
    inode->dirty = 0;
    inode->i_next = NULL;
}

void inode_write(struct fs_inode *inode) {
    INODE_LOCK(inode);
    if (inode->dirty++ == 0)
        journal_add(inode); // BAD(lock-order)
    INODE_UNLOCK(inode);
}

unsigned inode_clean(struct fs_inode *inode) {
    unsigned dirty;
    INODE_LOCK(inode); // BAD(lock-order)
    dirty = inode->dirty;
    inode->dirty = 0;
    INODE_UNLOCK(inode);
    return dirty;
}
