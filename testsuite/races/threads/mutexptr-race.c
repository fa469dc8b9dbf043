/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int glob;
pthread_mutex_t m1 = PTHREAD_MUTEX_INITIALIZER, m2 = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t *mp = &m1;
pthread_mutex_t mm = PTHREAD_MUTEX_INITIALIZER;
extern int rnd(void);
void *t_fun(void *arg) {
    pthread_mutex_lock(&m1);
    glob++; // RACE
    pthread_mutex_unlock(&m1);
    return NULL;
}
int main() {
    pthread_t id;
    pthread_create(&id, NULL, t_fun, NULL);
    pthread_mutex_t *p = &m2;
    pthread_mutex_lock(p);
    glob++; // RACE
    pthread_mutex_unlock(p);
    return 0;
}
