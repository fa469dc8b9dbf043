/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
static __thread int counter;
_Thread_local int c2;
int next(void) {
    c2++;
    return ++counter;
}
void *t(void *arg) {
    next();
    return NULL;
}
int main() {
    pthread_t a, b;
    pthread_create(&a, NULL, t, NULL);
    pthread_create(&b, NULL, t, NULL);
    return next();
}
