/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int g;
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
void *t(void *arg) {
    pthread_mutex_lock(&m);
    g++;
    pthread_mutex_unlock(&m);
    g++; // RACE
    return NULL;
}
int main() {
    pthread_t id;
    pthread_create(&id, NULL, t, NULL);
    pthread_mutex_lock(&m);
    g++;
    pthread_mutex_unlock(&m);
    return 0;
}
