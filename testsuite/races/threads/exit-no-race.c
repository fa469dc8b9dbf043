/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <pthread.h>
#include <stdlib.h>
int g;
void *t(void *arg) {
    g = 1;
    return 0;
}
int main(int c, char **v) {
    pthread_t a;
    if (c > 1) {
        g = 2;
        exit(1);
    }
    if (pthread_create(&a, 0, t, 0)) {
        g = 3;
        return 1;
    }
    pthread_join(a, 0);
    return g;
}
