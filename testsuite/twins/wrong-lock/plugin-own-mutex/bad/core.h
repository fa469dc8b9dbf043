/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef CORE_H
#define CORE_H
#include <pthread.h>

struct input {
    struct input *next;
    char uri[64];
    int score;
};

extern struct input *core_inputs;
extern pthread_mutex_t core_inputs_lock;

struct input *input_new(const char *uri, int score);
int core_remove(const char *uri);
int core_best_score(void);
void core_add(struct input *input);

int upnp_start(void);
int upnp_stop(void);
#endif
