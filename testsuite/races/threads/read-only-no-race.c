/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int g = 4, h;
void *t(void *arg) {
    int x = g;
    return (void *)(long)x;
}
int main() {
    pthread_t id;
    g = 5;
    pthread_create(&id, NULL, t, NULL);
    h = g;
    return h;
}
