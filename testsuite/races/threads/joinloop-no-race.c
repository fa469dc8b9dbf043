/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int g;
pthread_mutex_t m;
void *t_fun(void *arg) {
    pthread_mutex_lock(&m);
    g++;
    pthread_mutex_unlock(&m);
    return NULL;
}
int main() {
    pthread_t a[8];
    for (int i = 0; i < 8; i++)
        pthread_create(&a[i], NULL, t_fun, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(a[i], NULL);
    g = 3;
    return 0;
}
