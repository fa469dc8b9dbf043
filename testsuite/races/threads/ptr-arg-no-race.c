/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
void *t_fun(void *arg) {
    int *p = (int *)arg;
    (*p)++;
    return NULL;
}
int main(void) {
    pthread_t id;
    int i = 0;
    i++;
    pthread_create(&id, NULL, t_fun, (void *)&i);
    pthread_join(id, NULL);
    i++;
    return i;
}
