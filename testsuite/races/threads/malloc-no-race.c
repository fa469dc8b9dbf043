/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <stdlib.h>
int *x;
int *y;
void *t_fun(void *arg) {
    *x = 3;
    return NULL;
}
int main() {
    pthread_t id;
    x = malloc(sizeof(int));
    y = malloc(sizeof(int));
    pthread_create(&id, NULL, t_fun, NULL);
    *y = 8;
    return 0;
}
