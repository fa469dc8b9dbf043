/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
int a[10];
void *t(void *arg) {
    a[4]++;
    return NULL;
}
int main() {
    pthread_t id;
    pthread_create(&id, NULL, t, NULL);
    a[5] = 2;
    return 0;
}
