/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <stdlib.h>
struct s {
    int datum;
    struct s *next;
} *A;
pthread_mutex_t A_mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t B_mutex = PTHREAD_MUTEX_INITIALIZER;
void *t_fun(void *arg) {
    pthread_mutex_lock(&A_mutex);
    A->next->datum++; // RACE
    pthread_mutex_unlock(&A_mutex);
    return NULL;
}
int main() {
    pthread_t t1;
    A = malloc(sizeof(struct s));
    A->next = malloc(sizeof(struct s));
    A->next->datum = 3;
    A->next->next = 0;
    pthread_create(&t1, NULL, t_fun, NULL);
    pthread_mutex_lock(&B_mutex);
    A->next->datum++; // RACE
    pthread_mutex_unlock(&B_mutex);
    return 0;
}
