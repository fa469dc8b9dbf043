/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t c = PTHREAD_COND_INITIALIZER;
int ready, data;
void *t(void *arg) {
    pthread_mutex_lock(&m);
    while (!ready)
        pthread_cond_wait(&c, &m);
    data++;
    pthread_mutex_unlock(&m);
    return NULL;
}
int main() {
    pthread_t id;
    pthread_create(&id, NULL, t, NULL);
    pthread_mutex_lock(&m);
    ready = 1;
    data = 5;
    pthread_cond_signal(&c);
    pthread_mutex_unlock(&m);
    return 0;
}
