/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <stdlib.h>
int *x;
int *y;
pthread_mutex_t m1 = PTHREAD_MUTEX_INITIALIZER, m2 = PTHREAD_MUTEX_INITIALIZER;
void *t_fun(void *arg) {
    pthread_mutex_lock(&m1);
    *x = 3; // RACE
    pthread_mutex_unlock(&m1);
    return NULL;
}
int main() {
    pthread_t id;
    x = malloc(sizeof(int));
    y = malloc(sizeof(int));
    pthread_create(&id, NULL, t_fun, NULL);
    pthread_mutex_lock(&m2);
    *x = 4; // RACE
    *y = 8;
    pthread_mutex_unlock(&m2);
    return 0;
}
