/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * One small program per situation: those named ..._bad must end in their report, those named ..._ok
 * must end in silence. `scenarios list` prints "name|title" for each, the title empty for the
 * latter; `scenarios NAME table|tag` runs one.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hooked.h"

static struct hooked_map map, other_map;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The other thread's part: begins its operation when step 1 is reached, says so by step 2, ends it.
 */
#define SECOND(name, KIND)                                                                         \
    static void *second_##name(void *unused) {                                                     \
        await(1);                                                                                  \
        KIND##_BEGIN(&map);                                                                        \
        reach(2);                                                                                  \
        pause_ms(200);                                                                             \
        KIND##_END(&map);                                                                          \
        return unused;                                                                             \
    }
SECOND(read, READ)
SECOND(write, WRITE)
SECOND(iterate, ITERATE)
SECOND(destroy, DESTROY)

/* This thread's operation begins first, and ends after the other's began. */
#define OVERLAP(name, KIND, other)                                                                 \
    static void name(void) {                                                                       \
        pthread_t thread;                                                                          \
        pthread_create(&thread, NULL, second_##other, NULL);                                       \
        KIND##_BEGIN(&map);                                                                        \
        reach(1);                                                                                  \
        await(2);                                                                                  \
        KIND##_END(&map);                                                                          \
        pthread_join(thread, NULL);                                                                \
    }
OVERLAP(write_write_bad, WRITE, write)
OVERLAP(write_read_bad, WRITE, read)
OVERLAP(read_write_bad, READ, write)
OVERLAP(write_iterate_bad, WRITE, iterate)
OVERLAP(iterate_write_bad, ITERATE, write)
OVERLAP(read_destroy_bad, READ, destroy)
OVERLAP(write_destroy_bad, WRITE, destroy)
OVERLAP(destroy_read_bad, DESTROY, read)
OVERLAP(destroy_destroy_bad, DESTROY, destroy)
OVERLAP(read_read_ok, READ, read)
OVERLAP(read_iterate_ok, READ, iterate)

/* Two threads, one after the other. */
static void *each_alone(void *unused) {
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&lock);
        WRITE_BEGIN(&map);
        WRITE_END(&map);
        ITERATE_BEGIN(&map);
        READ_BEGIN(&map);
        READ_END(&map);
        ITERATE_END(&map);
        pthread_mutex_unlock(&lock);
    }
    return unused;
}

static void locked_ok(void) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, each_alone, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

/* Within one thread. */
static void write_inside_iterate_bad(void) {
    ITERATE_BEGIN(&map);
    WRITE_BEGIN(&map);
    WRITE_END(&map);
    ITERATE_END(&map);
}

static void write_inside_read_bad(void) {
    READ_BEGIN(&map);
    WRITE_BEGIN(&map);
    WRITE_END(&map);
    READ_END(&map);
}

static void write_inside_write_bad(void) {
    WRITE_BEGIN(&map);
    WRITE_BEGIN(&map);
    WRITE_END(&map);
    WRITE_END(&map);
}

static void destroy_inside_iterate_bad(void) {
    ITERATE_BEGIN(&map);
    DESTROY_BEGIN(&map);
    DESTROY_END(&map);
    ITERATE_END(&map);
}

static void iterator_remove_ok(void) {
    ITERATE_BEGIN(&map);
    BEGIN_FLAGS(write, WRITE, &map, MAPSAN_SITE_ITERATOR_REMOVE);
    WRITE_END(&map);
    ITERATE_END(&map);
}

static void reentrant_destructor_ok(void) {
    BEGIN_FLAGS(write, WRITE, &map, MAPSAN_SITE_REENTRANT);
    WRITE_BEGIN(&map);
    WRITE_END(&map);
    READ_BEGIN(&map);
    READ_END(&map);
    WRITE_END(&map);
}

static void other_map_inside_ok(void) {
    ITERATE_BEGIN(&map);
    WRITE_BEGIN(&other_map);
    READ_BEGIN(&map);
    READ_END(&map);
    WRITE_END(&other_map);
    ITERATE_END(&map);
}

/* Ends in another order than begins, as two iterators may. */
static void crossed_ok(void) {
    for (int i = 0; i < 100; i++) {
        ITERATE_BEGIN(&map);
        ITERATE_BEGIN(&other_map);
        ITERATE_END(&map);
        READ_BEGIN(&map);
        READ_END(&map);
        ITERATE_END(&other_map);
        WRITE_BEGIN(&map);
        WRITE_END(&map);
        WRITE_BEGIN(&other_map);
        WRITE_END(&other_map);
    }
}

/* Another thread writes during an iteration that this thread's own, allowed write comes after. */
static void *write_once(void *unused) {
    await(1);
    WRITE_BEGIN(&map);
    WRITE_END(&map);
    reach(2);
    return unused;
}

static void write_in_between_bad(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, write_once, NULL);
    ITERATE_BEGIN(&map);
    reach(1);
    await(2);
    BEGIN_FLAGS(write, WRITE, &map, MAPSAN_SITE_ITERATOR_REMOVE);
    WRITE_END(&map);
    ITERATE_END(&map);
    pthread_join(thread, NULL);
}

/* A map is destroyed and another made at its address. */
static void *use_and_destroy(void *unused) {
    INIT(&map);
    WRITE_BEGIN(&map);
    WRITE_END(&map);
    DESTROY_BEGIN(&map);
    DESTROY_END(&map);
    return unused;
}

static void recreated_ok(void) {
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        use_and_destroy(NULL);
        pthread_create(&thread, NULL, use_and_destroy, NULL);
        pthread_join(thread, NULL);
    }
}

static void recreated_bad(void) {
    recreated_ok();
    INIT(&map);
    write_write_bad();
}

/* Jumps out of an operation, deep in the stack; then the others go on under the lock. */
static jmp_buf out;

__attribute__((noinline)) static void jump_out(int kind, int depth) {
    volatile char room[256];
    room[0] = (char)depth;
    if (depth > 0) {
        jump_out(kind, depth - 1);
    } else if (kind == 0) {
        READ_BEGIN(&map);
        longjmp(out, 1);
    } else if (kind == 1) {
        WRITE_BEGIN(&map);
        longjmp(out, 1);
    } else {
        ITERATE_BEGIN(&map);
        longjmp(out, 1);
    }
    room[1] = room[0];
}

static void jump_often(void) {
    for (volatile int i = 0; i < 300; i++)
        if (setjmp(out) == 0)
            jump_out(i % 3, i % 5);
    if (setjmp(out) == 0)
        jump_out(1, 3);
}

static void *jump_then_wait(void *unused) {
    jump_often(); /* the last thing that this thread does is to leave a write */
    reach(1);
    await(2);
    return unused;
}

static void longjmp_ok(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, jump_then_wait, NULL);
    await(1);
    WRITE_BEGIN(&map);
    WRITE_END(&map);
    READ_BEGIN(&map);
    READ_END(&map);
    reach(2);
    pthread_join(thread, NULL);
    jump_often();
    each_alone(NULL);
}

/* A thread ends in the middle of a write. */
static void *end_inside(void *unused) {
    WRITE_BEGIN(&map);
    pthread_exit(unused);
}

static void exit_inside_ok(void) {
    for (int i = 0; i < 100; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, end_inside, NULL);
        pthread_join(thread, NULL);
        READ_BEGIN(&map);
        READ_END(&map);
        WRITE_BEGIN(&map);
        WRITE_END(&map);
    }
}

/* A child of fork uses the map, while in the parent another thread is in the middle of a write. */
static void *hold_write(void *unused) {
    WRITE_BEGIN(&other_map);
    reach(1);
    await(2);
    WRITE_END(&other_map);
    return unused;
}

static void fork_ok(void) {
    pthread_t thread;
    int status = 0;
    pthread_create(&thread, NULL, hold_write, NULL);
    await(1);
    const pid_t child = fork();
    if (child == 0) {
        WRITE_BEGIN(&map);
        WRITE_END(&map);
        READ_BEGIN(&other_map);
        READ_END(&other_map);
        step_now = 0;
        locked_ok();
        exit(0);
    }
    waitpid(child, &status, 0);
    reach(2);
    pthread_join(thread, NULL);
    if (status != 0)
        exit(1);
}

static void fork_bad(void) {
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        write_write_bad();
        exit(0);
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
        abort(); /* as the child did; its report is what the test reads */
}

/* Hooks in a signal handler, at any moment of the main program's own hooks. */
static void on_alarm(int number) {
    (void)number;
    READ_BEGIN(&other_map);
    READ_END(&other_map);
}

static void signal_ok(void) {
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    const timer_t none = 0;
    timer_t timer = none;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    const struct itimerspec often = {{0, 20000}, {0, 20000}};
    sigaction(SIGALRM, &action, NULL);
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &often, NULL);
    for (int i = 0; i < 200000; i++) {
        WRITE_BEGIN(&map);
        READ_BEGIN(&map);
        READ_END(&map);
        WRITE_END(&map);
    }
    timer_delete(timer);
}

/* More threads than a tag has bits, all at once. */
static int touched;

static void *touch_and_stay(void *unused) {
    each_alone(NULL);
    __atomic_fetch_add(&touched, 1, __ATOMIC_RELEASE);
    await(1);
    return unused;
}

static void many_threads_ok(void) {
    enum { THREADS = 200 };
    static pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, touch_and_stay, NULL);
    reach(1);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void many_threads_bad(void) {
    enum { THREADS = 100 };
    static pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, touch_and_stay, NULL);
    while (__atomic_load_n(&touched, __ATOMIC_ACQUIRE) < THREADS)
        pause_ms(1);
    write_read_bad();
}

/* All signals blocked, and the other side not at a check: its site stands for its stack. */
static void blocked_signals_bad(void) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    write_read_bad();
}

/* Misuse: ends without begins, NULL, more nesting than there is room for. */
static void unbalanced_ok(void) {
    READ_END(&map);
    WRITE_END(&map);
    __mapsan_map_read_begin(NULL, SITE(READ, 0));
    __mapsan_map_read_end(NULL, SITE(READ, 0));
    static struct hooked_map many[100];
    for (int i = 0; i < 100; i++)
        READ_BEGIN(&many[i]);
    for (int i = 99; i >= 0; i--)
        READ_END(&many[i]);
    each_alone(NULL);
}

static const char concurrent_writes[] = "concurrent map writes";
static const char read_and_write[] = "concurrent map read and map write";
static const char iteration_and_write[] = "concurrent map iteration and map write";
static const char destroyed[] = "map destroyed while in use";

static const struct {
    const char *name;
    void (*run)(void);
    const char *title;
} scenarios[] = {
    {"write_write_bad", write_write_bad, concurrent_writes},
    {"write_read_bad", write_read_bad, read_and_write},
    {"read_write_bad", read_write_bad, read_and_write},
    {"write_iterate_bad", write_iterate_bad, iteration_and_write},
    {"iterate_write_bad", iterate_write_bad, iteration_and_write},
    {"read_destroy_bad", read_destroy_bad, destroyed},
    {"write_destroy_bad", write_destroy_bad, destroyed},
    {"destroy_read_bad", destroy_read_bad, destroyed},
    {"destroy_destroy_bad", destroy_destroy_bad, destroyed},
    {"write_inside_iterate_bad", write_inside_iterate_bad, "map modified while iterating"},
    {"write_inside_read_bad", write_inside_read_bad, "map modified while being read"},
    {"write_inside_write_bad", write_inside_write_bad, "map modified while being written"},
    {"destroy_inside_iterate_bad", destroy_inside_iterate_bad, destroyed},
    {"write_in_between_bad", write_in_between_bad, iteration_and_write},
    {"recreated_bad", recreated_bad, concurrent_writes},
    {"fork_bad", fork_bad, concurrent_writes},
    {"many_threads_bad", many_threads_bad, read_and_write},
    {"blocked_signals_bad", blocked_signals_bad, read_and_write},
    {"read_read_ok", read_read_ok, ""},
    {"read_iterate_ok", read_iterate_ok, ""},
    {"locked_ok", locked_ok, ""},
    {"iterator_remove_ok", iterator_remove_ok, ""},
    {"reentrant_destructor_ok", reentrant_destructor_ok, ""},
    {"other_map_inside_ok", other_map_inside_ok, ""},
    {"crossed_ok", crossed_ok, ""},
    {"recreated_ok", recreated_ok, ""},
    {"longjmp_ok", longjmp_ok, ""},
    {"exit_inside_ok", exit_inside_ok, ""},
    {"fork_ok", fork_ok, ""},
    {"signal_ok", signal_ok, ""},
    {"many_threads_ok", many_threads_ok, ""},
    {"unbalanced_ok", unbalanced_ok, ""},
};

int main(int count, char **arguments) {
    const bool list = count == 2 && strcmp(arguments[1], "list") == 0;
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        if (list) {
            printf("%s|%s\n", scenarios[i].name, scenarios[i].title);
        } else if (count == 3 && strcmp(arguments[1], scenarios[i].name) == 0) {
            use_tag = strcmp(arguments[2], "tag") == 0;
            scenarios[i].run();
            return 0;
        }
    }
    return list ? 0 : 2;
}
