/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <semaphore.h>
sem_t ready;
int g;
void *t(void *arg) {
    sem_wait(&ready);
    g++;
    return NULL;
}
int main() {
    pthread_t id;
    sem_init(&ready, 0, 0);
    pthread_create(&id, NULL, t, NULL);
    g = 7;
    sem_post(&ready);
    pthread_join(id, NULL);
    return 0;
}
