/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-imbalance, libs=pthread, note=one case of a command switch returns with the lock held
/*
 * Control commands of a pulse-like sound daemon. All cases break to the unlock at the end; the one that
 * was added last returns an error itself.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { CMD_VOLUME, CMD_MUTE, CMD_MOVE, CMD_KILL, CMD_QUERY };
#define SINK_MAX 8

struct sink_input {
    int used;
    int volume;
    int muted;
    int sink;
};

static struct core {
    pthread_mutex_t mutex;
    struct sink_input inputs[SINK_MAX];
    int sinks;
    unsigned commands;
} core = {.mutex = PTHREAD_MUTEX_INITIALIZER, .sinks = 2};

static void core_lock(struct core *c) { pthread_mutex_lock(&c->mutex); }
static void core_unlock(struct core *c) { pthread_mutex_unlock(&c->mutex); }

static int core_command(struct core *c, int command, int index, int value) {
    struct sink_input *i;
    int result = 0;

    if (index < 0 || index >= SINK_MAX)
        return -EINVAL;

    core_lock(c);
    c->commands++;
    i = &c->inputs[index];
    if (!i->used) {
        i->used = 1;
        i->volume = 100;
    }
    switch (command) {
    case CMD_VOLUME:
        if (value > 150) {
            result = -ERANGE;
            break;
        }
        i->volume = value;
        break;
    case CMD_MUTE:
        i->muted = value != 0;
        break;
    case CMD_MOVE:
        if (value >= c->sinks)
            return -ENODEV; // BAD(lock-imbalance)
        i->sink = value;
        break;
    case CMD_KILL:
        memset(i, 0, sizeof(*i));
        break;
    case CMD_QUERY:
        result = i->muted ? 0 : i->volume;
        break;
    default:
        result = -EOPNOTSUPP;
    }
    core_unlock(c);
    return result;
}

static void *client_main(void *arg) {
    int seed = *(int *)arg, errors = 0;
    for (int i = 0; i < 2000; i++) {
        int value = (i + seed) % 160;
        if (core_command(&core, i % 5, i % SINK_MAX, i % 5 == CMD_MOVE ? value % 2 : value) < 0)
            errors++;
    }
    printf("%d errors\n", errors);
    return NULL;
}

int main(void) {
    pthread_t clients[2];
    int seeds[2] = {1, 5};
    for (int i = 0; i < 2; i++)
        if (pthread_create(&clients[i], NULL, client_main, &seeds[i]) != 0)
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    printf("%u commands\n", core.commands);
    return 0;
}
