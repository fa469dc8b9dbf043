/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int glob;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
void lock() { pthread_mutex_lock(&mutex); }
void unlock() { pthread_mutex_unlock(&mutex); }
void *t_fun(void *arg) {
    lock();
    glob++;
    unlock();
    glob--; // RACE
    return NULL;
}
int main() {
    pthread_t id[10];
    for (int i = 0; i < 10; i++)
        pthread_create(&id[i], NULL, t_fun, NULL);
    lock();
    glob++;
    unlock();
    return 0;
}
