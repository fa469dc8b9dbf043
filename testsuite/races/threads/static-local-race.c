/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int next(void) {
    static int counter;
    return ++counter; // RACE
}
void *t(void *arg) {
    next();
    return NULL;
}
int main() {
    pthread_t a, b;
    pthread_create(&a, NULL, t, NULL);
    pthread_create(&b, NULL, t, NULL);
    return 0;
}
