/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdio.h>
typedef struct omp_lock {
    void *p;
} omp_lock_t;
void omp_init_lock(omp_lock_t *);
void omp_set_lock(omp_lock_t *);
void omp_unset_lock(omp_lock_t *);
int omp_get_num_threads(void);
int main(void) {
    int k = 0;
#pragma omp parallel
    {
#pragma omp master
        {
            k = omp_get_num_threads();
        }
#pragma omp barrier
        printf("%d\n", k);
    }
    return 0;
}
