/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-order, libs=pthread, note=inode then journal on write, journal then inode on commit
/*
 * A file system's journal. A write marks the inode under its lock and puts it on the journal's list,
 * under the journal's lock. The commit walks the list under the journal's lock and locks each inode.
 * The fix reports to the journal after the inode's lock was given back; who saw the count at zero reports.
 */
#include "fs.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

static pthread_mutex_t journal_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct fs_inode *journal_head;
static unsigned journal_commits;

void journal_add(struct fs_inode *inode) {
    fs_mutex_lock(&journal_mutex);
    struct fs_inode *i = journal_head;
    while (i && i != inode)
        i = i->i_next;
    if (!i) {
        inode->i_next = journal_head;
        journal_head = inode;
    }
    fs_mutex_unlock(&journal_mutex);
}

unsigned journal_commit(void) {
    unsigned blocks = 0;
    fs_mutex_lock(&journal_mutex);
    while (journal_head) {
        struct fs_inode *inode = journal_head;
        journal_head = inode->i_next;
        inode->i_next = NULL;
        blocks += inode_clean(inode);
    }
    journal_commits++;
    fs_mutex_unlock(&journal_mutex);
    return blocks;
}

static struct fs_inode inodes[6];
static atomic_bool unmounting;

static void *committer(void *arg) {
    (void)arg;
    while (!atomic_load(&unmounting))
        journal_commit();
    return NULL;
}

static void *application(void *arg) {
    unsigned first = *(unsigned *)arg;
    for (unsigned i = 0; i < 1000; i++)
        inode_write(&inodes[(first + i) % 6]);
    return NULL;
}

int main(void) {
    pthread_t commit, apps[2];
    unsigned firsts[2] = {0, 3};

    for (unsigned i = 0; i < 6; i++)
        inode_init(&inodes[i], i);
    if (pthread_create(&commit, NULL, committer, NULL) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&apps[i], NULL, application, &firsts[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(apps[i], NULL);
    atomic_store(&unmounting, true);
    pthread_join(commit, NULL);
    printf("%u blocks left, %u commits\n", journal_commit(), journal_commits);
    return 0;
}
