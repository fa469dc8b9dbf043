/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * pthread_create and thrd_create, between the program and the C library: the new thread gets its
 * number, and what its creator was doing, before its first hook. In a program this definition comes
 * before libc's for all modules, in the shared library likewise if it is linked or preloaded.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <threads.h>

#include "interpose.h"
#include "stack.h"
#include "start.h"
#include "sync.h"

typedef void *thread_function(void *argument);
typedef int create_function(pthread_t *thread, const pthread_attr_t *attributes,
                            thread_function *function, void *argument);

extern create_function __interceptor_pthread_create __attribute__((weak));
/* For -static, which needs -Wl,-u,__pthread_create. */
extern create_function __pthread_create __attribute__((weak));

struct launch {
    thread_function *function;
    void *argument;
    struct mapsan_birth birth;
};

void *mapsan_thread_launch(void *argument) {
    struct launch launch = *(struct launch *)argument;
    mapsan_thread_born(&launch.birth);
    mapsan_acquire(argument);
    mapsan_forget(argument);
    free(argument);
    return launch.function(launch.argument);
}

static void describe(struct mapsan_birth *birth, const struct mapsan_thread *creator,
                     uintptr_t frame) {
    struct mapsan_stack stack;
    mapsan_stack_capture(&stack, frame);
    birth->number = mapsan_thread_next_number();
    birth->creator = creator->number;
    birth->depth = stack.depth < MAPSAN_BIRTH_FRAMES ? stack.depth : MAPSAN_BIRTH_FRAMES;
    for (uint32_t i = 0; i < birth->depth; i++)
        birth->pc[i] = stack.pc[i];
}

__attribute__((visibility("default"))) int pthread_create(pthread_t *thread,
                                                          const pthread_attr_t *attributes,
                                                          thread_function *function,
                                                          void *argument) {
    static create_function *next;
    create_function *create = __atomic_load_n(&next, __ATOMIC_RELAXED);
    if (!create) {
        create = MAPSAN_NEXT("pthread_create", __interceptor_pthread_create, __pthread_create);
        __atomic_store_n(&next, create, __ATOMIC_RELAXED);
    }
    /* Behind a sanitizer, `function` is what introduces the thread to it: nothing may run before
     * that. The thread gets its number at its first hook, without the creator's stack. */
    const bool first = !MAPSAN_BEHIND_SANITIZERS || !__interceptor_pthread_create;
    struct mapsan_thread *self = first ? mapsan_thread_enter() : NULL;
    struct launch *launch = self ? malloc(sizeof *launch) : NULL;
    if (!launch)
        return create(thread, attributes, function, argument);
    launch->function = function;
    launch->argument = argument;
    describe(&launch->birth, self, (uintptr_t)__builtin_dwarf_cfa());
    mapsan_release(launch);
    const int error = create(thread, attributes, mapsan_thread_launch, launch);
    if (error)
        free(launch);
    return error;
}

/* A thread of C11 is one of pthread whose result is an int; what the C library does itself. Thus it
 * is introduced to the other sanitizers too. */
struct c11_launch {
    int (*function)(void *argument);
    void *argument;
};

static void *c11_launch(void *argument) {
    const struct c11_launch launch = *(struct c11_launch *)argument;
    free(argument);
    return (void *)(intptr_t)launch.function(launch.argument);
}

__attribute__((visibility("default"))) int thrd_create(thrd_t *thread, thrd_start_t function,
                                                       void *argument) {
    struct c11_launch *launch = malloc(sizeof *launch);
    if (!launch)
        return thrd_nomem;
    *launch = (struct c11_launch){function, argument};
    const int error = pthread_create(thread, NULL, c11_launch, launch);
    if (error)
        free(launch);
    return error == 0 ? thrd_success : error == ENOMEM ? thrd_nomem : thrd_error;
}
