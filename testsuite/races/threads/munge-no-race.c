/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int myglobal;
pthread_mutex_t mutex1 = PTHREAD_MUTEX_INITIALIZER;
void munge(pthread_mutex_t *m) {
    pthread_mutex_lock(m);
    myglobal = myglobal + 1;
    pthread_mutex_unlock(m);
}
void *t_fun(void *arg) {
    munge(&mutex1);
    return NULL;
}
int main(void) {
    pthread_t id;
    pthread_create(&id, NULL, t_fun, NULL);
    munge(&mutex1);
    pthread_join(id, NULL);
    return 0;
}
