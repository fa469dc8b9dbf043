/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int glob;
pthread_mutex_t mutex1 = PTHREAD_MUTEX_INITIALIZER;
void callme(void (*f)(void)) {
    pthread_mutex_lock(&mutex1);
    f();
    pthread_mutex_unlock(&mutex1);
}
void work(void) { glob++; }
void *t_fun(void *arg) {
    callme(work);
    return NULL;
}
int main() {
    pthread_t id;
    pthread_create(&id, NULL, t_fun, NULL);
    pthread_mutex_lock(&mutex1);
    glob++;
    pthread_mutex_unlock(&mutex1);
    return 0;
}
