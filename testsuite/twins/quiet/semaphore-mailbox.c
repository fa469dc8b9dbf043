/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=quiet, libs=pthread, note=one slot handed back and forth by two semaphores, no mutex
/*
 * A one-slot mailbox between an emulator's processor and its disk: two semaphores say whose turn it is.
 * There is no mutex, and at each moment only one of the two may touch the slot.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

struct command {
    unsigned sector;
    unsigned count;
    int quit;
    unsigned char data[32];
};

struct mailbox {
    sem_t filled, empty;
    struct command slot;
    unsigned served;
};

static struct mailbox box;

static void mailbox_post(struct mailbox *m, unsigned sector, int quit) {
    while (sem_wait(&m->empty) != 0)
        ;
    m->slot.sector = sector;
    m->slot.count = sector % 4 + 1;
    m->slot.quit = quit;
    memset(m->slot.data, (int)(sector & 0xff), sizeof(m->slot.data));
    sem_post(&m->filled);
}

static int mailbox_serve(struct mailbox *m, unsigned long *sum) {
    int quit;
    while (sem_wait(&m->filled) != 0)
        ;
    quit = m->slot.quit;
    for (unsigned i = 0; i < m->slot.count; i++)
        *sum += m->slot.data[i];
    m->served++;
    sem_post(&m->empty);
    return !quit;
}

static void *disk_main(void *arg) {
    unsigned long *sum = arg;
    while (mailbox_serve(&box, sum))
        ;
    return NULL;
}

int main(void) {
    pthread_t disk;
    unsigned long sum = 0;
    sem_init(&box.filled, 0, 0);
    sem_init(&box.empty, 0, 1);
    if (pthread_create(&disk, NULL, disk_main, &sum) != 0)
        return 1;
    for (unsigned i = 0; i < 2000; i++)
        mailbox_post(&box, i, 0);
    mailbox_post(&box, 0, 1);
    pthread_join(disk, NULL);
    printf("%u served, %lu\n", box.served, sum);
    sem_destroy(&box.filled);
    sem_destroy(&box.empty);
    return 0;
}
