/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int g;
void *inner(void *arg) {
    g++; // RACE
    return NULL;
}
void *outer(void *arg) {
    pthread_t t;
    pthread_create(&t, NULL, inner, NULL);
    g++; // RACE
    pthread_join(t, NULL);
    return NULL;
}
int main() {
    pthread_t a;
    pthread_create(&a, NULL, outer, NULL);
    pthread_join(a, NULL);
    return 0;
}
