/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=check-then-act, libs=pthread, note=last reference dropped outside the table lock; a
// lookup revives what is about to be freed
/*
 * Inode cache of a file system. iput() drops the reference first and takes the cache lock only when
 * the count came to zero. Between the two, iget() can find the inode, count it up from zero and use
 * it. The fix is the decrement under the lock.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct list_head {
    struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name) {&(name), &(name)}
#define list_entry(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define list_for_each_entry(pos, head, member)                                                     \
    for (pos = list_entry((head)->next, __typeof__(*pos), member); &pos->member != (head);         \
         pos = list_entry(pos->member.next, __typeof__(*pos), member))

static inline void list_add(struct list_head *entry, struct list_head *head) {
    entry->next = head->next;
    entry->prev = head;
    head->next->prev = entry;
    head->next = entry;
}

static inline void list_del(struct list_head *entry) {
    entry->prev->next = entry->next;
    entry->next->prev = entry->prev;
}

struct inode {
    unsigned long ino;
    atomic_int count;
    struct list_head lru;
    long size;
};

static struct list_head inode_list = LIST_HEAD_INIT(inode_list);
static pthread_mutex_t inode_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned nr_inodes;

static struct inode *iget(unsigned long ino) {
    struct inode *inode;

    pthread_mutex_lock(&inode_lock);
    list_for_each_entry(inode, &inode_list, lru)
        if (inode->ino == ino) {
            atomic_fetch_add(&inode->count, 1);
            goto out;
        }
    inode = malloc(sizeof(*inode));
    if (!inode)
        goto out;
    inode->ino = ino;
    inode->size = (long)ino * 512;
    atomic_init(&inode->count, 1);
    list_add(&inode->lru, &inode_list);
    nr_inodes++;
out:
    pthread_mutex_unlock(&inode_lock);
    return inode;
}

static void iput(struct inode *inode) {
    if (atomic_fetch_sub(&inode->count, 1) != 1) // BAD(check-then-act,destroy-in-use)
        return;
    pthread_mutex_lock(&inode_lock);
    list_del(&inode->lru); // BAD(check-then-act,destroy-in-use)
    nr_inodes--;
    pthread_mutex_unlock(&inode_lock);
    free(inode); // BAD(check-then-act,destroy-in-use)
}

static unsigned inodes_in_core(void) {
    pthread_mutex_lock(&inode_lock);
    unsigned n = nr_inodes;
    pthread_mutex_unlock(&inode_lock);
    return n;
}

static void *walker(void *arg) {
    unsigned long step = *(unsigned long *)arg;
    long blocks = 0;
    for (unsigned long i = 0; i < 3000; i++) {
        struct inode *inode = iget(i * step % 13);
        if (!inode)
            break;
        blocks += inode->size / 512;
        iput(inode);
    }
    return (void *)blocks;
}

int main(void) {
    pthread_t threads[3];
    unsigned long steps[3] = {1, 3, 5};

    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, walker, &steps[i]))
            return 1;
    printf("%u inodes\n", inodes_in_core());
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    return (int)inodes_in_core();
}
