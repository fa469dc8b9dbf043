/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * longjmp and the beginning of a C++ catch block: control may have left operations that are open,
 * and come back to the very frame that began them, which no comparison of frames can tell from an
 * operation that goes on. From here on such an entry is in doubt, and accuses nobody; if its end
 * comes after all, it is closed as ever. A program that is linked with -static needs
 * -Wl,-u,__libc_siglongjmp.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdlib.h>

#include "interpose.h"
#include "operations.h"
#include "start.h"

#define EXPORTED __attribute__((visibility("default")))
#define NORETURN __attribute__((noreturn))

typedef void jump_function(struct __jmp_buf_tag *buffer, int value);
typedef void *catch_function(void *exception);

extern jump_function __libc_siglongjmp __attribute__((weak));

static void doubt_open_operations(void) {
    if (mapsan_self->slot)
        mapsan_doubt_all(mapsan_self);
}

/* All forms of longjmp take the same arguments. */
#define JUMP(name)                                                                                 \
    extern jump_function __interceptor_##name __attribute__((weak));                               \
    static jump_function *next_##name;                                                             \
    NORETURN void mapsan_jump_##name(struct __jmp_buf_tag *buffer, int value) __asm__(#name);      \
    EXPORTED void mapsan_jump_##name(struct __jmp_buf_tag *buffer, int value) {                    \
        if (!next_##name) /* the runtime's start is yet to come */                                 \
            mapsan_jumps_start();                                                                  \
        doubt_open_operations();                                                                   \
        next_##name(buffer, value);                                                                \
        abort();                                                                                   \
    }
#define FIND_JUMP(name) next_##name = MAPSAN_NEXT(#name, __interceptor_##name, __libc_siglongjmp)

JUMP(longjmp)
JUMP(_longjmp)
JUMP(siglongjmp)
JUMP(__longjmp_chk)

void mapsan_jumps_start(void) {
    FIND_JUMP(longjmp);
    FIND_JUMP(_longjmp);
    FIND_JUMP(siglongjmp);
    FIND_JUMP(__longjmp_chk);
}

/* Weak: a program that links the C++ library statically keeps its own. Looked up late, because the
 * library may come by dlopen. */
catch_function mapsan_begin_catch __asm__("__cxa_begin_catch");
EXPORTED __attribute__((weak)) void *mapsan_begin_catch(void *exception) {
    static catch_function *next;
    doubt_open_operations();
    if (!next)
        next = (catch_function *)dlsym(RTLD_NEXT, "__cxa_begin_catch");
    return next(exception);
}
