/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Mutexes of short critical sections: they spin before they sleep, where the system can do that. */
#ifndef MAPSAN_MAPS_MUTEX_H
#define MAPSAN_MAPS_MUTEX_H

#include <pthread.h>

static inline void mapsan_mutex_init(pthread_mutex_t *mutex) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ADAPTIVE_NP);
#endif
    pthread_mutex_init(mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

#endif
