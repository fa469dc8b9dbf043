/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Unwinding, and the hand-over of a stack between two threads. The tables of the unwinder come
 * first and the chain of frame pointers second, because the libraries whose maps are watched are
 * built without frame pointers, and a callback through one of them would break the chain in its
 * middle.
 */
#define _GNU_SOURCE
#include "stack.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "flags.h"
#include "sync.h"

/* One request at a time, in one word: | ticket | slot asked | phase |. Whoever moves the phase owns
 * the answer: the asking thread only when it is IDLE or DONE, the answering thread in between. */
enum phase { IDLE, WANTED, ANSWERING, DONE };
static uint64_t request;
static struct mapsan_stack answer;
static bool lost; /* an answer never came to its end; `answer` is not ours any more */

static uint64_t request_word(uint64_t ticket, uint32_t slot, enum phase phase) {
    return ticket << 20 | (uint64_t)slot << 2 | phase;
}

struct capture {
    struct mapsan_stack *stack;
    uintptr_t from;
};

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *argument) {
    struct capture *capture = argument;
    struct mapsan_stack *stack = capture->stack;
    const uintptr_t pc = _Unwind_GetIP(context), frame = _Unwind_GetCFA(context);
    if (!pc || stack->depth == MAPSAN_STACK_MAX)
        return _URC_END_OF_STACK;
    if (frame < capture->from)
        return _URC_NO_REASON;
    stack->pc[stack->depth] = pc;
    stack->frame[stack->depth++] = frame;
    return _URC_NO_REASON;
}

/* Within the thread's stack only, and upwards only: garbage ends the walk. */
static void follow_frame_pointers(struct mapsan_stack *stack, uintptr_t pointer, uintptr_t from) {
    const struct mapsan_thread *self = mapsan_self;
    uintptr_t last = self->stack_low;
    while (pointer > last && pointer + 2 * sizeof(uintptr_t) <= self->stack_high &&
           pointer % sizeof(uintptr_t) == 0 && stack->depth < MAPSAN_STACK_MAX) {
        const uintptr_t *frame = (const uintptr_t *)pointer;
        if (pointer + 2 * sizeof(uintptr_t) >= from && frame[1]) {
            stack->pc[stack->depth] = frame[1];
            stack->frame[stack->depth++] = pointer + 2 * sizeof(uintptr_t);
        }
        last = pointer;
        pointer = frame[0];
    }
}

static void note_locks(struct mapsan_stack *stack, const struct mapsan_thread *self) {
    const bool known = __mapsan_sync & MAPSAN_SYNC_HELD && self->held_count <= MAPSAN_HELD;
    stack->held_count = known ? self->held_count : MAPSAN_HELD_UNKNOWN;
    for (uint32_t i = 0; known && i < stack->held_count; i++)
        stack->held[i] = self->held[i];
}

void mapsan_stack_capture(struct mapsan_stack *stack, uintptr_t from) {
    struct capture capture = {stack, from};
    note_locks(stack, mapsan_self);
    stack->depth = 0;
    _Unwind_Backtrace(step, &capture);
    if (stack->depth < 2) {
        stack->depth = 0;
        follow_frame_pointers(stack, (uintptr_t)__builtin_frame_address(0), from);
    }
}

bool mapsan_stack_holds(const struct mapsan_stack *stack, uintptr_t pc, uintptr_t frame) {
    if (stack->depth == 0)
        return true; /* unknown: believe the entry */
    if (frame < stack->frame[0])
        return false;
    for (uint32_t i = 0; i < stack->depth; i++) {
        if (i + 1 < stack->depth && frame >= stack->frame[i + 1])
            continue;
        return !pc || _Unwind_FindEnclosingFunction((void *)(stack->pc[i] - 1)) ==
                          _Unwind_FindEnclosingFunction((void *)(pc - 1));
    }
    return true;
}

static void answer_from(struct mapsan_thread *self, uintptr_t from) {
    uint64_t wanted = __atomic_load_n(&request, __ATOMIC_ACQUIRE);
    if ((wanted & 3) != WANTED || (wanted >> 2 & (MAPSAN_SLOTS_MAX - 1)) != self->slot)
        return;
    if (!__atomic_compare_exchange_n(&request, &wanted, wanted - WANTED + ANSWERING, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return;
    /* In a hook, the runtime's frames are left out; elsewhere, those of the handler. */
    mapsan_stack_capture(&answer, self->hook_frame ? self->hook_frame : from);
    __atomic_store_n(&request, wanted - WANTED + DONE, __ATOMIC_RELEASE);
}

void mapsan_stack_answer(struct mapsan_thread *self) { answer_from(self, 0); }

static uintptr_t stack_pointer(const ucontext_t *context) {
#if defined(__x86_64__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    return (uintptr_t)context->uc_mcontext.sp;
#else
#error "mapsan's runtime knows x86-64 and AArch64"
#endif
}

static void on_signal(int signal, siginfo_t *info, void *context) {
    const int saved = errno;
    struct mapsan_thread *self = mapsan_self;
    (void)signal;
    (void)info;
    if (self->slot)
        answer_from(self, stack_pointer(context));
    errno = saved;
}

/* Not if the program uses the signal itself. */
static bool handler_is_ours(void) {
    struct sigaction now;
    if (sigaction(SIGURG, NULL, &now) != 0)
        return false;
    if (now.sa_flags & SA_SIGINFO)
        return now.sa_sigaction == on_signal;
    if (now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN)
        return false;
    struct sigaction ours = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigfillset(&ours.sa_mask);
    return sigaction(SIGURG, &ours, NULL) == 0;
}

static long now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

bool mapsan_stack_ask(struct mapsan_thread *thread, struct mapsan_stack *stack) {
    static uint64_t tickets;
    const uint64_t ticket = ++tickets;
    const pid_t tid = __atomic_load_n(&thread->tid, __ATOMIC_RELAXED);
    uint64_t wanted = request_word(ticket, thread->slot, WANTED);
    stack->depth = 0;
    stack->held_count = MAPSAN_HELD_UNKNOWN;
    if (lost || !tid || !mapsan_flags.stack_wait_ms)
        return false;
    __atomic_store_n(&request, wanted, __ATOMIC_RELEASE);
    if (handler_is_ours())
        syscall(SYS_tgkill, getpid(), tid, SIGURG);
    const uint64_t done = request_word(ticket, thread->slot, DONE);
    const long limit = now_us() + mapsan_flags.stack_wait_ms * 1000L;
    while (__atomic_load_n(&request, __ATOMIC_ACQUIRE) != done) {
        const struct timespec moment = {.tv_nsec = 20000};
        if (now_us() > limit &&
            __atomic_compare_exchange_n(&request, &wanted, request_word(ticket, 0, IDLE), false,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            return false;
        wanted = request_word(ticket, thread->slot, WANTED);
        if (now_us() > limit + 1000000L) {
            lost = true; /* it stopped in the middle of its answer */
            return false;
        }
        nanosleep(&moment, NULL);
    }
    *stack = answer;
    return stack->depth > 0;
}

void mapsan_stack_start(void) {
    /* The unwinder sets itself up at its first use: not in a handler. */
    struct mapsan_stack stack;
    mapsan_stack_capture(&stack, 0);
}

void mapsan_stack_after_fork(void) {
    request = 0;
    lost = false;
}
