/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int data1, data2;
pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
void *t_fun(void *arg) {
    pthread_rwlock_wrlock(&rwlock);
    data1++;
    pthread_rwlock_unlock(&rwlock);
    pthread_rwlock_rdlock(&rwlock);
    data2 = data1;
    pthread_rwlock_unlock(&rwlock);
    return NULL;
}
int main() {
    pthread_t id;
    pthread_create(&id, NULL, t_fun, NULL);
    pthread_rwlock_wrlock(&rwlock);
    data1++;
    pthread_rwlock_unlock(&rwlock);
    return 0;
}
