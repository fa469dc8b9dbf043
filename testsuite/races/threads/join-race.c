/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int g;
void *t_fun(void *arg) {
    g = 1; // RACE
    return NULL;
}
void *t2(void *arg) {
    g = 2; // RACE
    return NULL;
}
int main() {
    pthread_t a, b;
    pthread_create(&a, NULL, t_fun, NULL);
    pthread_create(&b, NULL, t2, NULL);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    g = 3;
    return 0;
}
