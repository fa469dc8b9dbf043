/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
extern int __VERIFIER_nondet_int();
int glob;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
void *t_fun(void *arg) {
    int b = __VERIFIER_nondet_int();
    if (b)
        pthread_mutex_lock(&mutex);
    if (b)
        glob++;
    if (b)
        pthread_mutex_unlock(&mutex);
    return NULL;
}
int main() {
    pthread_t id[10];
    for (int i = 0; i < 10; i++)
        pthread_create(&id[i], NULL, t_fun, NULL);
    pthread_mutex_lock(&mutex);
    glob++;
    pthread_mutex_unlock(&mutex);
    return 0;
}
