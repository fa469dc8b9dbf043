/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=guard-bypass, libs=pthread, note=handlers in a table of function pointers, LOCK
// macro
/*
 * A VoIP switch keeps calls in an array under calls_mutex. Control commands are dispatched
 * through a table of handlers on the control thread; three of the four lock, "hangup all" does
 * not.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAX_CALLS 32
#define CALLS_LOCK() pthread_mutex_lock(&calls_mutex)
#define CALLS_UNLOCK() pthread_mutex_unlock(&calls_mutex)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct call {
    unsigned id;
    bool active;
    char callee[24];
};

static pthread_mutex_t calls_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct call calls[MAX_CALLS];
static unsigned active_calls;

typedef int (*command_fn)(const char *argument, char *reply, size_t size);

static int cmd_count(const char *argument, char *reply, size_t size) {
    (void)argument;
    CALLS_LOCK();
    snprintf(reply, size, "%u active", active_calls);
    CALLS_UNLOCK();
    return 0;
}

static int cmd_find(const char *argument, char *reply, size_t size) {
    int status = -1;
    CALLS_LOCK();
    for (size_t i = 0; i < MAX_CALLS; i++) {
        if (calls[i].active && strcmp(calls[i].callee, argument) == 0) {
            snprintf(reply, size, "call %u", calls[i].id);
            status = 0;
            break;
        }
    }
    CALLS_UNLOCK();
    return status;
}

static int cmd_hangup_all(const char *argument, char *reply, size_t size) {
    unsigned ended = 0;
    (void)argument;
    for (size_t i = 0; i < MAX_CALLS; i++) {
        if (calls[i].active) { // BAD(guard-bypass,unlocked-access)
            calls[i].active = false; // BAD(guard-bypass,unlocked-access)
            ended++;
        }
    }
    active_calls -= ended; // BAD(guard-bypass,unlocked-access)
    snprintf(reply, size, "%u ended", ended);
    return 0;
}

static int cmd_version(const char *argument, char *reply, size_t size) {
    (void)argument;
    snprintf(reply, size, "switch 2.4");
    return 0;
}

static const struct {
    const char *name;
    command_fn run;
} commands[] = {
    {"count", cmd_count},
    {"find", cmd_find},
    {"hangup-all", cmd_hangup_all},
    {"version", cmd_version},
};

static int control_dispatch(const char *name, const char *argument, char *reply, size_t size) {
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argument, reply, size);
    return -1;
}

static bool call_start(unsigned id, const char *callee) {
    bool placed = false;
    CALLS_LOCK();
    for (size_t i = 0; i < MAX_CALLS && !placed; i++) {
        if (calls[i].active)
            continue;
        calls[i].id = id;
        calls[i].active = true;
        strncpy(calls[i].callee, callee, sizeof(calls[i].callee) - 1);
        active_calls++;
        placed = true;
    }
    CALLS_UNLOCK();
    return placed;
}

static void *signalling_main(void *arg) {
    unsigned *failed = arg;
    for (unsigned id = 1; id <= 200; id++)
        if (!call_start(id, id % 2 ? "alice" : "bob"))
            (*failed)++;
    return NULL;
}

static void *control_main(void *arg) {
    static const char *const script[] = {"count", "find", "hangup-all", "version", "nonsense"};
    char reply[64];
    int errors = 0;
    (void)arg;
    for (int i = 0; i < 100; i++)
        if (control_dispatch(script[i % 5], "alice", reply, sizeof(reply)) != 0)
            errors++;
    return (void *)(size_t)errors;
}

int main(void) {
    pthread_t signalling, control;
    unsigned failed = 0;
    if (pthread_create(&signalling, NULL, signalling_main, &failed) != 0)
        return 1;
    if (pthread_create(&control, NULL, control_main, NULL) != 0)
        return 1;
    pthread_join(signalling, NULL);
    pthread_join(control, NULL);
    printf("%u calls could not be placed\n", failed);
    return 0;
}
