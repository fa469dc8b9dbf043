/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
typedef struct omp_lock {
    void *p;
} omp_lock_t;
void omp_init_lock(omp_lock_t *);
void omp_set_lock(omp_lock_t *);
void omp_unset_lock(omp_lock_t *);
int omp_get_num_threads(void);
omp_lock_t l;
int i;
int main(void) {
    omp_init_lock(&l);
#pragma omp parallel sections
    {
#pragma omp section
        {
            omp_set_lock(&l);
            i = i + 1;
            omp_unset_lock(&l);
        }
#pragma omp section
        {
            omp_set_lock(&l);
            i = i + 2;
            omp_unset_lock(&l);
        }
    }
    return i;
}
