/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int g;
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static void init(void) { g = 9; }
void *t(void *arg) {
    pthread_mutex_lock(&m);
    g++;
    pthread_mutex_unlock(&m);
    return 0;
}
int main() {
    pthread_t a;
    init();
    pthread_create(&a, 0, t, 0);
    pthread_mutex_lock(&m);
    g--;
    pthread_mutex_unlock(&m);
    pthread_join(a, 0);
    init();
    return 0;
}
