/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int a[10];
void *t(void *arg) {
    a[4]++; // RACE
    a[3] = 1;
    return NULL;
}
int main() {
    pthread_t id;
    pthread_create(&id, NULL, t, NULL);
    a[4] = 2;
    return 0;
}
