/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <semaphore.h>
sem_t s;
int g;
void *t(void *arg) {
    sem_wait(&s);
    g++;
    sem_post(&s);
    return NULL;
}
int main() {
    pthread_t id;
    sem_init(&s, 0, 1);
    pthread_create(&id, NULL, t, NULL);
    sem_wait(&s);
    g++;
    sem_post(&s);
    return 0;
}
