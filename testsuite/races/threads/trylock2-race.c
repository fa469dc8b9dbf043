/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int glob;
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
void *t_fun(void *arg) {
    if (pthread_mutex_trylock(&m)) {
        glob++; // RACE
        return NULL;
    }
    glob++;
    pthread_mutex_unlock(&m);
    return NULL;
}
int main() {
    pthread_t id;
    pthread_create(&id, NULL, t_fun, NULL);
    pthread_mutex_lock(&m);
    glob++;
    pthread_mutex_unlock(&m);
    return 0;
}
