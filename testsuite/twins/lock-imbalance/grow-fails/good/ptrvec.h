/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef PTRVEC_H
#define PTRVEC_H

#include <pthread.h>
#include <stddef.h>

typedef struct {
    pthread_mutex_t mutex;
    void **items;
    size_t length, allocated;
} ptrvec_t;

void ptrvec_init(ptrvec_t *v);
void ptrvec_clear(ptrvec_t *v);
int ptrvec_push(ptrvec_t *v, void *item);
void *ptrvec_pop(ptrvec_t *v);

#endif
