/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int g;
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
int try_get(void) {
    if (pthread_mutex_trylock(&m) != 0)
        return 0;
    return 1;
}
void *t(void *arg) {
    if (try_get()) {
        g++;
        pthread_mutex_unlock(&m);
    }
    return 0;
}
int main() {
    pthread_t a;
    pthread_create(&a, 0, t, 0);
    pthread_mutex_lock(&m);
    g--;
    pthread_mutex_unlock(&m);
    return 0;
}
