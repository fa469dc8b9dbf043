/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
struct {
    int datum;
    int other;
    pthread_mutex_t mutex;
} B;
pthread_mutex_t A = PTHREAD_MUTEX_INITIALIZER;
void *t_fun(void *arg) {
    pthread_mutex_lock(&A);
    B.datum = 5; // RACE
    pthread_mutex_unlock(&A);
    pthread_mutex_lock(&B.mutex);
    B.other = 5;
    pthread_mutex_unlock(&B.mutex);
    return NULL;
}
int main(void) {
    pthread_t id;
    pthread_create(&id, NULL, t_fun, NULL);
    pthread_mutex_lock(&B.mutex);
    B.datum = 8; // RACE
    B.other++;
    pthread_mutex_unlock(&B.mutex);
    return 0;
}
